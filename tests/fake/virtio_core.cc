// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/virtio_core.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace fake {

using namespace virtio::status;

VirtioCore::VirtioCore(virtio::Type is, uint64_t features, std::vector<uint16_t> limits)
    : type(is),
      offered(features),
      serve([](uint16_t, const Chain&) { return 0u; }),
      complain([](const std::string& what) { ADD_FAILURE() << "the driver broke the rules: " << what; }) {
  for (const uint16_t limit : limits) queues.push_back({.limit = limit});
}

VirtioRing& VirtioCore::ring(uint16_t queue) {
  const auto found = rings_.find(queue);
  if (found == rings_.end()) {
    std::fprintf(stderr, "the test wants ring %u, which is not ready\n", queue);
    std::abort();
  }
  return found->second;
}

void VirtioCore::run(uint16_t queue) {
  if (!running() || status_ & kNeedsReset || !has_ring(queue)) return;
  while (const auto chain = ring(queue).take()) {
    const auto written = serve(queue, *chain);
    if (!has_ring(queue)) return;  // serving it ended in a reset
    if (written) complete(queue, chain->id, *written);
  }
  if (ring(queue).packed() || !(accepted_ & 1ull << 29)) return;
  ring(queue).notify_always();  // an event index has to be moved along
}

void VirtioCore::break_down() { status_ |= kNeedsReset; }

void VirtioCore::change_config(size_t offset, std::span<const std::byte> bytes) {
  std::ranges::copy(bytes, config.begin() + ptrdiff_t(offset));
  ++config_generation;
}

void VirtioCore::alive(const char* what) {
  if (resetting_) complain(std::string("before the reset is done: ") + what);
  if (status_ & kFailed) complain(std::string("after it gave the device up: ") + what);
}

void VirtioCore::reset() {
  for (const auto& [index, ring] : rings_) ring.check_device_area();
  rings_.clear();
  for (Queue& queue : queues) queue.ready = false, queue.area = {};
  accepted_ = 0;
  status_ = 0;
  resetting_ = read_back_ = false;
  ++resets;
}

uint32_t VirtioCore::feature_word(uint32_t select) {
  alive("features are read");
  if (!(status_ & kDriver)) complain("features are read before DRIVER");
  return select < 2 ? uint32_t(offered >> 32 * select) : 0;
}

void VirtioCore::accept_word(uint32_t select, uint32_t word) {
  alive("features are accepted");
  if (!(status_ & kDriver)) complain("features are accepted before DRIVER");
  if (status_ & kFeaturesOk) complain("features are accepted after FEATURES_OK");
  if (select > 1) {
    if (word) complain("features are accepted that nobody knows");
    return;
  }
  accepted_ = (accepted_ & ~(0xffff'ffffull << 32 * select)) | uint64_t{word} << 32 * select;
}

uint8_t VirtioCore::status() {
  if (resetting_ && reset_looks != kNever && looks_++ >= reset_looks) reset();
  if (status_ & kFeaturesOk) read_back_ = true;
  return status_;
}

void VirtioCore::set_status(uint8_t status) {
  statuses.push_back(status);
  if (status == 0) {
    looks_ = 0;
    resetting_ = true;
    if (reset_looks == 0 || status_ == 0) reset();
    return;
  }
  alive("the status is written");
  if (status_ & ~status & ~kNeedsReset) complain("a bit of the status is cleared without a reset");
  const auto fresh = uint8_t(status & ~status_);
  if (fresh & kDriver && !(status_ & kAcknowledge)) complain("DRIVER before ACKNOWLEDGE");
  if (fresh & kFeaturesOk && !(status_ & kDriver)) complain("FEATURES_OK before DRIVER");
  if (fresh & kDriverOk && !(status_ & kFeaturesOk)) complain("DRIVER_OK before FEATURES_OK");
  if (fresh & kDriverOk && !read_back_) complain("DRIVER_OK, and FEATURES_OK was not read back");
  if (fresh & kNeedsReset) complain("DEVICE_NEEDS_RESET is written");
  if (fresh & kFeaturesOk) {
    if (accepted_ & ~offered) complain("features are accepted that were not offered");
    if (offered & ~accepted_ & 1ull << 32) complain("VERSION_1 is not accepted");
    if (refuses_features || accepted_ & ~offered || !(accepted_ & 1ull << 32)) status &= uint8_t(~kFeaturesOk);
  }
  status_ = status | (status_ & kNeedsReset);
}

uint16_t VirtioCore::limit(uint16_t queue) {
  alive("the size of a queue is read");
  if (!(status_ & kFeaturesOk)) complain("queues are looked at before FEATURES_OK");
  return queue < queues.size() ? queues[queue].limit : 0;
}

bool VirtioCore::enable(uint16_t queue, const virtio::QueueArea& area) {
  alive("a queue is enabled");
  if (!(status_ & kFeaturesOk)) complain("a queue is enabled before FEATURES_OK");
  if (status_ & kDriverOk) complain("a queue is enabled after DRIVER_OK");
  if (queue >= queues.size() || queues[queue].limit == 0)
    return complain("a queue is enabled that is not there"), false;
  if (queues[queue].ready) complain("a queue is enabled again");
  if (area.size > queues[queue].limit) complain("a queue is longer than the device wants");
  if (refuses_queues) return false;
  queues[queue].area = area;
  queues[queue].ready = true;
  rings_.erase(queue);
  rings_.try_emplace(queue, memory, area, accepted_, [this](const std::string& what) { complain(what); });
  return true;
}

void VirtioCore::notify(uint32_t queue) {
  alive("a queue is notified");
  if (!running()) complain("a queue is notified before DRIVER_OK");
  if (queue >= queues.size() || !queues[queue].ready) return complain("a queue is notified that is not enabled");
  ++queues[queue].notifications;
  on_notify(uint16_t(queue));
}

uint32_t VirtioCore::generation() {
  alive("the configuration's generation is read");
  on_generation();
  return config_generation;
}

uint32_t VirtioCore::read_config(uint32_t offset, unsigned bytes) {
  alive("the configuration is read");
  if (!(status_ & kDriver)) complain("the configuration is read before DRIVER");
  if (offset % bytes) complain("the configuration is read off its alignment");
  on_config();
  uint32_t value = 0;
  if (offset + bytes > config.size())
    complain("the configuration is read where there is none");
  else
    std::memcpy(&value, &config[offset], bytes);
  return value;
}

void VirtioCore::write_config(uint32_t offset, unsigned bytes, uint32_t value) {
  alive("the configuration is written");
  if (!(status_ & kFeaturesOk)) complain("the configuration is written before FEATURES_OK");
  if (offset % bytes) complain("the configuration is written off its alignment");
  if (offset + bytes > config.size())
    complain("the configuration is written where there is none");
  else
    std::memcpy(&config[offset], &value, bytes);
}

}  // namespace fake
