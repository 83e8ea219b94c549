// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi_check_reset.cc - Reset, 0x16 (4.8).
#include "scmi/reset.hh"

#include "shell/scmi_check.hh"

namespace shell::check {
namespace {

namespace wire = scmi::reset::wire;
using Bits = wire::DomainAttributes;

constexpr uint8_t kAttributes = 3, kReset = 4, kNotify = 5, kNameGet = 6;

enum Property { Answers, Zeros, Names, WholeNames, Notifies };
constexpr std::string_view kProperties =
    "DOMAIN_ATTRIBUTES of every id are there, or NOT_FOUND\n"
    "DOMAIN_ATTRIBUTES have zeros where they must\n"
    "names are printable and end with a NUL\n"
    "whole names begin with the short ones\n"
    "notifications can be switched on and off";

/// `id`: a domain that is ours to reset, with these abilities.
void play(Check& check, uint32_t id, uint32_t attributes) {
  check.test(kReset, "resets a domain");
  if (id == kNoId) return check.skip("none that is ours");
  check.probe(kReset, "resets a domain", kSuccess, id, wire::Reset::kAutonomous);
  check.probe(kReset, "holds a domain in reset", kSuccess, id, wire::Reset::kAssert);
  check.probe(kReset, "lets it go", kSuccess, id);
  check.probe(kReset, "with reserved flags is refused", kBad | kRefused, id, 0xffff'fff8);
  check.probe(kReset, "to a reserved state is refused", kBad | kRefused, id, wire::Reset::kAutonomous, 0x7fff'ffff);
  check.test(kReset, "later is answered by a delayed response");
  if (!(attributes & Bits::kAsynchronous))
    check.skip("not offered");
  else if (!scmi::reset::Reset(check.client()).pulse_and_wait(scmi::reset::Id(id)))
    check.wrong(id, "a delayed response");
  check.notifies(kNotify, id, attributes & Bits::kNotify, wire::kResetIssued,
                 [&] { check.ask(kReset, id, wire::Reset::kAutonomous); });
}

}  // namespace

void reset(Check& check) {
  if (!check.turn_to(scmi::Protocol::Reset, "1321")) return;
  check.common(0x1f, 0xffff'0000);
  const uint32_t count = check.attributes() & 0xffff;
  check.unknown_ids(count, 0);
  check.probe(kNotify, "with reserved bits is refused", kBad | kRefused | kNotFound, 0, 2);
  uint32_t toy = kNoId, abilities = 0;
  for (uint32_t id = 0; id < count && !check.stopped(); ++id) {
    check.ask(kAttributes, id);
    check.verify(Answers, id, kSuccess | kNotFound | kDenied);
    if (check.status() != Error{}) continue;
    const uint32_t bits = check.word(0);
    const bool newer = check.version() >= scmi::version(3, 0);
    const uint32_t zeros = bits & (newer ? 0x1fff'ffff : 0x3fff'ffff);
    check.verify(Zeros, id, zeros == 0, "zeros", zeros);
    check.verify_names(Names, id, 2, newer && bits & Bits::kExtendedName, kNameGet);
    if (bits & Bits::kNotify) check.verify_switch(Notifies, kNotify, id);
    // One that is ours, rather with abilities that want a test.
    if (check.destructive() && (toy == kNoId || (bits & ~abilities) >> 30) &&
        check.ask(kReset, id, wire::Reset::kAutonomous)) {
      toy = id;
      abilities = bits;
    }
  }
  check.report(kProperties);
  if (check.destructive()) play(check, toy, abilities);
}

}  // namespace shell::check
