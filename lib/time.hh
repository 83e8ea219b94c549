// SPDX-License-Identifier: BSD-2-Clause
// lib/time.hh - a counter that only goes up, handed in by the board; waits are bounded with it.
#pragma once
#include <cstdint>

using Ticks = uint64_t;

struct Time {
  Ticks (*now)();
  uint32_t hertz;  // ticks a second

  /// Rounded up, so that a limit is never shorter than asked for.
  constexpr Ticks microseconds(uint64_t us) const { return us * (hertz / 1000 + 1) / 1000 + 1; }
  constexpr Ticks milliseconds(uint64_t ms) const { return microseconds(ms * 1000); }
};
