// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/paging.hh - the MMU's registers, caches, and the bits of a descriptor that differ by exception level.
#pragma once
#include "arch/arm64/asm.hh"
#include "arch/arm64/cpu.hh"

namespace arch {

inline constexpr unsigned kAddressBits = 39;
inline constexpr unsigned kTopEntries = 512;  // of the first table

// MAIR: Normal Non-cacheable, Normal write-back, Device-nGnRE.
inline constexpr uint64_t kMair = 0x44'ff'04;

[[gnu::always_inline]] static inline uint64_t execution_bits(bool executed) {
  constexpr uint64_t kEl2 = 1 << 6;  // AP[1] is RES1 where one translation regime has one privilege level
  constexpr uint64_t kNoEl1 = uint64_t{1} << 53, kNever = uint64_t{1} << 54;  // PXN; UXN, or XN at EL2
  if (at_el2()) return kEl2 | (executed ? 0 : kNever);
  return kNever | (executed ? 0 : kNoEl1);
}

inline uint64_t cache_line() { return uint64_t{4} << (READ_SYSREG("ctr_el0") >> 16 & 15); }
inline void clean_line(uint64_t at) { asm volatile("dc civac, %0" ::"r"(at) : "memory"); }  // and drops it
inline void drop_line(uint64_t at) { asm volatile("dc ivac, %0" ::"r"(at) : "memory"); }

inline void forget_translations() {
  if (at_el2())
    asm volatile("tlbi alle2" ::: "memory");
  else
    asm volatile("tlbi vmalle1" ::: "memory");
}

inline uint64_t physical_range() { return READ_SYSREG("id_aa64mmfr0_el1") & 0xf; }
static inline unsigned physical_address_bits() {
  constexpr uint8_t kSizes[] = {32, 36, 40, 42, 44, 48, 52};
  uint64_t range = physical_range();
  if (range >= sizeof kSizes) range = sizeof kSizes - 1;
  return kSizes[range];
}

static inline void switch_mmu_on(const uint64_t* table) {
  uint64_t range = physical_range();
  if (range > 5) range = 5;  // 52 bits need another granule or FEAT_LPA2
  // T0SZ; walks write-back, inner shareable; 4 KiB granule.
  constexpr uint64_t kTcr = (64 - kAddressBits) | 1 << 8 | 1 << 10 | 3 << 12;
  constexpr uint64_t kOn = SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN;
  if (at_el2()) {
    WRITE_SYSREG("mair_el2", kMair);
    WRITE_SYSREG("tcr_el2", kTcr | range << 16 | uint64_t{1} << 31 | 1 << 23);
    WRITE_SYSREG("ttbr0_el2", uint64_t(table));
    asm volatile("isb; tlbi alle2; ic iallu; dsb sy; isb" ::: "memory");
    WRITE_SYSREG("sctlr_el2", SCTLR_EL2_OFF | kOn);
  } else {
    WRITE_SYSREG("mair_el1", kMair);
    WRITE_SYSREG("tcr_el1", kTcr | range << 32 | 1 << 23);  // EPD1: no upper half
    WRITE_SYSREG("ttbr0_el1", uint64_t(table));
    asm volatile("isb; tlbi vmalle1; ic iallu; dsb sy; isb" ::: "memory");
    WRITE_SYSREG("sctlr_el1", SCTLR_EL1_OFF | kOn);
  }
  asm volatile("isb" ::: "memory");
}

}  // namespace arch
