// SPDX-License-Identifier: BSD-2-Clause
// drivers/pl011.hh - Arm PL011 UART (DDI0183G), polled. The speed is the previous stage's.
#pragma once
#include <cstddef>

#include "drivers/uart.hh"
#include "lib/reg.hh"

namespace drivers {

class Pl011 final : public Uart<Pl011> {
 public:
  static constexpr size_t kSize = 0x1000;
  static constexpr size_t kHarmless = 0xffc;  // a register that reading takes nothing from

  explicit constexpr Pl011(uintptr_t base) : regs_(base) {}

  /// Whether what lies there says that it is one.
  bool present() const;
  /// 8 bits, no parity, FIFOs on; sends what the previous stage left in the FIFO first.
  void start() const;

 private:
  friend Uart;
  bool has_room() const;
  bool is_idle() const;
  bool has_received() const;
  void send(uint8_t character) const;
  uint8_t take() const;

  Mmio regs_;
};
extern template class Uart<Pl011>;

}  // namespace drivers
