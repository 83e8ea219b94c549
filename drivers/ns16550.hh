// SPDX-License-Identifier: BSD-2-Clause
// drivers/ns16550.hh - 8250 and 16550 UARTs and what is compatible with them, DesignWare's among it, polled. The speed
// is the previous stage's.
#pragma once
#include <cstddef>

#include "drivers/uart.hh"

namespace drivers {

class Ns16550 final : public Uart<Ns16550> {
 public:
  /// `shift`, `width`: the device tree's reg-shift, and reg-io-width in bytes: 1, 2 or 4. The registers take
  /// `size(shift)` bytes.
  explicit constexpr Ns16550(uintptr_t base, unsigned shift = 0, unsigned width = 1)
      : shift_(uint8_t(shift)), width_(uint8_t(width)), base_(base) {}
  static constexpr size_t size(unsigned shift) { return size_t{shift == 2 ? 32u : 8u} << shift; }
  /// Where a register is that reading takes nothing from.
  static constexpr size_t harmless(unsigned shift) { return size_t{7} << shift; }

  /// Whether something there behaves like one. Takes no character, changes nothing.
  bool present() const;
  /// 8 bits, no parity, FIFOs on, no interrupts; sends what the previous stage left in the FIFO first.
  void start() const;

 private:
  friend Uart;
  bool has_room() const;
  bool is_idle() const;
  bool has_received() const;
  void send(uint8_t character) const;
  uint8_t take() const;

  uint8_t in(unsigned index) const;
  void out(unsigned index, uint8_t value) const;

  uint8_t shift_, width_;
  uintptr_t base_;
};
extern template class Uart<Ns16550>;

}  // namespace drivers
