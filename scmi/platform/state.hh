// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/state.hh - what of a platform changes while it runs.
#pragma once
#include <array>

#include "scmi/platform/description.hh"
#include "scmi/platform/outbox.hh"

namespace scmi::platform {

inline constexpr size_t kProtocols = 8;    // 0x10 .. 0x17, by their last three bits
inline constexpr size_t kMostPending = 4;  // asynchronous commands at a time, of all agents together

/// What an agent may do with a resource and what it wants to hear of it, in one byte.
enum Right : uint8_t {
  Exists = 1 << 0,   // for this agent; else NOT_FOUND
  Allowed = 1 << 1,  // not taken by SET_..._PERMISSIONS; else DENIED
  SetRate = 1 << 2,
  SetState = 1 << 3,  // of a clock; of a reset domain: may use it
  SetParent = 1 << 4,
  HearChange = 1 << 5,
  HearRequest = 1 << 6,
};

struct ClockState {
  uint64_t rate;    // hertz
  uint16_t parent;  // index into Clock::parents
  uint8_t duty;     // percent
  Agents users;     // who has enabled it by this id; bit 0: on since the start
  bool shared;      // other ids are this clock too
  // Who changed it last, to be undone when that agent is reset; 0: it is as it was at the start.
  uint8_t rate_by, parent_by, duty_by, stopped_by;
};

struct ResetState {
  bool asserted;
  uint8_t asserted_by;
  uint32_t issued;  // resets so far
};

/// An asynchronous command that was accepted and is not done yet.
struct Pending {
  uint32_t header = 0;  // of the command
  uint8_t agent = 0;    // 0: this entry is free
  bool answer = false;  // a delayed response is wanted
  uint16_t id = 0;
  uint64_t value = 0;  // rate or reset state
};

struct AgentState {
  std::array<uint32_t, kProtocols> version;  // spoken with this agent; 0: not at all
  std::array<uint8_t, kMostClocks> clock;    // Right
  std::array<uint8_t, kMostResets> reset;
  std::array<uint8_t, kMostDevices> denied;  // protocols, one bit each by their last three bits
  bool hears;                                // has a channel for what we send of our own accord
  bool hears_errors;
  Outbox outbox;
};

struct State {
  std::array<ClockState, kMostClocks> clocks;
  std::array<ResetState, kMostResets> resets;
  std::array<Pending, kMostPending> pending;
  std::array<AgentState, kMostAgents> agents;
};

}  // namespace scmi::platform
