// SPDX-License-Identifier: BSD-2-Clause
// drivers/ns16550.hh - 8250 and 16550 UARTs and what is compatible with them, DesignWare's among it, polled. The speed
// is the previous stage's.
#pragma once
#include <cstddef>

#include "lib/console.hh"

namespace drivers {

class Ns16550 final : public Console {
 public:
  /// `shift`, `width`: the device tree's reg-shift, and reg-io-width in bytes: 1, 2 or 4. The registers take
  /// `size(shift)` bytes.
  explicit constexpr Ns16550(uintptr_t base, unsigned shift = 0, unsigned width = 1)
      : base_(base), shift_(uint8_t(shift)), width_(uint8_t(width)) {}
  static constexpr size_t size(unsigned shift) { return size_t{shift == 2 ? 32u : 8u} << shift; }

  /// Whether something there behaves like one. Takes no character, changes nothing.
  bool present() const;
  /// 8 bits, no parity, FIFOs on, no interrupts; sends what the previous stage left in the FIFO first.
  void start();
  /// "\n" goes out as "\r\n". A UART that takes no more characters loses them: no wait is endless.
  void write(std::string_view text) override;
  int get() override;
  /// Waits until the last character is on the line, for a time at most.
  void flush();

 private:
  uint8_t read(unsigned index) const;
  void write(unsigned index, uint8_t value) const;
  void put(char c);

  uintptr_t base_;
  uint8_t shift_, width_;
  bool stuck_ = false;  // waited in vain already: do not wait again
};

}  // namespace drivers
