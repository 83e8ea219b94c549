// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/base.cc - serves the Base protocol, 0x10. Sections: DEN0056E.
#include "scmi/base.hh"

#include "scmi/platform/resources.hh"
#include "scmi/platform/service.hh"

namespace scmi::platform {
namespace {
namespace wire = base::wire;

constexpr uint32_t kVersion1 = version(1, 0), kVersion2 = version(2, 0), kVersion21 = version(2, 1);

// Our protocols without Base, as far as the agent's release of the specification has them.
uint32_t list_protocols(const Call& call, std::array<uint8_t, kProtocols>& list) {
  uint32_t count = 0;
  for (uint32_t i = 1; i < kProtocols; ++i)
    if (call.from().version[i]) list[count++] = uint8_t(uint32_t(Protocol::Base) + i);
  return count;
}

Result<void> attributes(Call& call, const wire::Attributes&) {
  std::array<uint8_t, kProtocols> list;
  const auto agents = uint32_t(call.platform.description().agents.size() - 1);  // the platform is not counted
  call.put(wire::Attributes::Reply{.attributes = agents << 8 | list_protocols(call, list)});
  return {};
}

Result<void> vendor(Call& call, const wire::DiscoverVendor&) {
  wire::DiscoverVendor::Reply reply;
  put_name(reply.name, call.platform.description().vendor);
  call.put(reply);
  return {};
}

Result<void> sub_vendor(Call& call, const wire::DiscoverSubVendor&) {
  wire::DiscoverSubVendor::Reply reply;
  put_name(reply.name, call.platform.description().sub_vendor);
  call.put(reply);
  return {};
}

Result<void> implementation_version(Call& call, const wire::DiscoverImplementationVersion&) {
  call.put(wire::DiscoverImplementationVersion::Reply{.version = call.platform.description().implementation_version});
  return {};
}

Result<void> list_protocols(Call& call, const wire::DiscoverListProtocols& request) {
  std::array<uint8_t, kProtocols> list{};
  const uint32_t count = list_protocols(call, list);
  if (request.skip >= count) return failure(Error::InvalidParameters);
  call.put(wire::DiscoverListProtocols::Reply{.count = count - request.skip});
  for (uint32_t i = request.skip; i < count; i += 4) {
    uint32_t word = 0;
    for (uint32_t j = 0; j < 4 && i + j < count; ++j) word |= uint32_t(list[i + j]) << 8 * j;
    call.put_word(word);
  }
  return {};
}

// 4.3.2.8: until 1.0 only the name, and no way to ask for oneself.
Result<void> agent(Call& call, const wire::DiscoverAgent& request) {
  const auto agents = call.platform.description().agents;
  const bool old = call.version < kVersion2;
  const uint32_t id = request.agent == base::kMyself && !old ? call.agent : uint32_t(request.agent);
  if (id >= agents.size()) return failure(Error::NotFound);
  wire::DiscoverAgent::Reply reply{.agent = id, .name = {}};
  put_name(reply.name, agents[id].name);
  if (!old) call.put_word(reply.agent);
  call.put(reply.name);
  return {};
}

Result<void> notify_errors(Call& call, const wire::NotifyErrors& request) {
  const bool on = TRY(switch_of(request.enable));
  if (!call.from().hears) return failure(Error::NotSupported);
  call.from().hears_errors = on;
  return {};
}

// The messages below are for those that the platform trusts, and about agents other than the platform itself.
Result<void> check_agent(const Call& call, uint32_t agent) {
  const auto agents = call.platform.description().agents;
  if (!agents[call.agent].trusted) return failure(Error::Denied);
  if (agent == 0 || agent >= agents.size()) return failure(Error::NotFound);
  return {};
}

Result<void> permit_device(Call& call, uint32_t agent, uint32_t device, uint32_t protocols, uint32_t flags) {
  if (device >= call.platform.description().devices.size()) return failure(Error::NotFound);
  const bool allow = TRY(switch_of(flags));
  uint8_t& denied = call.platform.state().agents[agent].denied[device];
  denied = uint8_t(allow ? denied & ~protocols : denied | protocols);
  call.platform.permit();
  return {};
}

Result<void> set_device_permissions(Call& call, const wire::SetDevicePermissions& request) {
  CHECK(check_agent(call, request.agent));
  return permit_device(call, request.agent, request.device, 0xff, request.flags);
}

Result<void> set_protocol_permissions(Call& call, const wire::SetProtocolPermissions& request) {
  CHECK(check_agent(call, request.agent));
  std::array<uint8_t, kProtocols> list;
  const uint32_t count = list_protocols(call, list);
  uint32_t at = 0;
  while (at < count && list[at] != request.protocol) ++at;  // nobody can be kept from Base
  if (at == count) return failure(Error::NotFound);
  return permit_device(call, request.agent, request.device, 1u << (request.protocol & 7), request.flags);
}

Result<void> reset_agent_configuration(Call& call, const wire::ResetAgentConfiguration& request) {
  CHECK(check_agent(call, request.agent));
  const bool permissions_too = TRY(switch_of(request.flags));
  if (permissions_too) {
    call.platform.state().agents[request.agent].denied = {};
    call.platform.permit();
  }
  call.platform.reset_agent(request.agent);
  return {};
}

}  // namespace

constinit const Service kBaseService{
    .protocol = Protocol::Base,
    .version = {kVersion1, kVersion2, kVersion2, kVersion2, kVersion21},
    .messages = messages({
        on<wire::Attributes, attributes>(kVersion1),
        on<wire::DiscoverVendor, vendor>(kVersion1),
        on<wire::DiscoverSubVendor, sub_vendor>(kVersion1),
        on<wire::DiscoverImplementationVersion, implementation_version>(kVersion1),
        on<wire::DiscoverListProtocols, list_protocols>(kVersion1),
        on<wire::DiscoverAgent, agent>(kVersion1),
        on<wire::NotifyErrors, notify_errors>(kVersion1),
        on<wire::SetDevicePermissions, set_device_permissions>(kVersion2),
        on<wire::SetProtocolPermissions, set_protocol_permissions>(kVersion2),
        on<wire::ResetAgentConfiguration, reset_agent_configuration>(kVersion2),
    }),
};

}  // namespace scmi::platform
