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
  Result<ProtocolList> list(std::in_place);
  uint32_t count = 0;
  const auto total = attributes();
  if (!total) return failure(total.error());
  while (count < total->protocols) {
    std::array<uint32_t, 1 + ProtocolList::kMost / 4> page;
    const auto size = client_.call_raw(wire::DiscoverListProtocols{.skip = count}, page);
    if (!size) return failure(size.error());
    // The ids that came count, not how far the last word is padded: real platforms pad too little and too much.
    const uint32_t returned = page[0];
    if (returned == 0) return failure(Error::EndlessPages);
    if (returned > *size - 4 || returned > total->protocols - count) return failure(Error::BadCount);
    if (count + returned > ProtocolList::kMost) return failure(Error::NoSpace);
    std::memcpy(&list->id[count], &page[1], returned);
    count += returned;
  }
  list->count = count;
  return list;
}

Result<Agent> Base::agent(uint32_t id) {
  if (TRY(client_.version(Protocol::Base)) >= version(2, 0))
    return client_.call<wire::DiscoverAgent, Agent>({.agent = id});
  const auto name = client_.call<wire::DiscoverAgent1, ShortName>({.agent = id});
  if (!name) return failure(name.error());
  return Agent{id, *name};
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
