// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi_events.cc - notifications, a line each.
#include "lib/console.hh"
#include "scmi/base.hh"
#include "scmi/clock.hh"
#include "scmi/reset.hh"
#include "shell/scmi.hh"
#include "shell/session.hh"

namespace shell {
namespace {

void print_event(void* context, scmi::Header event, std::span<const uint32_t> payload) {
  const auto word = [&](size_t index) { return index < payload.size() ? payload[index] : 0; };
  const auto command = scmi::Command(event.word & 0x3fcff);
  make_room();
  print("scmi {}: ", index_of(*static_cast<scmi::Instance*>(context)));
  if (command == scmi::reset::wire::kResetIssued)
    print("reset {} issued, state {:#x}", word(1), word(2));
  else if (command == scmi::base::wire::kErrorEvent)
    print("{} error in {} messages, the first {:#010x}", word(1) >> 31 ? "fatal"sv : "recoverable"sv, word(1) & 0x3ff,
          word(2));
  else
    print("clock {} {} {} Hz", word(1), command == scmi::clock::wire::kRateChanged ? "changed to"sv : "is asked for"sv,
          scmi::join(word(2), word(3)));
  print(" by agent {}{}\n", word(0), payload.size() < 2 ? ", cut short"sv : ""sv);
}

}  // namespace

Result<void> print_events(scmi::Command event) { return listen(event, print_event, &chosen()); }

}  // namespace shell
