// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/backend.hh - the vhost-user protocol: what a front end says becomes memory, rings and events.
#pragma once
#include <array>

#include "tools/scmi-vhost-user/connection.hh"
#include "tools/scmi-vhost-user/ring.hh"

namespace vhost {

/// What stands behind the protocol.
class Device {
 public:
  /// Queue `index` runs now: its ring may be used until it is stopped.
  virtual void on_start(size_t index) = 0;
  /// It stops when this returns: what is worth to be answered is answered now, if the ring is still complete().
  virtual void on_stop(size_t index) = 0;

 protected:
  ~Device() = default;
};

struct Queue {
  explicit Queue(const Memory& memory) : ring(memory) {}

  /// What poll() said of `kick`: takes the kick, or gives up an event that is none.
  void take_kick(short events);
  /// Interrupts the guest if it wants to be.
  void tell();
  /// Says that the ring is beyond use.
  void report();

  Ring ring;
  Fd kick, call, error;
  bool polled = false;  // there is no kick: look again and again
  bool kicked = false;  // there may be something new
  bool enabled = false;
  bool running = false;
};

class Backend {
 public:
  static constexpr size_t kQueues = 2, kCommands = 0, kEvents = 1;

  /// `device` is told about queues and outlives the back end; `offered` are its features.
  Backend(Device& device, uint64_t offered);
  Backend(const Backend&) = delete;

  /// Does what `message` says. The reply where one is due. A flaw: nothing was done, and nobody waits for a reply.
  Checked<std::optional<Message>> handle(Message& message);

  uint64_t features() const { return features_; }
  Queue& queue(size_t index) { return queues_[index]; }
  /// Stops whatever runs.
  void stop();

 private:
  Checked<std::optional<Message>> act(Message& message);
  Checked<void> set_features(uint64_t features);
  Checked<void> set_memory(const Message& message);
  Checked<void> set_fd(Message& message, Fd Queue::* which);
  Checked<Queue*> named(uint32_t index);
  void stop(size_t index);
  /// Starts what has all that it needs, stops what has not any more.
  void update();

  Device& device_;
  const uint64_t offered_;
  uint64_t features_ = 0;
  uint8_t status_ = 0;
  Memory memory_;
  std::array<Queue, kQueues> queues_{Queue(memory_), Queue(memory_)};
};

}  // namespace vhost
