// SPDX-License-Identifier: BSD-2-Clause
// drivers/uart.hh - what UARTs do alike, polled. The speed is the previous stage's.
#pragma once
#include "lib/console.hh"

namespace drivers {

/// `Device` looks at its flags - has_room(), is_idle(), has_received() - and moves a character: send(), take(). These
/// are inline in its source, where this is instantiated, and `extern` in its header.
template <class Device>
class Uart : public Console {
 public:
  /// "\n" goes out as "\r\n". A UART that takes no more characters loses them: no wait is endless.
  void write(std::string_view text) final;
  int get() final;
  /// Waits until the last character is on the line, for a time at most.
  void flush() const;

 private:
  friend Device;
  constexpr Uart() = default;

  // Reads of a flag that one wait may take: a full FIFO at 1200 baud, and more.
  static constexpr uint32_t kPatience = 10'000'000;

  const Device& device() const { return static_cast<const Device&>(*this); }
  [[gnu::always_inline]] void put(char c);

  bool stuck_ = false;  // waited in vain already: do not wait again
};

template <class Device>
void Uart<Device>::write(std::string_view text) {
  bool returned = false;  // the "\r" of this "\n" is out
  for (const char* at = text.data(); at != text.data() + text.size();) {
    returned = *at == '\n' && !returned;
    put(returned ? '\r' : *at++);
  }
}

template <class Device>
inline void Uart<Device>::put(char c) {
  for (uint32_t i = 0; !device().has_room(); ++i) {
    stuck_ = stuck_ || i == kPatience;
    if (stuck_) return;
  }
  stuck_ = false;
  device().send(uint8_t(c));
}

template <class Device>
int Uart<Device>::get() {
  return device().has_received() ? device().take() : -1;
}

template <class Device>
void Uart<Device>::flush() const {
  for (uint32_t i = 0; !device().is_idle() && i < kPatience; ++i) {}
}

}  // namespace drivers
