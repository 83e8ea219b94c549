// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/monitor.hh - what start.S and the C++ of the monitor share.
#pragma once
#include <cstddef>
#include <cstdint>

#include "board/qemu_monitor/cpu.hh"
#include "lib/print.hh"

namespace board {

extern "C" {
void monitor_main();
void monitor_smc(Frame& frame);
void monitor_reflect();
void monitor_interrupt();
[[noreturn]] void monitor_crash(uintptr_t syndrome, uintptr_t at, uintptr_t address);
[[noreturn]] void descend(uintptr_t tree, uintptr_t pc, uintptr_t status);
extern const char forwarder[], forwarder_end[];
}

/// The UART that the firmware prints on too: the monitor says something only when it cannot go on.
Output& uart();
[[noreturn]] void power_off();
[[noreturn]] void restart();

}  // namespace board
