// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/outbox.hh - what waits to be sent to an agent. Delayed responses are never lost: room for them is set
// aside when their command is accepted. Notifications may be (4.1.1), and are counted then.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>

#include "scmi/message.hh"

namespace scmi::platform {

struct Event {
  static constexpr size_t kMostWords = 5;
  uint32_t words = 0;  // header included
  std::array<uint32_t, kMostWords> word{};
};

class Outbox {
 public:
  static constexpr size_t kSize = 16;

  /// Room for one delayed response; false when there is none.
  bool reserve();
  /// The delayed response that room was reserved for.
  void answer(Header command, std::initializer_list<uint32_t> payload);
  /// Gives the room back.
  void give_up() { --reserved_; }
  void notify(Command event, std::initializer_list<uint32_t> payload);

  bool empty() const { return count_ == 0; }
  const Event& front() const { return events_[first_]; }
  void pop();
  /// Notifications that found no room.
  uint32_t dropped() const { return dropped_; }
  /// Forgets what waits, but not what room is reserved for.
  void clear() { count_ = 0; }

 private:
  void push(Header header, std::initializer_list<uint32_t> payload);

  std::array<Event, kSize> events_{};
  uint32_t first_ = 0, count_ = 0, reserved_ = 0, dropped_ = 0, token_ = 0;
};

}  // namespace scmi::platform
