// SPDX-License-Identifier: BSD-2-Clause
// board/common/uart.hh - the console: the first UART of the board's kind that works.
#pragma once
#include "arch/access.hh"
#include "arch/mmu.hh"
#include "board/common/discovery.hh"
#include "lib/console.hh"

namespace board {

/// Where the registers of one are, and among them one that reading takes nothing from: whether anything answers at all
/// is asked there, in accesses of `width` bytes.
struct UartPlace {
  uint64_t address;
  size_t size, harmless;
  unsigned width;
};

/// Makes `candidate`, which is at `place`, the console in `uart`. False: it is none, or not usable.
template <class Uart>
bool start_console(Uart& uart, const Uart& candidate, const UartPlace& place) {
  static constinit uint64_t started = 0;
  if (place.address == started) return true;
  if (!arch::map(place.address, place.size, arch::Memory::Device) ||
      !arch::peek(place.address + place.harmless, place.width) || !candidate.present())
    return false;
  uart = candidate;
  uart.start();
  set_console(uart);
  started = place.address;
  return true;
}

/// For the row of consoles: of its devices the first that `start` takes is the one. False: this one it does not take.
template <class Start>
bool choose_uart(const Device& device, Start start) {
  static constinit bool chosen = false;
  chosen = chosen || (device.reg && start(device.reg->address));
  return chosen;
}

}  // namespace board
