// SPDX-License-Identifier: BSD-2-Clause
// lib/mark.hh - instructions that do nothing, for a tool that counts what lies between them.
#pragma once
#include <cstdint>

inline constexpr uint16_t kCallBegins = 0x5a01, kCallEnds = 0x5a02;  // of something whose cost is a figure
// Stands before each look for what somebody else does. What lies between the first look and the last one is waiting,
// and no cost of ours; after the last one comes kWaitEnds.
inline constexpr uint16_t kWaitLooks = 0x5a03, kWaitEnds = 0x5a04;

template <uint16_t Mark>
[[gnu::always_inline]] inline void mark() {
#ifdef __aarch64__
  asm volatile("movz xzr, %0" ::"i"(Mark) : "memory");
#elifdef __thumb2__
  asm volatile(".inst.w 0xf3af8080 | (%c0 & 0x7f)" ::"i"(Mark) : "memory");  // a hint that means nothing
#endif
}
