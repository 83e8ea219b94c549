// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/monitor.hh - what start.S and the C++ of the monitor share.
#pragma once
#include <cstddef>
#include <cstdint>

#include "lib/print.hh"

namespace board {

/// The caller's registers that C++ does not keep; what is written here is what the caller gets.
struct Frame {
  uint64_t x[19];
  uint64_t link;
};
static_assert(sizeof(Frame) == 160);

extern "C" {
void monitor_main();
void monitor_smc(Frame& frame);
void monitor_reflect();
void monitor_interrupt();
[[noreturn]] void monitor_crash(uint64_t syndrome, uint64_t at, uint64_t address);
[[noreturn]] void descend(uint64_t x0, uint64_t pc, uint64_t spsr);
extern const char forwarder[], forwarder_end[];
}

/// The UART that the firmware prints on too: the monitor says something only when it cannot go on.
Output& uart();
[[noreturn]] void power_off();
[[noreturn]] void restart();

/// Reads or writes a system register.
#define SYSTEM_READ(name)                         \
  ({                                              \
    uint64_t value_;                              \
    asm volatile("mrs %0, " name : "=r"(value_)); \
    value_;                                       \
  })
#define SYSTEM_WRITE(name, value) asm volatile("msr " name ", %x0" ::"rZ"(uint64_t(value)))

}  // namespace board
