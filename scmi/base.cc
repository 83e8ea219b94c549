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
  list->count = 0;
  const auto total = client_.one_word(wire::Attributes::kCommand);
  Error error = total ? Error{} : total.error();
  while (error == Error{} && list->count < uint8_t(*total)) {
    std::array<uint32_t, 1 + ProtocolList::kMost / 4> page;
    const auto size = client_.call_raw(wire::DiscoverListProtocols{.skip = list->count}, page);
    // The ids that came count, not how far the last word is padded: real platforms pad too little and too much.
    const uint32_t returned = size ? page[0] : 0;
    if (!size)
      error = size.error();
    else if (returned == 0)
      error = Error::EndlessPages;
    else if (returned > *size - 4 || returned > uint8_t(*total) - list->count)
      error = Error::BadCount;
    else if (list->count + returned > ProtocolList::kMost)
      error = Error::NoSpace;
    else
      std::memcpy(&list->id[list->count], &page[1], returned);
    list->count += returned;
  }
  if (error != Error{}) list = failure(error);
  return list;
}

// 1.0 answers the name alone; its length says so, and the id is then the one that was asked for.
Result<Agent> Base::agent(uint32_t id) {
  constexpr size_t kWords = sizeof(Agent) / 4;
  std::array<uint32_t, 1 + kWords> words;
  words[0] = id;
  constexpr auto kShape = Client::Shape::make(wire::DiscoverAgent::kCommand, 1, kWords, sizeof(ShortName));
  const auto size = client_.call_raw(kShape, {id}, std::span(words).subspan(1));
  if (!size) return failure(size.error());
  Result<Agent> agent(std::in_place);
  std::memcpy(static_cast<void*>(&*agent), &words[*size >= sizeof(Agent)], sizeof(Agent));
  return agent;
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
