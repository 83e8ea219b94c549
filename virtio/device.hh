// SPDX-License-Identifier: BSD-2-Clause
// virtio/device.hh - what all devices have in common: their life (3.1), their features (2.2), their configuration.
// All that were found stand in one list, so that people can see them and nothing is left running at a hand-over.
#pragma once
#include <span>

#include "lib/dma.hh"
#include "lib/time.hh"
#include "virtio/feature.hh"
#include "virtio/queue.hh"
#include "virtio/transport.hh"

namespace virtio {

/// What a board has for all of its devices.
struct Host {
  const Dma& dma;
  const Time& time;
};

class Device {
 public:
  /// Both outlive the device.
  constexpr Device(Transport& transport, const Host& host) : transport_(transport), host_(host) {}
  Device(const Device&) = delete;

  Type type() const { return transport_.type(); }
  Transport& transport() const { return transport_; }
  const Host& host() const { return host_; }
  uint64_t offered() const { return offered_; }
  uint64_t features() const { return accepted_; }
  bool has(uint64_t feature) const { return accepted_ & feature; }
  /// It was started, and nothing has gone wrong since.
  bool running() const { return running_; }
  /// Why it does not run; Error{}: it does, or was not started.
  Error error() const { return error_; }
  std::span<const Queue* const> queues() const { return {queues_, queue_count_}; }

  /// Starts it, or starts it anew: reset, what its driver sets up, DRIVER_OK. Every error ends with the device reset.
  /// Errors: ResetStuck, FeaturesRefused, NoQueue, NoSpace, NotSupported, and those of the driver.
  Result<void> start();
  /// Lets its driver finish, resets it and waits until it says that it has; no memory of ours is its any more then.
  /// Errors: ResetStuck: it is not said; those of the driver: it was reset, and something is lost.
  Result<void> stop();
  /// Takes it out of service for what it did: reset, and error() from now on. Returns that: `why`, or ResetStuck when
  /// it does not come out of reset, for then it still has memory of ours.
  Error fail(Error why);
  /// Sees whether the device itself says that it needs a reset; if so fails with NeedsReset.
  Result<void> check();

  /// The list of all.
  static Device* first();
  /// The first of a type that runs; null: none does.
  static Device* running(Type type);
  Device* next() const { return next_; }
  /// Puts this one at the end of the list.
  void add();

 protected:
  ~Device() = default;

  /// What the type wants between FEATURES_OK and DRIVER_OK: queues and configuration.
  virtual Result<void> set_up() = 0;
  /// What can only be done when the device runs, such as the first notification.
  virtual void on_running() {}
  /// The device runs and is about to be stopped: the last chance to use it.
  virtual Result<void> on_stopping() { return {}; }
  /// The device is out of service; what it had in its queues does not come back.
  virtual void on_stopped() {}
  /// Features of the type that the driver knows, and of the common ones those that it wants.
  virtual uint64_t wanted() const = 0;

  /// Queue `index` with `segments` descriptors a request; see Queue::start().
  Result<void> add_queue(uint16_t index, Queue& queue, uint16_t segments);
  /// After `queue` brought nothing: because there is nothing? Else the device has failed, with what it did wrong.
  Result<void> sound(const Queue& queue);
  /// The next request that comes back. It is waited for, and every 100 ms the device is asked whether it needs a reset;
  /// after `tenths` of a second it has failed with Timeout.
  Result<Used> await(Queue& queue, uint32_t tenths);
  /// A field of the configuration, little-endian on every bus; read anew when the device changed it meanwhile. Errors:
  /// OutOfRange: the device has none there; ConfigChanging: it never settles.
  Result<uint64_t> config(uint32_t offset, unsigned width);

 private:
  static constexpr size_t kMostQueues = 2;

  Result<void> reset();
  Result<void> bring_up();
  void put_away();

  Transport& transport_;
  const Host& host_;
  uint64_t offered_ = 0, accepted_ = 0;
  Queue* queues_[kMostQueues]{};
  uint8_t queue_count_ = 0;
  bool running_ = false;
  Error error_{};
  Device* next_ = nullptr;
};

/// Resets every device: at a hand-over, before a reset and before power off.
Result<void> stop_all();

}  // namespace virtio
