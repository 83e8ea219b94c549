// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/smt.hh - the platform's end of shared memory (DEN0056E 5.1). The agent can write there at any time:
// each word of a request is read once and judged as read, and nothing of a reply is read back.
#pragma once
#include "scmi/platform/platform.hh"
#include "scmi/shmem.hh"

namespace scmi::platform {

/// Commands of one agent.
class Channel {
 public:
  /// Bytes of a reply, header included, that we send at most: agents exist that have no room for more.
  static constexpr uint32_t kMostReply = 104;

  /// `only`: the one protocol that is served here, where it has a channel of its own; 0: all.
  constexpr Channel(Platform& platform, uint32_t agent, uint8_t only = 0)
      : platform_(platform), agent_(agent), only_(only) {}

  /// Hands the channel to the agent, empty. Before all else; `area` of `size` bytes stays mapped for ever.
  void open(Area* area, uint32_t size);
  /// The agent has rung: answers what it has sent. Does nothing where it has sent nothing.
  void serve();

  // serve() in its steps, for those that disturb them.

  enum class Taken : uint8_t {
    Nothing,  // the channel is the agent's
    Damaged,  // a command of impossible length: only its header was read
    Command,
  };
  Taken take(Request& request) const;
  /// Writes the reply and returns its length. Ownership does not change.
  uint32_t answer(Taken taken, const Request& request, Reply reply);
  /// Gives the channel to the agent with `length` bytes in it; `status` as in Area.
  void give(uint32_t length, uint32_t status = Area::kFree);

  /// Hands the channel back to the agent without an answer.
  void give_up();
  Area& area() { return *area_; }
  uint32_t capacity() const { return capacity_; }

 private:
  Platform& platform_;
  Area* area_ = nullptr;
  uint32_t capacity_ = 0;
  uint32_t agent_;
  uint8_t only_;
};

/// What the platform sends of its own accord: notifications and delayed responses, one at a time.
class EventChannel {
 public:
  constexpr EventChannel(Platform& platform, uint32_t agent) : platform_(platform), agent_(agent) {}

  /// Empties the channel and lets the platform offer events to the agent. `area` stays mapped for ever.
  void open(Area* area);
  /// Puts the next event there if the agent has taken the last. True: put, so ring the agent where it can be rung.
  bool deliver();
  bool waiting() const { return !platform_.outbox(agent_).empty(); }

 private:
  Platform& platform_;
  Area* area_ = nullptr;
  uint32_t agent_;
};

}  // namespace scmi::platform
