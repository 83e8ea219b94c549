// SPDX-License-Identifier: BSD-2-Clause
// drivers/pl011.hh - Arm PL011 UART (DDI0183G), polled. The speed is the previous stage's.
#pragma once
#include "lib/console.hh"
#include "lib/reg.hh"

namespace drivers {

class Pl011 final : public Console {
 public:
  explicit constexpr Pl011(uintptr_t base) : regs_(base) {}

  /// Whether what lies there says that it is one.
  bool present() const;
  /// 8 bits, no parity, FIFOs on; sends what the previous stage left in the FIFO first.
  void start();
  /// "\n" goes out as "\r\n". A UART that takes no more characters loses them: no wait is endless.
  void write(std::string_view text) override;
  int get() override;
  /// Waits until the last character is on the line, for a time at most.
  void flush();

 private:
  void put(char c);

  Mmio regs_;
  bool stuck_ = false;  // waited in vain already: do not wait again
};

}  // namespace drivers
