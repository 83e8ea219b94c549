// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/reset.hh"

namespace scmi::reset {

Result<uint16_t> Reset::count() { return uint16_t(TRY(client_.one_word(wire::ProtocolAttributes::kCommand))); }

Result<Info> Reset::info(Id id) { return client_.call<wire::DomainAttributes, Info>({.domain = uint32_t(id)}); }

Result<Name> Reset::name(Id id) { return client_.call<wire::DomainNameGet, Name>({.domain = uint32_t(id)}); }

Result<void> Reset::send(Id id, uint32_t flags, uint32_t state) {
  return client_.order(wire::Reset{.domain = uint32_t(id), .flags = flags, .state = state});
}

Result<void> Reset::set_asserted(Id id, bool asserted, uint32_t state) {
  return send(id, asserted ? wire::Reset::kAssert : 0, state);
}

Result<void> Reset::pulse(Id id, uint32_t state) { return send(id, wire::Reset::kAutonomous, state); }

Result<void> Reset::pulse_and_wait(Id id, uint32_t state) {
  client_.expect(wire::Reset::kCommand);
  const auto done = client_.await(send(id, wire::Reset::kAutonomous | wire::Reset::kAsynchronous, state), 1);
  if (!done) return failure(done.error());
  if (**done != uint32_t(id)) return failure(Error::Malformed);
  return {};
}

Result<void> Reset::notify(Id id, bool enable) {
  return client_.order(wire::ResetNotify{.domain = uint32_t(id), .enable = enable});
}

}  // namespace scmi::reset
