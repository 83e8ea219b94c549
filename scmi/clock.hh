// SPDX-License-Identifier: BSD-2-Clause
// scmi/clock.hh - Clock management protocol, 0x14, versions 1.0 to 3.0 (SCMI 1.0 to 3.2). Sections: DEN0056E.
#pragma once
#include <array>
#include <optional>

#include "scmi/name.hh"
#include "scmi/pages.hh"

namespace scmi::clock {

enum class Id : uint32_t {};  // 0 .. count - 1; a platform may have holes, which answer Error::NotFound
enum class Round : uint32_t { Down = 0, Up = 1 << 2, Nearest = 1 << 3 };

inline constexpr uint32_t kVersion2 = version(2, 0), kVersion3 = version(3, 0);

// clang-format off
namespace wire {           // names and order as in the specification's tables
struct ProtocolAttributes {  // 4.6.2.3
  static constexpr Command kCommand = command(Protocol::Clock, 0x1);
  struct Reply { le32 attributes; };  // 23:16 pending asynchronous rate changes, 15:0 clocks
};
struct Attributes {  // 4.6.2.5
  static constexpr Command kCommand = command(Protocol::Clock, 0x3);
  static constexpr size_t kMinReply = 20;  // 1.0 has no delay word
  static constexpr uint32_t kEnabled = 1u << 0, kRestricted = 1u << 1, kExtendedConfig = 1u << 27, kParents = 1u << 28,
                            kExtendedName = 1u << 29, kRateChangeRequestedNotify = 1u << 30,
                            kRateChangedNotify = 1u << 31;
  le32 clock;
  struct Reply { le32 attributes; char name[16]; le32 enable_delay; };
};
struct DescribeRates {  // 4.6.2.6
  static constexpr Command kCommand = command(Protocol::Clock, 0x4);
  static constexpr uint32_t kTriplet = 1u << 12;
  le32 clock, index;
  struct Reply { le32 counts; };  // 31:16 remaining, 12 triplet, 11:0 returned
  struct Item { le32 low, high; };
  static Page page(Client& client, uint32_t counts);
};
struct RateSet {  // 4.6.2.7
  static constexpr Command kCommand = command(Protocol::Clock, 0x5);
  static constexpr uint32_t kAsynchronous = 1u << 0, kIgnoreDelayed = 1u << 1;
  le32 flags, clock, low, high;
  struct Reply {};
  struct Delayed { le32 clock, low, high; };  // RATE_SET_COMPLETE, 4.6.3.1, after its status word
};
struct RateGet {  // 4.6.2.8
  static constexpr Command kCommand = command(Protocol::Clock, 0x6);
  le32 clock;
  struct Reply { le32 low, high; };
};
struct ConfigSet {  // 4.6.2.9 until 2.0: bit 0 of attributes, no third word
  static constexpr Command kCommand = command(Protocol::Clock, 0x7);
  le32 clock, attributes;
  struct Reply {};
};
struct ConfigSet3 {  // 4.6.2.9 from 3.0
  static constexpr Command kCommand = command(Protocol::Clock, 0x7);
  static constexpr uint32_t kDisable = 0, kEnable = 1, kUnchanged = 3;  // 1:0; 23:16 extended type
  le32 clock, attributes, extended_value;
  struct Reply {};
};
struct NameGet {  // 4.6.2.10, from 2.0
  static constexpr Command kCommand = command(Protocol::Clock, 0x8);
  le32 clock;
  struct Reply { le32 flags; char name[64]; };
};
struct RateNotify {  // 4.6.2.11, from 2.0
  static constexpr Command kCommand = command(Protocol::Clock, 0x9);
  le32 clock, enable;
  struct Reply {};
};
struct RateChangeRequestedNotify {  // 4.6.2.12, from 2.0
  static constexpr Command kCommand = command(Protocol::Clock, 0xa);
  le32 clock, enable;
  struct Reply {};
};
struct ConfigGet {  // 4.6.2.13, from 3.0
  static constexpr Command kCommand = command(Protocol::Clock, 0xb);
  le32 clock, flags;  // 7:0 extended type
  struct Reply { le32 attributes, config, extended_value; };
};
struct PossibleParentsGet {  // 4.6.2.14, from 3.0
  static constexpr Command kCommand = command(Protocol::Clock, 0xc);
  le32 clock, index;
  struct Reply { le32 flags; };  // 31:24 remaining, 7:0 returned
  struct Item { le32 clock; };
  static Page page(Client&, uint32_t flags) { return {flags & 0xff, flags >> 24}; }
};
struct ParentSet {  // 4.6.2.15, from 3.0
  static constexpr Command kCommand = command(Protocol::Clock, 0xd);
  le32 clock, parent;
  struct Reply {};
};
struct ParentGet {  // 4.6.2.16, from 3.0
  static constexpr Command kCommand = command(Protocol::Clock, 0xe);
  le32 clock;
  struct Reply { le32 parent; };
};
struct GetPermissions {  // 4.6.2.17, from 3.0
  static constexpr Command kCommand = command(Protocol::Clock, 0xf);
  static constexpr uint32_t kState = 1u << 31, kParent = 1u << 30, kRate = 1u << 29;
  le32 clock;
  struct Reply { le32 permissions; };
};
// 4.6.4: notifications.
inline constexpr Command kRateChanged = command(Protocol::Clock, 0x0);
inline constexpr Command kRateChangeRequested = command(Protocol::Clock, 0x1);
struct RateEvent { le32 agent, clock, low, high; };
}  // namespace wire
// clang-format on

/// Laid out as the reply.
struct Info {
  le32 attributes;    // wire::Attributes bits
  ShortName name;     // a truncation when it has kExtendedName
  le32 enable_delay;  // microseconds; 0 when the platform does not say
  Info() noexcept {}
  bool has(uint32_t bit) const { return (attributes & bit) != 0; }
  bool enabled() const { return has(wire::Attributes::kEnabled); }
};

struct Counts {
  uint16_t clocks;
  uint8_t pending;
};  // pending: asynchronous rate changes that the platform can hold

/// Laid out as the reply.
struct Config {
  le32 attributes, state, extended_value;
  Config() {}
  bool enabled() const { return (state & 1) != 0; }
};

/// Rates in hertz, ascending; or exactly {lowest, highest, step} when triplet().
class Rates {
 public:
  Rates(Client& client, Id id) : pages_(client, {.clock = uint32_t(id), .index = 0}) {}
  Result<std::optional<uint64_t>> next();
  bool triplet() const { return (pages_.head() & wire::DescribeRates::kTriplet) != 0; }

