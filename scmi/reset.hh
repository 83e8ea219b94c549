// SPDX-License-Identifier: BSD-2-Clause
// scmi/reset.hh - Reset domain management protocol, 0x16, versions 1.0 to 3.1. Sections: DEN0056E.
#pragma once
#include "scmi/name.hh"

namespace scmi::reset {

enum class Id : uint32_t {};

inline constexpr uint32_t kUnknownLatency = 0xffff'ffff;

// clang-format off
namespace wire {
struct ProtocolAttributes {  // 4.8.2.3
  static constexpr Command kCommand = command(Protocol::Reset, 0x1);
  struct Reply { le32 attributes; };  // 15:0 domains
};
struct DomainAttributes {  // 4.8.2.5
  static constexpr Command kCommand = command(Protocol::Reset, 0x3);
  static constexpr uint32_t kAsynchronous = 1u << 31, kNotify = 1u << 30, kExtendedName = 1u << 29;
  le32 domain;
  struct Reply { le32 attributes, latency; char name[16]; };
};
struct Reset {  // 4.8.2.6
  static constexpr Command kCommand = command(Protocol::Reset, 0x4);
  static constexpr uint32_t kAutonomous = 1u << 0, kAssert = 1u << 1, kAsynchronous = 1u << 2;
  static constexpr uint32_t kArchitectural = 0;  // state: bit 31 clear; cold reset with context lost
  le32 domain, flags, state;
  struct Reply {};
  struct Delayed { le32 domain; };  // RESET_COMPLETE, 4.8.3.1, after its status word
};
struct ResetNotify {  // 4.8.2.7
  static constexpr Command kCommand = command(Protocol::Reset, 0x5);
  le32 domain, enable;
  struct Reply {};
};
struct DomainNameGet {  // 4.8.2.8, from 3.0
  static constexpr Command kCommand = command(Protocol::Reset, 0x6);
  le32 domain;
  struct Reply { le32 flags; char name[64]; };
};
inline constexpr Command kResetIssued = command(Protocol::Reset, 0x0);  // 4.8.4.1, as a notification
struct ResetEvent { le32 agent, domain, state; };
}  // namespace wire
// clang-format on

/// Laid out as the reply.
struct Info {
  le32 attributes;  // wire::DomainAttributes bits
  le32 latency;     // microseconds; kUnknownLatency
  ShortName name;
  Info() noexcept {}
  bool has(uint32_t bit) const { return (attributes & bit) != 0; }
};

/// Every function sends one message and fails as Client::call() does.
class Reset {
 public:
  explicit Reset(Client& client) : client_(client) {}

  Result<uint16_t> count();
  Result<Info> info(Id id);
  Result<Name> name(Id id);  // the whole name; version 3.0 on
  Result<void> set_asserted(Id id, bool asserted, uint32_t state = wire::Reset::kArchitectural);
  /// Assert and deassert in one step, by the platform.
  Result<void> pulse(Id id, uint32_t state = wire::Reset::kArchitectural);
  /// Asynchronously: waits for the delayed response.
  Result<void> pulse_and_wait(Id id, uint32_t state = wire::Reset::kArchitectural);
  Result<void> notify(Id id, bool enable);

 private:
  Result<void> send(Id id, uint32_t flags, uint32_t state);
  Client& client_;
};

}  // namespace scmi::reset
