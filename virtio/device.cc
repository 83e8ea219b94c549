// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/device.hh"

#include "lib/assert.hh"
#include "lib/wait.hh"

namespace virtio {
namespace {

constexpr uint32_t kResetLimit = 1000;  // milliseconds
constexpr unsigned kConfigTries = 64;

constinit Device* list = nullptr;

}  // namespace

Device* Device::first() { return list; }

void Device::add() {
  Device** at = &list;
  while (*at) at = &(*at)->next_;
  *at = this;
}

Device* Device::running(Type type) {
  Device* device = list;
  while (device && !(device->type() == type && device->running())) device = device->next_;
  return device;
}

Result<void> stop_all() {
  Result<void> all;
  for (Device* device = Device::first(); device; device = device->next())
    if (const auto stopped = device->stop(); !stopped) all = stopped;
  return all;
}

Result<void> Device::start() {
  put_away();
  error_ = {};
  queue_count_ = 0;
  const auto up = bring_up();
  if (!up && error_ == Error{}) fail(up.error());  // else it has failed on the way
  return error_ == Error{} ? Result<void>() : failure(error_);
}

// 3.1.1, step by step.
Result<void> Device::bring_up() {
  CHECK(reset());
  uint8_t status = status::kAcknowledge;
  transport_.set_status(status);
  transport_.set_status(status |= status::kDriver);
  offered_ = transport_.features();
  accepted_ = offered_ & (wanted() | feature::kVersion1 | feature::kAccessPlatform);
  if (!has(feature::kVersion1)) return failure(Error::FeaturesRefused);
  transport_.set_features(accepted_);
  transport_.set_status(status |= status::kFeaturesOk);
  if (!(transport_.status() & status::kFeaturesOk)) return failure(Error::FeaturesRefused);
  CHECK(set_up());
  transport_.set_status(status |= status::kDriverOk);
  running_ = true;
  on_running();
  return check();
}

Result<void> Device::reset() {
  transport_.set_status(0);
  const auto is_reset = [this] { return transport_.status() == 0; };
  if (!wait_until(host_.time, host_.time.milliseconds(kResetLimit), is_reset)) return failure(Error::ResetStuck);
  return {};
}

void Device::put_away() {
  running_ = false;
  for (Queue* const queue : std::span(queues_, queue_count_)) queue->stop();
}

[[gnu::noinline]] Result<void> Device::stop() {
  const auto last = running_ ? on_stopping() : Result<void>();
  put_away();
  on_stopped();
  CHECK(reset());
  return last;
}

Error Device::fail(Error why) {
  put_away();
  error_ = why;
  if (why != Error::ResetStuck) {
    transport_.set_status(transport_.status() | status::kFailed);
    if (!reset()) error_ = Error::ResetStuck;
  }
  on_stopped();
  return error_;
}

Result<void> Device::check() {
  if (error_ != Error{}) return failure(Error::Broken);
  if (!running_) return failure(Error::NoDevice);
  if (transport_.status() & status::kNeedsReset) return failure(fail(Error::NeedsReset));
  return {};
}

Result<void> Device::add_queue(uint16_t index, Queue& queue, uint16_t segments) {
  if (index >= transport_.queues()) return failure(Error::NoQueue);
  const QueueArea area = TRY(queue.start(host_.dma.arena, transport_.queue_limit(index), segments, accepted_));
  queue.set_doorbell(TRY(transport_.enable_queue(index, area)));
  ASSERT(queue_count_ < kMostQueues);
  queues_[queue_count_++] = &queue;
  return {};
}

Result<uint64_t> Device::config(uint32_t offset, unsigned width) {
  const uint32_t size = transport_.config_size();
  if (width > size || offset > size - width) return failure(Error::OutOfRange);
  for (unsigned tries = 0; tries < kConfigTries; ++tries) {
    const uint32_t before = transport_.generation();
    uint64_t value = transport_.read_config(offset, width < 4 ? width : 4);
    if (width == 8) value |= uint64_t(transport_.read_config(offset + 4, 4)) << 32;
    if (transport_.generation() == before) return value;
  }
  return failure(Error::ConfigChanging);
}

}  // namespace virtio
