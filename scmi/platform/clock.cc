// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/clock.cc - serves the Clock protocol, 0x14. Sections: DEN0056E.
#include "scmi/clock.hh"

#include <algorithm>

#include "scmi/platform/rates.hh"
#include "scmi/platform/resources.hh"
#include "scmi/platform/service.hh"

namespace scmi::platform {
namespace {
namespace wire = clock::wire;

constexpr uint32_t kVersion1 = version(1, 0), kVersion2 = clock::kVersion2, kVersion3 = clock::kVersion3;
constexpr uint32_t kDutyCycle = 1;  // extended configuration type (4.6.2.9)

const Clock& described(Platform& platform, size_t id) { return platform.description().clocks[id]; }

// Several ids may be one clock: this is the one whose state counts.
size_t real(Platform& platform, size_t id) {
  const uint16_t same = described(platform, id).same_as;
  return same == Clock::kItself ? id : same;
}

/// The description of the real clock behind `id`: of another row than id's own only the name and the rights count.
const Clock& source(Platform& platform, size_t id) { return described(platform, real(platform, id)); }

uint64_t rate_at_start(const Clock& clock) { return clock.rate ? clock.rate : clock.rates.words[0]; }

/// What this agent may do with clock `id`, checked to be there and not denied.
[[gnu::always_inline]] inline Result<uint8_t> rights(const Call& call, uint32_t id) {
  if (id >= call.platform.description().clocks.size()) [[unlikely]]
    return failure(Error::NotFound);
  const uint8_t mine = call.from().clock[id];
  if ((mine & (Exists | Allowed)) != (Exists | Allowed)) [[unlikely]]
    return failure(mine & Exists ? Error::Denied : Error::NotFound);
  return mine;
}
/// The same, where `needed` is needed.
Result<void> check(const Call& call, uint32_t id, Right needed) {
  if (!(TRY(rights(call, id)) & needed)) return failure(Error::Denied);
  return {};
}

bool enabled(Platform& platform, size_t id) {
  const size_t which = real(platform, id);
  const auto& clocks = platform.state().clocks;
  if (clocks[which].users || !clocks[which].shared) return clocks[which].users != 0;
  for (size_t i = 0; i < platform.description().clocks.size(); ++i)
    if (clocks[i].users && real(platform, i) == which) return true;
  return false;
}

/// Tells those who asked, each by the id that it asked about.
void tell(Platform& platform, size_t which, Command event, Right wish, uint32_t by, uint64_t rate) {
  const auto& description = platform.description();
  for (size_t id = 0; id < description.clocks.size(); ++id) {
    if (!described(platform, id).name || real(platform, id) != which) continue;
    for (uint32_t agent = 1; agent < description.agents.size(); ++agent)
      if (platform.state().agents[agent].clock[id] & wish)
        platform.notify(agent, event, {by, uint32_t(id), uint32_t(rate), uint32_t(rate >> 32)});
  }
}

void set_rate(Platform& platform, size_t id, uint64_t rate, uint32_t by) {
  const size_t which = real(platform, id);
  ClockState& state = platform.state().clocks[which];
  state.rate_by = uint8_t(by);
  if (state.rate == rate) return;
  state.rate = rate;
  tell(platform, which, wire::kRateChanged, HearChange, by, rate);
}

// --- messages ---

Result<void> protocol_attributes(Call& call, const wire::ProtocolAttributes&) {
  const uint32_t pending = call.from().hears ? kMostPending : 0;
  call.put(wire::ProtocolAttributes::Reply{.attributes =
                                               pending << 16 | uint32_t(call.platform.description().clocks.size())});
  return {};
}

Result<void> attributes(Call& call, const wire::Attributes& request) {
  const uint8_t mine = TRY(rights(call, request.clock));
  const Clock& clock = source(call.platform, request.clock);
  const char* const name = described(call.platform, request.clock).name;
  uint32_t word = enabled(call.platform, request.clock) ? wire::Attributes::kEnabled : 0;
  if (call.version >= kVersion2) {
    if (clock.notifies && call.from().hears)
      word |= wire::Attributes::kRateChangedNotify | wire::Attributes::kRateChangeRequestedNotify;
    if (is_long(name)) word |= wire::Attributes::kExtendedName;
  }
  if (call.version >= kVersion3) {
    const uint8_t all = SetRate | SetState | (clock.parents.empty() ? 0 : SetParent);
    if ((mine & all) != all) word |= wire::Attributes::kRestricted;
    if (!clock.parents.empty()) word |= wire::Attributes::kParents;
    if (clock.duty) word |= wire::Attributes::kExtendedConfig;
  }
  wire::Attributes::Reply reply{.attributes = word, .name = {}, .enable_delay = clock.enable_delay};
  put_name(reply.name, name);
  call.put(reply);
  if (call.version < kVersion2) --call.next;  // 1.0 has no word for the delay
  return {};
}

Result<void> describe_rates(Call& call, const wire::DescribeRates& request) {
  CHECK(rights(call, request.clock));
  const Rates& rates = source(call.platform, request.clock).rates;
  const auto total = uint32_t(rates.words.size());
  if (request.index >= (rates.range ? 1 : total)) return failure(Error::OutOfRange);
  const uint32_t count = std::min(total - request.index, (call.room() - 1) / 2);
  const uint32_t format = rates.range ? wire::DescribeRates::kTriplet : 0;
  call.put(wire::DescribeRates::Reply{.counts = (total - request.index - count) << 16 | format | count});
  for (const uint64_t rate : rates.words.subspan(request.index, count)) {
    call.put_word(uint32_t(rate));
    call.put_word(uint32_t(rate >> 32));
  }
  return {};
}

Result<void> rate_set(Call& call, const wire::RateSet& request) {
  const uint8_t mine = TRY(rights(call, request.clock));
  if (request.flags > 0xf) return failure(Error::InvalidParameters);
  if (!(mine & SetRate)) return failure(Error::Denied);
  const size_t which = real(call.platform, request.clock);
  const uint64_t wanted = join(request.low, request.high);
  const uint64_t rate = TRY(choose_rate(described(call.platform, which).rates, wanted, request.flags >> 2));
  if (request.flags & wire::RateSet::kAsynchronous) {
    const bool answer = !(request.flags & wire::RateSet::kIgnoreDelayed);
    if (!call.from().hears) return failure(Error::NotSupported);
    Pending* const pending = call.platform.postpone(call.agent, call.request.header, answer);
    if (!pending) return failure(Error::Busy);
    pending->id = uint16_t(request.clock);
    pending->value = rate;
  }
  tell(call.platform, which, wire::kRateChangeRequested, HearRequest, call.agent, wanted);
  if (!(request.flags & wire::RateSet::kAsynchronous)) set_rate(call.platform, which, rate, call.agent);
  return {};
}

Result<void> rate_get(Call& call, const wire::RateGet& request) {
  CHECK(rights(call, request.clock));
  const uint64_t rate = call.platform.state().clocks[real(call.platform, request.clock)].rate;
  call.put(wire::RateGet::Reply{.low = uint32_t(rate), .high = uint32_t(rate >> 32)});
  return {};
}

// An agent can only withdraw its own request for a clock; the clock stops when nobody's is left. What was on at the
// start has no user yet, so the first who may can stop it.
void set_state(Call& call, uint32_t id, bool on) {
  ClockState& state = call.platform.state().clocks[id];
  if (on) {
    state.users |= agents(call.agent);
    return;
  }
  ClockState& first = call.platform.state().clocks[real(call.platform, id)];
  state.users &= Agents(~agents(call.agent));
  if (first.users & agents(0)) first.stopped_by = uint8_t(call.agent);
  first.users &= Agents(~agents(0));
}

// 4.6.2.9: until 2.0 one bit, without the word for the extended value.
Result<void> config_set(Call& call) {
  const bool old = call.version < kVersion3;
  if (call.request.size != (old ? sizeof(wire::ConfigSet) : sizeof(wire::ConfigSet3)))
    return failure(Error::ProtocolError);
  const uint32_t id = call.request.words[0], attributes = call.request.words[1];
  const uint32_t value = old ? 0 : call.request.words[2];
  const uint8_t mine = TRY(rights(call, id));
  const uint32_t state = attributes & 3, type = old ? 0 : attributes >> 16 & 0xff;
  if (attributes & (old ? ~1u : 0xff00'fffc) || state == 2) return failure(Error::InvalidParameters);
  if (!(mine & SetState)) return failure(Error::Denied);
  const size_t which = real(call.platform, id);
  if (type) {
    if (type != kDutyCycle || !described(call.platform, which).duty) return failure(Error::NotSupported);
    if (value == 0 || value > 100) return failure(Error::InvalidParameters);
    call.platform.state().clocks[which].duty = uint8_t(value);
    call.platform.state().clocks[which].duty_by = uint8_t(call.agent);
  }
  if (state != wire::ConfigSet3::kUnchanged) set_state(call, id, state == wire::ConfigSet3::kEnable);
  return {};
}

Result<void> config_get(Call& call, const wire::ConfigGet& request) {
  CHECK(rights(call, request.clock));
  if (request.flags > 0xff) return failure(Error::InvalidParameters);
  const size_t which = real(call.platform, request.clock);
  uint32_t value = 0;
  if (request.flags) {
    if (request.flags != kDutyCycle || !described(call.platform, which).duty) return failure(Error::NotSupported);
    value = call.platform.state().clocks[which].duty;
  }
  call.put(wire::ConfigGet::Reply{
      .attributes = 0u, .config = enabled(call.platform, which) ? 1u : 0u, .extended_value = value});
  return {};
}

Result<void> name_get(Call& call, const wire::NameGet& request) {
  CHECK(rights(call, request.clock));
  const char* const name = described(call.platform, request.clock).name;
  if (!is_long(name)) return failure(Error::NotFound);
  wire::NameGet::Reply reply{.flags = 0u, .name = {}};
  put_name(reply.name, name);
  call.put(reply);
  return {};
}

Result<void> hear(Call& call, uint32_t id, uint32_t enable, Right wish) {
  CHECK(rights(call, id));
  const bool on = TRY(switch_of(enable));
  if (!source(call.platform, id).notifies || !call.from().hears) return failure(Error::NotSupported);
  uint8_t& mine = call.from().clock[id];
  mine = uint8_t(on ? mine | wish : mine & ~wish);
  return {};
}
Result<void> rate_notify(Call& call, const wire::RateNotify& request) {
  return hear(call, request.clock, request.enable, HearChange);
}
Result<void> rate_change_requested_notify(Call& call, const wire::RateChangeRequestedNotify& request) {
  return hear(call, request.clock, request.enable, HearRequest);
}

/// Parents of clock `id`; Error::NotSupported: it has none.
Result<Ids> parents(const Call& call, uint32_t id) {
  CHECK(rights(call, id));
  const Ids ids = source(call.platform, id).parents;
  if (ids.empty()) return failure(Error::NotSupported);
  return ids;
}

Result<void> possible_parents_get(Call& call, const wire::PossibleParentsGet& request) {
  const Ids ids = TRY(parents(call, request.clock));
  const auto total = uint32_t(ids.size());
  if (request.index >= total) return failure(Error::OutOfRange);
  const uint32_t count = std::min(total - request.index, call.room() - 1);
  call.put(wire::PossibleParentsGet::Reply{.flags = (total - request.index - count) << 24 | count});
  for (const uint16_t id : ids.subspan(request.index, count)) call.put_word(id);
  return {};
}

Result<void> parent_set(Call& call, const wire::ParentSet& request) {
  const Ids ids = TRY(parents(call, request.clock));
  CHECK(check(call, request.clock, SetParent));
  const auto found = std::find(ids.begin(), ids.end(), request.parent);
  if (found == ids.end()) return failure(Error::InvalidParameters);
  ClockState& state = call.platform.state().clocks[real(call.platform, request.clock)];
  state.parent = uint16_t(found - ids.begin());
  state.parent_by = uint8_t(call.agent);
  return {};
}

Result<void> parent_get(Call& call, const wire::ParentGet& request) {
  const Ids ids = TRY(parents(call, request.clock));
  const ClockState& state = call.platform.state().clocks[real(call.platform, request.clock)];
  call.put(wire::ParentGet::Reply{.parent = ids[state.parent]});
  return {};
}

Result<void> get_permissions(Call& call, const wire::GetPermissions& request) {
  const uint8_t mine = TRY(rights(call, request.clock));
  call.put(wire::GetPermissions::Reply{.permissions = (mine & SetState ? wire::GetPermissions::kState : 0) |
                                                      (mine & SetParent ? wire::GetPermissions::kParent : 0) |
                                                      (mine & SetRate ? wire::GetPermissions::kRate : 0)});
  return {};
}

}  // namespace

void start_clock(Platform& platform, size_t id) {
  const Clock& clock = described(platform, id);
  if (!clock.name) return;
  ClockState& state = platform.state().clocks[id];
  if (clock.same_as != Clock::kItself) {
    platform.state().clocks[clock.same_as].shared = true;
    return;
  }
  state.rate = rate_at_start(clock);
  state.duty = clock.duty;
  state.users = clock.on ? agents(0) : kNobody;
}

void permit_clocks(Platform& platform, uint32_t agent) {
  const auto& description = platform.description();
  const bool only_looks = description.agents[agent].only_looks;
  const auto may = [&](Agents who, Right right) { return !only_looks && who >> agent & 1 ? right : 0; };
  for (size_t id = 0; id < description.clocks.size(); ++id) {
    const Clock& clock = description.clocks[id];
    uint8_t& mine = platform.state().agents[agent].clock[id];
    mine &= HearChange | HearRequest;
    if (!clock.name || !(clock.seen_by >> agent & 1)) continue;
    const bool denied = is_denied(platform, agent, Protocol::Clock, &Device::clocks, id);
    const int rights = Exists | (denied ? 0 : Allowed) | may(clock.rate_by, SetRate) | may(clock.state_by, SetState) |
                       (source(platform, id).parents.empty() ? 0 : may(clock.parent_by, SetParent));
    mine |= uint8_t(rights);
  }
}

void reset_clocks(Platform& platform, uint32_t agent) {
  for (size_t id = 0; id < platform.description().clocks.size(); ++id) {
    const Clock& clock = described(platform, id);
    ClockState& state = platform.state().clocks[id];
    state.users &= Agents(~agents(agent));
    if (!clock.name || clock.same_as != Clock::kItself) continue;
    if (state.rate_by == agent) set_rate(platform, id, rate_at_start(clock), 0);
    if (state.parent_by == agent) state.parent = state.parent_by = 0;
    if (state.duty_by == agent) state.duty = clock.duty, state.duty_by = 0;
    if (state.stopped_by == agent) state.users |= agents(0), state.stopped_by = 0;
  }
}

void complete_clock(Platform& platform, const Pending& done) {
  set_rate(platform, done.id, done.value, done.agent);
  if (done.answer)
    platform.outbox(done.agent)
        .answer(Header{done.header}, {0, done.id, uint32_t(done.value), uint32_t(done.value >> 32)});
}

constinit const Service kClockService{
    .protocol = Protocol::Clock,
    .version = {kVersion1, kVersion1, kVersion1, kVersion2, kVersion3},
    .messages = messages({
        on<wire::ProtocolAttributes, protocol_attributes>(kVersion1),
        on<wire::Attributes, attributes>(kVersion1),
        on<wire::DescribeRates, describe_rates>(kVersion1),
        on<wire::RateSet, rate_set>(kVersion1),
        on<wire::RateGet, rate_get>(kVersion1),
        Row{uint8_t(wire::ConfigSet::kCommand), {Message::kAnySize, kVersion1, config_set}},
        on<wire::NameGet, name_get>(kVersion2),
        on<wire::RateNotify, rate_notify>(kVersion2),
        on<wire::RateChangeRequestedNotify, rate_change_requested_notify>(kVersion2),
        on<wire::ConfigGet, config_get>(kVersion3),
        on<wire::PossibleParentsGet, possible_parents_get>(kVersion3),
        on<wire::ParentSet, parent_set>(kVersion3),
        on<wire::ParentGet, parent_get>(kVersion3),
        on<wire::GetPermissions, get_permissions>(kVersion3),
    }),
};

}  // namespace scmi::platform
