// SPDX-License-Identifier: BSD-2-Clause
// lib/mark.hh - instructions that do nothing, for a tool that counts what lies between them.
#pragma once
#include <cstdint>

inline constexpr uint16_t kCallBegins = 0x5a01, kCallEnds = 0x5a02;  // of something whose cost is a figure
inline constexpr uint16_t kWaitBegins = 0x5a03, kWaitEnds = 0x5a04;  // for somebody else, which is no cost of ours

template <uint16_t Mark>
[[gnu::always_inline]] inline void mark() {
#ifdef __aarch64__
  asm volatile("movz xzr, %0" ::"i"(Mark) : "memory");
#endif
}
