// SPDX-License-Identifier: BSD-2-Clause
// shell/firmware.cc - the machine, and the firmware below us.
#include "lib/console.hh"
#include "lib/version.hh"
#include "shell/command.hh"

namespace shell {

COMMAND(version, "version", "what runs here, and on what") {
  print("Corbel {}, {}\n", version(), call.machine.board());
  return {};
}

COMMAND(smc, "smc|hvc FID [X...]", "calls the firmware with x0 = FID, x1 ..., prints x0 to x3") {
  Machine::Registers in{};
  if (call.count() > in.size()) return failure(Error::Usage);
  for (size_t i = 0; i < call.count(); ++i) {
    in[i] = call.number(i);
    if (uintptr_t(in[i]) != in[i]) return failure(Error::BadNumber);  // its register is smaller
  }
  const auto out = call.machine.firmware_call(in, call.verb() == "hvc"sv);
  for (uint32_t i = 0; i < 4; ++i) print("x{} {:#x}\n", i, uintptr_t(out[i]));
  return {};
}

COMMAND(reset, "reset", "starts the machine again") { return failure(call.machine.reset()); }

COMMAND(poweroff, "poweroff", "switches the machine off") { return failure(call.machine.power_off()); }

}  // namespace shell
