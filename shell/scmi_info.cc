// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi_info.cc - who the platforms are, and whom they know.
#include "lib/console.hh"
#include "scmi/base.hh"
#include "shell/listing.hh"
#include "shell/names.hh"
#include "shell/scmi.hh"

namespace shell {
namespace {

using scmi::Protocol;

void show_protocol(Listing& list, const scmi::Instance& instance, uint8_t protocol) {
  bool own = false;
  for (const auto& channel : instance.channels()) own |= channel.protocol == protocol;
  const uint32_t version = instance.client(Protocol(protocol)).version(Protocol(protocol)).value_or(0);
  std::array<char, 12> memory;
  TextBuffer text(memory);
  print_to(text, "{}.{}", version >> 16, version & 0xffff);
  list.row({protocol, protocol_name(protocol), text.text(), own});
}

// What is optional in the specification and not there stays empty.
Result<void> show(Listing& list, const scmi::Instance& instance) {
  scmi::Client& client = instance.client(Protocol::Base);
  scmi::base::Base base(client);
  const auto vendor = base.vendor();
  if (!vendor) {
    list.row({index_of(instance), instance.name(), vendor.error()});
    return failure(vendor.error());
  }
  const auto sub_vendor = base.sub_vendor();
  const auto version = base.implementation_version();
  const auto attributes = base.attributes();
  const auto self = base.agent(scmi::base::kMyself);
  list.row({index_of(instance), instance.name(), "ok"sv, vendor->text(), sub_vendor ? sub_vendor->text() : ""sv,
            version.value_or(0), attributes ? attributes->agents : 0u, self ? self->id.raw : 0,
            self ? self->name.text() : ""sv, client.capacity()});
  const auto protocols = base.list_protocols();
  list.nest("protocols", "id#:10 name:-8 version:7 own_channel?own|:0");
  show_protocol(list, instance, uint8_t(Protocol::Base));
  if (protocols)
    for (size_t i = 0; i < protocols->count; ++i) show_protocol(list, instance, protocols->id[i]);
  list.unnest();
  CHECK(version);
  CHECK(attributes);
  CHECK(protocols);
  return {};
}

}  // namespace

COMMAND(scmi_info, "scmi info [-j]", "each platform: vendor, version, agents, protocols") {
  Listing list(
      call,
      "instance:8 name:-8 status:-6 vendor:-8 sub_vendor:-10 implementation#:14 agents:6 agent:5 agent_name:-10 "
      "channel_bytes:13"sv);
  Result<void> result;
  for (const auto& instance : scmi::instances())
    if (const Result<void> one = show(list, instance); !one) {
      about("SCMI platform"sv, index_of(instance));
      result = one;
    }
  return result;
}

COMMAND(scmi_agents, "scmi agents [-j]", "the agents that the platform knows") {
  scmi::base::Base base(chosen(Protocol::Base));
  const auto attributes = base.attributes();
  CHECK(attributes);
  const auto self = base.agent(scmi::base::kMyself);
  Listing list(call, "id:5 self?*|:4 name"sv);
  // Some platforms count agent 0, which is the platform itself, others do not.
  for (uint32_t id = 0; id <= attributes->agents; ++id) {
    const auto agent = base.agent(id);
    if (!agent && id && id == attributes->agents && is_status(agent.error())) break;
    about("agent"sv, id);
    CHECK(agent);
    list.row({id, self && self->id == id, agent->name.text()});
  }
  return {};
}

}  // namespace shell
