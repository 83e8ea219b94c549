// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/reset.hh"

namespace scmi::reset {

Result<uint16_t> Reset::count() { return uint16_t(TRY(client_.one_word(wire::ProtocolAttributes::kCommand))); }

Result<Info> Reset::info(Id id) { return client_.call<wire::DomainAttributes, Info>({.domain = uint32_t(id)}); }

Result<Name> Reset::name(Id id) { return client_.call<wire::DomainNameGet, Name>({.domain = uint32_t(id)}); }

Result<void> Reset::set_asserted(Id id, bool asserted, uint32_t state) {
  return client_.order(
      wire::Reset{.domain = uint32_t(id), .flags = asserted ? wire::Reset::kAssert : 0u, .state = state});
}

Result<void> Reset::pulse(Id id, uint32_t state) {
  return client_.order(wire::Reset{.domain = uint32_t(id), .flags = wire::Reset::kAutonomous, .state = state});
}

Result<void> Reset::pulse_and_wait(Id id, uint32_t state) {
  constexpr uint32_t kFlags = wire::Reset::kAutonomous | wire::Reset::kAsynchronous;
  const auto done = TRY(client_.call_delayed(wire::Reset{.domain = uint32_t(id), .flags = kFlags, .state = state}));
  if (done.domain != uint32_t(id)) return failure(Error::Malformed);
  return {};
}

Result<void> Reset::notify(Id id, bool enable) {
  return client_.order(wire::ResetNotify{.domain = uint32_t(id), .enable = enable});
}

}  // namespace scmi::reset
