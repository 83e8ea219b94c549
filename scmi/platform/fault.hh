// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/fault.hh - a channel that misbehaves on request, for testing the other end.
#pragma once
#include <optional>
#include <string_view>

#include "scmi/platform/smt.hh"

namespace scmi::platform {

enum class Fault : uint8_t {
  None,
  Silence,         // the command is not answered and the channel left busy
  Late,            // the answer is there when the next command should be answered, which is lost
  WrongToken,      //
  WrongProtocol,   //
  WrongMessage,    //
  WrongType,       // a delayed response where a reply should be
  Short,           // the last word is missing
  Long,            // a length that goes beyond the memory
  ZeroLength,      //
  Length3,         // not even a header
  ErrorBit,        // the channel's error bit
  Busy,            // the answer is there, but the channel is never given back
  BadCounts,       // a list that counts more entries than it holds
  EndlessPages,    // a list that starts again and again and always promises more
  EmptyPages,      // a list that promises more and brings nothing
  Unterminated,    // names without a NUL
  StatusPositive,  // status 7
  StatusVendor,    // status -200
  NoSmc,           // the doorbell is refused
};
inline constexpr size_t kFaults = size_t(Fault::NoSmc) + 1;

/// "silence", "wrong-token" and so on; "none".
std::string_view name(Fault fault);
std::optional<Fault> fault_named(std::string_view name);

/// Which messages a fault hits. Only those it can hit are counted: a list fault passes by whatever is no list.
struct FaultPlan {
  Fault fault = Fault::None;
  uint32_t count = 1;             // of messages; 0: until another plan is set
  uint32_t skip = 0;              // that are spared first
  std::optional<Command> filter;  // the only message that is meant
};
/// "name[:count[:skip[:protocol:message]]]". Error::InvalidParameters: no such fault; BadNumber.
Result<FaultPlan> parse_fault(std::string_view text);

class FaultyChannel {
 public:
  explicit constexpr FaultyChannel(Channel& channel) : channel_(channel) {}

  /// Ends what the last plan left behind: a held answer is dropped, a channel left busy is given back.
  void set(const FaultPlan& plan);
  const FaultPlan& plan() const { return plan_; }
  /// False: Channel::serve() would do the same.
  bool armed() const { return plan_.fault != Fault::None || held_; }

  /// As Channel::serve(). False: the doorbell must be refused.
  bool serve();
  /// An answer is held back, for a platform that answers when it likes rather than when the next command comes.
  bool holds() const { return held_ != 0; }
  void release();

 private:
  using Words = std::array<uint32_t, Channel::kMostReply / 4>;
  bool hits(const Request& request);

  Channel& channel_;
  FaultPlan plan_;
  Words late_{};
  uint32_t held_ = 0;  // bytes in late_
  bool left_busy_ = false;
};

}  // namespace scmi::platform
