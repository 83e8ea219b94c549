// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/net.hh"

#include <algorithm>

#include "lib/assert.hh"
#include "lib/wait.hh"
#include "virtio/feature.hh"

namespace virtio {
namespace {

constexpr uint64_t kMac = 1 << 5, kStatus = 1 << 16;   // 5.1.3
constexpr uint32_t kMacOffset = 0, kStatusOffset = 6;  // 5.1.4
constexpr uint16_t kLinkUp = 1;
constexpr uint16_t kReceiveQueue = 0, kSendQueue = 1;
constexpr uint32_t kSendLimit = 100;  // milliseconds; a frame takes a millisecond at 10 Mbit/s

}  // namespace

// No offload is wanted, so a frame comes in one buffer, and its header says nothing (5.1.6.1, 5.1.6.3.1).
uint64_t Net::wanted() const { return kMac | kStatus | feature::kEventIndex | feature::kPacked; }

Result<void> Net::set_up() {
  if (!has(kMac)) return failure(Error::FeaturesRefused);
  for (uint32_t i = 0; i < mac_.size(); ++i) mac_[i] = uint8_t(TRY(config(kMacOffset + i, 1)));
  // One of a group is nobody's own (IEEE 802).
  if (mac_[0] & 1 || mac_ == MacAddress{}) return failure(Error::Malformed);
  CHECK(add_queue(kReceiveQueue, receive_, 1));
  CHECK(add_queue(kSendQueue, send_, 1));
  if (buffers_.empty()) buffers_ = TRY(host().dma.arena.take<Buffer>(kReceive + kSend));
  return {};
}

void Net::on_running() {
  for (uint16_t tag = 0; tag < receive_.tags(); ++tag) offer(tag);
  receive_.kick();
}

void Net::offer(uint16_t tag) {
  const Segment segment{Dma::address(&buffers_[tag].header), kWhole};
  receive_.post(tag, {&segment, 1}, 0);
}

bool Net::link() {
  if (!check()) return false;
  if (!has(kStatus)) return true;
  const auto status = config(kStatusOffset, 2);
  return status && *status & kLinkUp;
}

Result<size_t> Net::receive(std::span<std::byte> into) {
  ASSERT(into.size() >= kMostFrame);
  if (!running()) return failure(Error::Broken);
  // Bad ones end as well: a device that brings nothing else keeps nobody here.
  for (size_t tries = 0; tries < kReceive; ++tries) {
    const Used used = receive_.pop();
    if (!used) break;
    const uint16_t tag = uint16_t(used.tag);
    const bool whole = used.length >= sizeof(Buffer::header) + kLeastFrame;
    const size_t size = whole ? used.length - sizeof(Buffer::header) : 0;
    std::copy_n(buffers_[tag].frame.begin(), size, into.begin());
    dropped_ += !whole;
    offer(tag);
    receive_.kick();
    if (whole) return size;
  }
  CHECK(sound(receive_));
  return 0;
}

Result<bool> Net::find_free(uint16_t& tag) {
  while (send_.pop()) {}
  CHECK(sound(send_));
  tag = 0;
  while (tag < send_.tags() && send_.is_out(tag)) ++tag;
  return tag < send_.tags();
}

Result<void> Net::send(std::span<const std::byte> frame) {
  if (frame.size() < kLeastFrame || frame.size() > kMostFrame) return failure(Error::InvalidParameters);
  if (!running()) return failure(Error::Broken);
  uint16_t tag = 0;
  Result<bool> found = false;
  const Time& time = host().time;
  const bool ended = wait_until(time, time.milliseconds(kSendLimit), [&] {
    found = find_free(tag);
    return !found || *found;
  });
  if (!ended) return failure(Error::Timeout);
  CHECK(found);
  Buffer& buffer = buffers_[kReceive + tag];
  std::ranges::copy(frame, buffer.frame.begin());
  const Segment segment{Dma::address(&buffer.header), uint32_t(sizeof buffer.header + frame.size())};
  send_.post(tag, {&segment, 1}, 1);
  send_.kick();
  return {};
}

}  // namespace virtio
