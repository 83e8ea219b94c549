// SPDX-License-Identifier: BSD-2-Clause
// scmi/base.hh - Base protocol, 0x10: who the platform is, what it speaks, what an agent may do. Sections: DEN0056E.
#pragma once
#include <array>

#include "scmi/name.hh"

namespace scmi::base {

inline constexpr uint32_t kMyself = 0xffff'ffff;  // as an agent id: the one that asks (4.3.2.9)

// clang-format off
namespace wire {
struct Attributes {  // 4.3.2.2
  static constexpr Command kCommand = command(Protocol::Base, 0x1);
  struct Reply { le32 attributes; };  // 15:8 agents, 7:0 protocols without Base
};
struct DiscoverVendor {  // 4.3.2.4
  static constexpr Command kCommand = command(Protocol::Base, 0x3);
  struct Reply { alignas(uint32_t) char name[16]; };
};
struct DiscoverSubVendor {  // 4.3.2.5
  static constexpr Command kCommand = command(Protocol::Base, 0x4);
  struct Reply { alignas(uint32_t) char name[16]; };
};
struct DiscoverImplementationVersion {  // 4.3.2.6
  static constexpr Command kCommand = command(Protocol::Base, 0x5);
  struct Reply { le32 version; };
};
struct DiscoverListProtocols {  // 4.3.2.7
  static constexpr Command kCommand = command(Protocol::Base, 0x6);
  le32 skip;
  struct Reply { le32 count; };  // then one byte a protocol, the last word padded with zeros
};
struct DiscoverAgent {  // 4.3.2.8; 1.0 answers the name alone
  static constexpr Command kCommand = command(Protocol::Base, 0x7);
  le32 agent;
  struct Reply { le32 agent; char name[16]; };
};
struct NotifyErrors {  // 4.3.2.10
  static constexpr Command kCommand = command(Protocol::Base, 0x8);
  le32 enable;
  struct Reply {};
};
struct SetDevicePermissions {  // 4.3.2.11
  static constexpr Command kCommand = command(Protocol::Base, 0x9);
  le32 agent, device, flags;  // flags bit 0: allow
  struct Reply {};
};
struct SetProtocolPermissions {  // 4.3.2.12
  static constexpr Command kCommand = command(Protocol::Base, 0xa);
  le32 agent, device, protocol, flags;
  struct Reply {};
};
struct ResetAgentConfiguration {  // 4.3.2.13
  static constexpr Command kCommand = command(Protocol::Base, 0xb);
  le32 agent, flags;  // flags bit 0: also reset the permissions
  struct Reply {};
};
inline constexpr Command kErrorEvent = command(Protocol::Base, 0x0);  // 4.3.3.1, as a notification
struct ErrorEvent { le32 agent, status; };                            // status 31 fatal, 9:0 commands; then le64 headers
}  // namespace wire
// clang-format on

struct Attributes {
  uint8_t protocols, agents;  // protocols: without Base itself
};
struct Agent {  // laid out as the reply
  le32 id;
  ShortName name;
  Agent() {}
};
/// The protocols that a platform lists, Base not among them.
struct ProtocolList {
  static constexpr size_t kMost = 64;
  std::array<uint8_t, kMost> id;
  uint32_t count;
  ProtocolList() {}
};

/// Every function sends one message (list_protocols: one a page) and fails as Client::call() does.
class Base {
 public:
  explicit Base(Client& client) : client_(client) {}

  Result<Attributes> attributes();
  Result<ShortName> vendor();
  Result<ShortName> sub_vendor();  // optional in the specification: Error::NotFound, NotSupported
  Result<uint32_t> implementation_version();
  /// Error::NoSpace: more than fit in a ProtocolList.
  Result<ProtocolList> list_protocols();
  /// Platforms of version 1.0 do not say the id; the one asked for is put there, kMyself stays kMyself.
  Result<Agent> agent(uint32_t id);
  Result<void> notify_errors(bool enable);
  Result<void> set_device_permissions(uint32_t agent, uint32_t device, bool allow);
  Result<void> set_protocol_permissions(uint32_t agent, uint32_t device, uint8_t protocol, bool allow);
  Result<void> reset_agent_configuration(uint32_t agent, bool permissions_too);

 private:
  Client& client_;
};

}  // namespace scmi::base
