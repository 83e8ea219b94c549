// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/paging.hh - the MMU's registers, caches, and the bits of a descriptor that differ by mode. Long descriptors
// (LPAE) because they are arm64's: one source fills both, and Hyp mode has no others.
#pragma once
#include "arch/arm/cpu.hh"

namespace arch {

inline constexpr unsigned kAddressBits = 32;  // of what can be named; LPAE reaches 40 behind it
inline constexpr unsigned kTopEntries = 4;    // of the first table

// MAIR0: Normal Non-cacheable, Normal write-back, Device.
inline constexpr uint32_t kMair = 0x44'ff'04;

inline uint64_t execution_bits(bool executed) {
  constexpr uint64_t kHyp = 1 << 6;               // AP[1] is SBO where one translation regime has one privilege level
  constexpr uint64_t kNever = uint64_t{1} << 54;  // XN, for every level
  return (at_el2() ? kHyp : 0) | (executed ? 0 : kNever);
}

inline uint32_t cache_line() { return uint32_t{4} << (READ_CP15("0", "c0", "c0", "1") >> 16 & 15); }
inline void clean_line(uint32_t at) { WRITE_CP15("0", "c7", "c14", "1", at); }  // DCCIMVAC: and drops it
inline void drop_line(uint32_t at) { WRITE_CP15("0", "c7", "c6", "1", at); }    // DCIMVAC

inline void forget_translations() {
  if (at_el2())
    WRITE_CP15("4", "c8", "c7", "0", 0);  // TLBIALLH
  else
    WRITE_CP15("0", "c8", "c7", "0", 0);  // TLBIALL
}

inline unsigned physical_address_bits() { return kAddressBits; }

static inline void switch_mmu_on(const uint64_t* table) {
  // Long descriptors; T0SZ = 0: 32 bits; walks write-back, inner shareable.
  constexpr uint32_t kTtbcr = uint32_t{1} << 31 | 3 << 12 | 1 << 10 | 1 << 8;
  constexpr uint32_t kOn = SCTLR_M | SCTLR_C | SCTLR_Z | SCTLR_I | SCTLR_WXN;
  const bool hyp = at_el2();
  if (hyp) {
    WRITE_CP15("4", "c10", "c2", "0", kMair);            // HMAIR0
    WRITE_CP15("4", "c2", "c0", "2", kTtbcr | 1 << 23);  // HTCR
    WRITE_CP15_64("4", "c2", uintptr_t(table));          // HTTBR
  } else {
    WRITE_CP15("0", "c2", "c0", "2", kTtbcr);    // TTBCR first: it says what the others are
    WRITE_CP15("0", "c10", "c2", "0", kMair);    // MAIR0
    WRITE_CP15_64("0", "c2", uintptr_t(table));  // TTBR0
  }
  asm volatile("isb" ::: "memory");
  forget_translations();
  WRITE_CP15("0", "c7", "c5", "0", 0);  // ICIALLU
  WRITE_CP15("0", "c7", "c5", "6", 0);  // BPIALL
  asm volatile("dsb sy\n isb" ::: "memory");
  if (hyp)
    WRITE_CP15("4", "c1", "c0", "0", HSCTLR_OFF | kOn);
  else
    WRITE_CP15("0", "c1", "c0", "0", SCTLR_OFF | kOn);
  asm volatile("isb" ::: "memory");
}

}  // namespace arch
