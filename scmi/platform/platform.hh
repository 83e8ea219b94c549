// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/platform.hh - the other end of SCMI: a platform that serves Base 2.1, Clock 3.0 and Reset 3.1 to
// several agents, out of a constant description. It knows no transport and no time: messages come in and replies go out
// by serve(); what takes longer than a call is done when complete() is called.
#pragma once
#include "scmi/message.hh"
#include "scmi/platform/state.hh"

namespace scmi::platform {

/// A release of the specification, which fixes the version of each protocol.
enum class Release : uint8_t { V1_0, V2_0, V3_0, V3_1, V3_2 };
inline constexpr size_t kReleases = 5;

/// A command, copied out of memory that the agent could still change.
struct Request {
  static constexpr size_t kMostWords = 4;  // that a command of our protocols has

  Header header;
  uint32_t size = 0;  // bytes of payload that the agent announced; of these only the first kMostWords words are here
  std::array<uint32_t, kMostWords> words;
};

/// Where a reply goes: `room` bytes, header included. Each word is written once, and never read back.
struct Reply {
  static constexpr uint32_t kLeast = 80;  // bytes: what the longest reply of fixed length needs

  volatile uint32_t* words;
  uint32_t room;
};

class Platform {
 public:
  /// `description` must be valid() and outlive the platform.
  explicit constexpr Platform(const Description& description) : description_(description) {}

  /// All state as after power on. Call it once before anything else.
  void start(Release release);

  /// Serves one command of `agent`; returns the length of the reply in bytes, header included.
  uint32_t serve(uint32_t agent, const Request& request, Reply reply);
  /// The reply of an error.
  static uint32_t answer(Header header, Error error, Reply reply);
  /// A message that came damaged: it is answered with `error`, and whoever listens gets an error event.
  uint32_t refuse(uint32_t agent, Header header, Error error, Reply reply);

  /// Asynchronous commands are waiting to be done.
  bool pending() const;
  /// Does them. Their delayed responses go to the outboxes.
  void complete();
  /// Sends ERROR_EVENT (4.3.3.1) to the agents that asked for it: `header`'s command of `agent` failed.
  void report_error(uint32_t agent, Header header, bool fatal);

  /// Whether `agent` can be sent to. One that cannot is not offered notifications and delayed responses.
  void set_hears(uint32_t agent, bool hears) { state_.agents[agent].hears = hears; }
  Outbox& outbox(uint32_t agent) { return state_.agents[agent].outbox; }
  /// Something was postponed or waits in an outbox since the last rest(): for the one who calls complete() and
  /// delivers.
  bool has_work() const { return work_; }
  void rest() { work_ = false; }

  Release release() const { return release_; }
  const Description& description() const { return description_; }
  State& state() { return state_; }

  // For the protocols.

  /// Rights of all agents anew, out of the description and the permissions.
  void permit();
  /// Everything that `agent` has configured, back to as it was at the start.
  void reset_agent(uint32_t agent);
  /// A free entry for an asynchronous command, with room for its delayed response when it wants one. Null: too many.
  Pending* postpone(uint32_t agent, Header header, bool answer);
  void notify(uint32_t agent, Command event, std::initializer_list<uint32_t> payload);

 private:
  const Description& description_;
  Release release_ = Release::V3_2;
  bool work_ = false;
  State state_{};
};

}  // namespace scmi::platform
