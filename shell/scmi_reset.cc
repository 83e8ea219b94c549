// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/reset.hh"

#include "shell/input.hh"
#include "shell/listing.hh"
#include "shell/scmi.hh"

namespace shell {
namespace {

// The specification says 0xffffffff where nobody knows; TF-A and OP-TEE say 0x7fffffff.
constexpr uint32_t kNoLatency = 0x7fff'ffff;

using scmi::reset::Id;
using scmi::reset::Reset;
namespace wire = scmi::reset::wire;

Reset protocol() { return Reset(chosen(scmi::Protocol::Reset)); }
Id id_of(const Call& call) { return Id(uint32_t(call.number(0))); }

}  // namespace

COMMAND(scmi_reset_list, "scmi reset list [-l] [-j]", "the reset domains; -l: whole names") {
  Reset reset = protocol();
  const uint32_t count = TRY(reset.count());
  Listing list(call, "id:5 latency:10 async?async|:-5 notify?notify|:-6 name truncated?...|"sv);
  for (uint32_t id = 0; id < count; ++id) {
    CHECK(go_on());
    about("reset"sv, id);
    const auto info = reset.info(Id(id));
    if (!info) {
      if (info.error() == Error::NotFound) continue;  // a hole
      if (!is_status(info.error())) return failure(info.error());
      list.row({id, info.error()});
      continue;
    }
    bool cut = info->has(wire::DomainAttributes::kExtendedName);
    auto name = info->name.text();
    const auto whole = cut && call.has("-l"sv) ? reset.name(Id(id)) : failure(Error::NotFound);
    if (whole) {
      name = whole->text();
      cut = false;
    }
    list.row({id, info->latency >= kNoLatency ? Arg("unknown") : Arg(info->latency.raw),
              info->has(wire::DomainAttributes::kAsynchronous), info->has(wire::DomainAttributes::kNotify), name, cut});
  }
  return {};
}

COMMAND(scmi_reset_assert, "scmi reset assert|deassert ID", "holds a domain in reset, lets it go") {
  return protocol().set_asserted(id_of(call), call.verb() == "assert"sv);
}

COMMAND(scmi_reset_pulse, "scmi reset pulse ID [async]", "resets it and lets it go; async: waits for the response") {
  return call.has("async"sv) ? protocol().pulse_and_wait(id_of(call)) : protocol().pulse(id_of(call));
}

COMMAND(scmi_reset_notify, "scmi reset notify ID on|off", "prints when somebody resets it") {
  CHECK(print_events(wire::kResetIssued));
  return protocol().notify(id_of(call), is_on(call.text(1)));
}

}  // namespace shell
