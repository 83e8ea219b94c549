// SPDX-License-Identifier: BSD-2-Clause
// lib/console.hh - the one console that people and scripts see. The board sets it as soon as it has found a UART.
#pragma once
#include "lib/print.hh"

class Console : public Output {
 public:
  /// The next character typed, or -1 when there is none. Never waits.
  virtual int get() = 0;
};

/// Never null: until the board calls set_console() it is one that swallows everything.
Console& console();
void set_console(Console& console);

template <class... A>
void print(Format<std::type_identity_t<A>...> format, A... args) {
  print_to(console(), format, args...);
}
