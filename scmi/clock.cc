// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/clock.hh"

namespace scmi::clock {

Page wire::DescribeRates::page(Client& client, uint32_t counts) {
  Page page{counts & 0xfff, counts >> 16};
  if (counts & kTriplet) {
    if (page.returned == 1 && client.has(Quirk::TripletCountedAsOne)) page.returned = 3;
    if (page.returned != 3 || page.remaining) page.returned = UINT32_MAX;  // which nothing bears out
  }
  return page;
}

Result<std::optional<uint64_t>> Rates::next() {
  const auto item = pages_.PageWalk::next();
  if (!item) return failure(item.error());
  if (!*item) return std::nullopt;
  return join((*item)[0], (*item)[1]);
}

Result<Counts> Clock::counts() {
  const uint32_t word = TRY(client_.one_word(wire::ProtocolAttributes::kCommand));
  return Counts{.clocks = uint16_t(word), .pending = uint8_t(word >> 16)};
}

Result<Info> Clock::info(Id id) {
  Result<Info> info(std::in_place);
  const Error error = client_.fetch(wire::Attributes{.clock = uint32_t(id)}, *info);
  if (error != Error{}) [[unlikely]]
    forgive(info, error);
  return info;
}

// A clock that answers nothing about itself, on a platform known for such clocks, is a nameless one; else it is a hole.
[[gnu::cold]] void Clock::forgive(Result<Info>& info, Error error) {
  const bool absent = error == Error::NotFound || error == Error::NotSupported;
  if (absent && client_.has(Quirk::ClockWithoutAttributes))
    std::memset(static_cast<void*>(&info.emplace()), 0, sizeof(Info));
  else
    info = failure(error);
}

Result<Name> Clock::name(Id id) { return client_.call<wire::NameGet, Name>({.clock = uint32_t(id)}); }

Result<uint64_t> Clock::rate(Id id) { return client_.call(wire::RateGet{.clock = uint32_t(id)}); }

Result<void> Clock::send_rate(Id id, uint64_t hertz, uint32_t flags) {
  return client_.order(
      wire::RateSet{.flags = flags, .clock = uint32_t(id), .low = uint32_t(hertz), .high = uint32_t(hertz >> 32)});
}

Result<void> Clock::set_rate(Id id, uint64_t hertz, Round round) { return send_rate(id, hertz, uint32_t(round)); }

Result<uint64_t> Clock::set_rate_and_wait(Id id, uint64_t hertz, Round round) {
  client_.expect(wire::RateSet::kCommand);
  const auto done = client_.await(send_rate(id, hertz, uint32_t(round) | wire::RateSet::kAsynchronous), 3);
  if (!done) return failure(done.error());
  if ((*done)[0] != uint32_t(id)) return failure(Error::Malformed);
  return join((*done)[1], (*done)[2]);
}

// 4.6.2.9: two words until 2.0; from 3.0 a third, the extended value, which is not touched here.
Result<void> Clock::enable(Id id, bool on) {
  const auto version = client_.version(Protocol::Clock);
  if (!version) return failure(version.error());
  return client_.order(Client::Shape::make(wire::ConfigSet::kCommand, *version < kVersion3 ? 2 : 3, 0, 0), uint32_t(id),
                       on ? wire::ConfigSet3::kEnable : wire::ConfigSet3::kDisable, 0, 0);
}

Result<Config> Clock::config(Id id, uint8_t extended_type) {
  return client_.call<wire::ConfigGet, Config>({.clock = uint32_t(id), .flags = extended_type});
}

Result<void> Clock::set_extended(Id id, uint8_t extended_type, uint32_t value) {
  return client_.order(wire::ConfigSet3{.clock = uint32_t(id),
                                        .attributes = wire::ConfigSet3::kUnchanged | uint32_t(extended_type) << 16,
                                        .extended_value = value});
}

Result<Id> Clock::parent(Id id) { return Id(TRY(client_.call(wire::ParentGet{.clock = uint32_t(id)}))); }

Result<void> Clock::set_parent(Id id, Id parent) {
  return client_.order(wire::ParentSet{.clock = uint32_t(id), .parent = uint32_t(parent)});
}

Result<uint32_t> Clock::permissions(Id id) { return client_.call(wire::GetPermissions{.clock = uint32_t(id)}); }

Result<void> Clock::notify_rate(Id id, bool enable) {
  return client_.order(wire::RateNotify{.clock = uint32_t(id), .enable = enable});
}

Result<void> Clock::notify_rate_requests(Id id, bool enable) {
  return client_.order(wire::RateChangeRequestedNotify{.clock = uint32_t(id), .enable = enable});
}

}  // namespace scmi::clock
