// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/base.hh"

namespace scmi::base {

Result<Attributes> Base::attributes() {
  const uint32_t word = TRY(client_.one_word(wire::Attributes::kCommand));
  return Attributes{.protocols = uint8_t(word), .agents = uint8_t(word >> 8)};
}

Result<ShortName> Base::vendor() { return client_.call<wire::DiscoverVendor, ShortName>({}); }

Result<ShortName> Base::sub_vendor() { return client_.call<wire::DiscoverSubVendor, ShortName>({}); }

Result<uint32_t> Base::implementation_version() {
  return client_.one_word(wire::DiscoverImplementationVersion::kCommand);
}

Result<ProtocolList> Base::list_protocols() {
  ProtocolList list{};
  const uint32_t total = TRY(attributes()).protocols;
  while (list.count < total) {
    struct {
      wire::DiscoverListProtocols::Reply head;
      std::array<uint8_t, 64> id;
    } page;
    const std::span words(reinterpret_cast<uint32_t*>(&page), sizeof page / 4);
    const uint32_t size = TRY(client_.call_raw(wire::DiscoverListProtocols{.skip = list.count}, words));
    // The ids that came count, not how far the last word is padded: real platforms pad too little and too much.
    const uint32_t count = page.head.count;
    if (count > total - list.count || count > size - sizeof page.head) return failure(Error::BadCount);
    if (count == 0) return failure(Error::EndlessPages);
    for (uint32_t i = 0; i < count && i < page.id.size(); ++i) {
      if (list.count == list.id.size()) return failure(Error::NoSpace);
      list.id[list.count++] = page.id[i];
    }
  }
  return list;
}

Result<Agent> Base::agent(uint32_t id) {
  if (TRY(client_.version(Protocol::Base)) >= version(2, 0))
    return client_.call<wire::DiscoverAgent, Agent>({.agent = id});
  return Agent{id, TRY((client_.call<wire::DiscoverAgent1, ShortName>({.agent = id})))};
}

Result<void> Base::notify_errors(bool enable) { return client_.order(wire::NotifyErrors{.enable = enable}); }

Result<void> Base::set_device_permissions(uint32_t agent, uint32_t device, bool allow) {
  return client_.order(wire::SetDevicePermissions{.agent = agent, .device = device, .flags = allow});
}

Result<void> Base::set_protocol_permissions(uint32_t agent, uint32_t device, uint8_t protocol, bool allow) {
  return client_.order(
      wire::SetProtocolPermissions{.agent = agent, .device = device, .protocol = protocol, .flags = allow});
}

Result<void> Base::reset_agent_configuration(uint32_t agent, bool permissions_too) {
  return client_.order(wire::ResetAgentConfiguration{.agent = agent, .flags = permissions_too});
}

}  // namespace scmi::base