 private:
  Pages<wire::DescribeRates> pages_;
};

using Parents = Pages<wire::PossibleParentsGet>;

/// Every function sends one message unless it says otherwise, and fails as Client::call() does.
class Clock {
 public:
  explicit Clock(Client& client) : client_(client) {}

  Result<Counts> counts();
  Result<Info> info(Id id);
  Result<Name> name(Id id);  // the whole name, up to 64 bytes; version 2.0 on
  Rates rates(Id id) { return {client_, id}; }
  Result<uint64_t> rate(Id id);  // hertz
  Result<void> set_rate(Id id, uint64_t hertz, Round round = Round::Nearest);
  /// Asynchronously: waits for the delayed response (limit: Client::kDelayedLimit) and returns the rate it tells.
  Result<uint64_t> set_rate_and_wait(Id id, uint64_t hertz, Round round = Round::Nearest);
  /// Asks the version first, once for each client: 3.0 has another layout.
  Result<void> enable(Id id, bool on);
  Result<Config> config(Id id, uint8_t extended_type = 0);
  Result<void> set_extended(Id id, uint8_t extended_type, uint32_t value);
  Parents possible_parents(Id id) { return {client_, {.clock = uint32_t(id), .index = 0}}; }
  Result<Id> parent(Id id);
  Result<void> set_parent(Id id, Id parent);
  Result<uint32_t> permissions(Id id);  // wire::GetPermissions bits
  Result<void> notify_rate(Id id, bool enable);
  Result<void> notify_rate_requests(Id id, bool enable);
  /// What info() makes of an error: a nameless clock on a platform that is known for such ones, else the error.
  void forgive(Result<Info>& info, Error error);

 private:
  Result<void> send_rate(Id id, uint64_t hertz, uint32_t flags);
  Client& client_;
};

}  // namespace scmi::clock
