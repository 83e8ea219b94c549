// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/machine.cc - a voice, the power switch, and the end of the road.
#include "board/qemu_monitor/map.hh"
#include "board/qemu_monitor/monitor.hh"
#include "lib/assert.hh"
#include "lib/reg.hh"

namespace board {
namespace {

// PL011 (Arm DDI0183).
constexpr Reg<uint32_t, 0x00> kData;
constexpr Reg<uint32_t, 0x18, Right::ReadOnly> kFlags;
constexpr Field<uint32_t, 5> kTransmitFull;

class Uart final : public Output {
 public:
  void write(std::string_view text) override {
    const Mmio uart(kUart);
    for (const char c : text) {
      if (c == '\n') put(uart, '\r');
      put(uart, c);
    }
  }

 private:
  static void put(const Mmio& uart, char c) {
    while (kTransmitFull.get(uart.read(kFlags))) {}
    uart.write(kData, uint32_t(c));
  }
};
constinit Uart the_uart;

// PL061 (Arm DDI0190): bits 9:2 of the data register's address choose the pins that an access means.
constexpr Reg<uint32_t, 0x400> kDirection;

[[noreturn]] void pulse(unsigned pin) {
  const Mmio gpio(kSecureGpio);
  const uintptr_t data = kSecureGpio + (4u << pin);
  gpio.write(kDirection, gpio.read(kDirection) | 1u << pin);
  mmio_write<uint32_t>(data, 0);
  mmio_write<uint32_t>(data, 1u << pin);
  for (;;) asm volatile("wfi");
}

}  // namespace

Output& uart() { return the_uart; }
void power_off() { pulse(kGpioPowerOff); }
void restart() { pulse(kGpioRestart); }

void monitor_crash(uintptr_t syndrome, uintptr_t at, uintptr_t address) {
  print_to(the_uart, "\nmonitor: exception of its own, syndrome {:#x} at {:#x}, address {:#x}\n", syndrome, at,
           address);
  power_off();
}

}  // namespace board

void panic(const char* what) {
  print_to(board::uart(), "\nmonitor: {}\n", what);
  board::power_off();
}

extern "C" {
uintptr_t __stack_chk_guard = uintptr_t(0x5ca1'ab1e'00ff'0a0d);  // has the bytes that end a copy of text
[[noreturn]] void __stack_chk_fail() { panic("stack overrun"); }
}
