// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/faults.hh - a device that misbehaves on request: the faults of the platform in what a reply
// says, and those of a virtqueue in how it comes back.
#pragma once
#include <utility>

#include "scmi/platform/fault.hh"
#include "tools/scmi-vhost-user/flaw.hh"

namespace vhost {

enum class Act : uint8_t {
  None,
  Silence,       // never given back
  Late,          // given back when the next command comes, before its answer
  OutOfOrder,    // given back behind the next answer, or a little later: this is allowed
  NoInterrupt,   // given back without a word
  UsedIdRange,   // used.id is beyond the ring
  UsedIdRepeat,  // given back twice
  UsedLength,    // used.len is beyond the buffer
  UsedIdxJump,   // used.idx goes on by more than the ring holds
  UsedIdxBack,   // used.idx goes back
  Die,           // the program ends with the command in its hands
  DieAndReturn,  // the same, but only the connection ends, and another one begins
};

class Faults {
 public:
  /// "name[:count[:skip[:protocol:message]]]" of an Act or of a fault of the platform; "none" ends what was. A failure
  /// is a sentence, and nothing has changed.
  Outcome<void> set(std::string_view spec);
  /// What is done to this command.
  Act take(scmi::Header header);
  /// The plan for what replies say; new since it was last asked for.
  std::optional<scmi::platform::FaultPlan> take_platform_plan() { return std::exchange(platform_, std::nullopt); }

 private:
  Act act_ = Act::None;
  scmi::platform::FaultPlan plan_;  // of act_; its own fault is not used
  std::optional<scmi::platform::FaultPlan> platform_;
};

/// All names that set() takes, for a help text.
std::string fault_names();

}  // namespace vhost
