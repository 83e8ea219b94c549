// SPDX-License-Identifier: BSD-2-Clause
// lib/assert.hh - for mistakes of the programmer, never for data from outside. Always compiled in.
#pragma once

[[noreturn]] void panic(const char* what);  // arch/ prints it with a backtrace, then stops or reboots as configured

#define ASSERT(condition)          \
  do {                             \
    if (!(condition)) [[unlikely]] \
      panic(#condition);           \
  } while (0)
