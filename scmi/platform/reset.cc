// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/reset.cc - serves the Reset domain protocol, 0x16. Sections: DEN0056E.
#include "scmi/reset.hh"

#include "scmi/platform/resources.hh"
#include "scmi/platform/service.hh"

namespace scmi::platform {
namespace {
namespace wire = reset::wire;

constexpr uint32_t kVersion1 = version(1, 0), kVersion3 = version(3, 0), kVersion31 = version(3, 1);
constexpr uint32_t kOwnState = 1u << 31;  // implementation defined (4.8.2.6); else architectural

const Reset& described(const Call& call, uint32_t id) { return call.platform.description().resets[id]; }

/// What this agent may do with domain `id`, checked to be there and not denied.
Result<uint8_t> rights(const Call& call, uint32_t id) {
  if (id >= call.platform.description().resets.size()) return failure(Error::NotFound);
  const uint8_t mine = call.from().reset[id];
  if (!(mine & Exists)) return failure(Error::NotFound);
  if (!(mine & Allowed)) return failure(Error::Denied);
  return mine;
}

void issue(Platform& platform, uint32_t id, uint32_t state, uint32_t by) {
  ++platform.state().resets[id].issued;
  for (uint32_t agent = 1; agent < platform.description().agents.size(); ++agent)
    if (platform.state().agents[agent].reset[id] & HearChange)
      platform.notify(agent, wire::kResetIssued, {by, id, state});
}

Result<void> protocol_attributes(Call& call, const wire::ProtocolAttributes&) {
  call.put(wire::ProtocolAttributes::Reply{.attributes = uint32_t(call.platform.description().resets.size())});
  return {};
}

Result<void> domain_attributes(Call& call, const wire::DomainAttributes& request) {
  CHECK(rights(call, request.domain));
  const Reset& domain = described(call, request.domain);
  const bool hears = call.from().hears;
  const uint32_t word = (domain.asynchronous && hears ? wire::DomainAttributes::kAsynchronous : 0) |
                        (domain.notifies && hears ? wire::DomainAttributes::kNotify : 0) |
                        (call.version >= kVersion3 && is_long(domain.name) ? wire::DomainAttributes::kExtendedName : 0);
  wire::DomainAttributes::Reply reply{.attributes = word, .latency = domain.latency, .name = {}};
  put_name(reply.name, domain.name);
  call.put(reply);
  return {};
}

Result<void> reset(Call& call, const wire::Reset& request) {
  const uint8_t mine = TRY(rights(call, request.domain));
  const Reset& domain = described(call, request.domain);
  const bool autonomous = request.flags & wire::Reset::kAutonomous, assert = request.flags & wire::Reset::kAssert;
  const bool asynchronous = request.flags & wire::Reset::kAsynchronous;
  if (request.flags > 7 || (asynchronous && !autonomous)) return failure(Error::InvalidParameters);
  const bool known = request.state & kOwnState ? (request.state & ~kOwnState) < domain.own_states
                                               : request.state == wire::Reset::kArchitectural;
  if (!known) return failure(Error::InvalidParameters);
  if (!(mine & SetState)) return failure(Error::Denied);

  ResetState& state = call.platform.state().resets[request.domain];
  if (asynchronous) {
    if (!domain.asynchronous || !call.from().hears) return failure(Error::NotSupported);
    Pending* const pending = call.platform.postpone(call.agent, call.request.header, true);
    if (!pending) return failure(Error::Busy);
    pending->id = uint16_t(request.domain);
    pending->value = request.state;
  } else if (autonomous) {
    issue(call.platform, request.domain, request.state, call.agent);
    state.asserted = false;
  } else {
    if (assert && !state.asserted) issue(call.platform, request.domain, request.state, call.agent);
    state.asserted = assert;
    state.asserted_by = uint8_t(assert ? call.agent : 0);
  }
  return {};
}

Result<void> reset_notify(Call& call, const wire::ResetNotify& request) {
  CHECK(rights(call, request.domain));
  const bool on = TRY(switch_of(request.enable));
  if (!described(call, request.domain).notifies || !call.from().hears) return failure(Error::NotSupported);
  uint8_t& mine = call.from().reset[request.domain];
  mine = uint8_t(on ? mine | HearChange : mine & ~HearChange);
  return {};
}

Result<void> domain_name_get(Call& call, const wire::DomainNameGet& request) {
  CHECK(rights(call, request.domain));
  const char* const name = described(call, request.domain).name;
  if (!is_long(name)) return failure(Error::NotFound);
  wire::DomainNameGet::Reply reply{.flags = 0u, .name = {}};
  put_name(reply.name, name);
  call.put(reply);
  return {};
}

}  // namespace

void permit_resets(Platform& platform, uint32_t agent) {
  const auto& description = platform.description();
  for (size_t id = 0; id < description.resets.size(); ++id) {
    const Reset& domain = description.resets[id];
    uint8_t& mine = platform.state().agents[agent].reset[id];
    mine &= HearChange;
    if (!domain.name || !(domain.seen_by >> agent & 1)) continue;
    const bool denied = is_denied(platform, agent, Protocol::Reset, &Device::resets, id);
    const bool uses = !description.agents[agent].only_looks && domain.used_by >> agent & 1;
    mine |= uint8_t(Exists | (denied ? 0 : Allowed) | (uses ? SetState : 0));
  }
}

void reset_resets(Platform& platform, uint32_t agent) {
  for (ResetState& state : platform.state().resets)
    if (state.asserted_by == agent) state.asserted = false, state.asserted_by = 0;
}

void complete_reset(Platform& platform, const Pending& done) {
  issue(platform, done.id, uint32_t(done.value), done.agent);
  platform.state().resets[done.id].asserted = false;
  if (done.answer) platform.outbox(done.agent).answer(Header{done.header}, {0, done.id});
}

constinit const Service kResetService{
    .protocol = Protocol::Reset,
    .version = {0, kVersion1, kVersion1, kVersion3, kVersion31},
    .messages = messages({
        on<wire::ProtocolAttributes, protocol_attributes>(kVersion1),
        on<wire::DomainAttributes, domain_attributes>(kVersion1),
        on<wire::Reset, reset>(kVersion1),
        on<wire::ResetNotify, reset_notify>(kVersion1),
        on<wire::DomainNameGet, domain_name_get>(kVersion3),
    }),
};

}  // namespace scmi::platform
