// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/arm64/below.hh - the world below EL3 as it is entered.
#pragma once
#include "board/qemu_monitor/monitor.hh"

namespace board {

/// QEMU's machine has no EL2 without virtualization=on.
inline bool has_el2() { return (SYSTEM_READ("id_aa64pfr0_el1") >> 8 & 0xf) != 0; }

/// EL2h or EL1h, all masked.
constexpr uint32_t entry_status(unsigned el) { return el == 2 ? 0x3c9 : 0x3c5; }

/// Header of a Linux Image (Documentation/arch/arm64/booting.rst), as far as it matters here.
struct ImageHeader {
  uint32_t code[2];
  uint64_t text_offset, image_size, flags, reserved[3];
  uint32_t magic, reserved1;
};
static_assert(sizeof(ImageHeader) == 64);

/// How far behind a multiple of 2 MiB an image wants to lie.
inline uintptr_t image_offset(const ImageHeader& header) {
  constexpr uint32_t kMagic = 0x644d'5241;
  constexpr uint64_t kMost = 0x20'0000;
  const bool known = header.magic == kMagic && header.text_offset % 0x1000 == 0 && header.text_offset < kMost;
  return known ? header.text_offset : 0;
}

/// What has to be settled at EL3 so that nothing of the world below traps here that it has a right to. `hvc`: it starts
/// at EL1 and calls by HVC, which the code that was copied to `hypervisor` serves.
inline void open_below(unsigned el, bool hvc, uintptr_t hypervisor) {
  constexpr uint64_t kNonSecure = 1, kFiq = 1 << 2, kRes1 = 3 << 4, kHvc = 1 << 8, kA64 = 1 << 10;
  constexpr uint64_t kPointerAuthentication = 3 << 16, kFineTraps = 1 << 27, kHcrx = uint64_t{1} << 38,
                     kTpidr2 = uint64_t{1} << 41;
  SYSTEM_WRITE("scr_el3", kNonSecure | kFiq | kRes1 | (el == 2 || hvc ? kHvc : 0) | kA64 | kPointerAuthentication |
                              kFineTraps | kHcrx | kTpidr2);
  SYSTEM_WRITE("cptr_el3", 1 << 12 | 1 << 8);  // SME and SVE, where there are
  SYSTEM_WRITE("mdcr_el3", 0);
  asm volatile("isb");
  SYSTEM_WRITE("sctlr_el1", 0x30d0'0800);  // RES1: MMU and caches off
  if (!has_el2()) return;
  SYSTEM_WRITE("sctlr_el2", 0x30c5'0830);
  SYSTEM_WRITE("cntvoff_el2", 0);
  if (el == 2) {
    SYSTEM_WRITE("hcr_el2", 0);
    return;
  }
  // EL2 is there but stays out of the way.
  SYSTEM_WRITE("hcr_el2", uint64_t{1} << 31);
  SYSTEM_WRITE("cptr_el2", 0x33ff);
  SYSTEM_WRITE("cnthctl_el2", 3);
  SYSTEM_WRITE("hstr_el2", 0);
  SYSTEM_WRITE("vttbr_el2", 0);
  SYSTEM_WRITE("vpidr_el2", SYSTEM_READ("midr_el1"));
  SYSTEM_WRITE("vmpidr_el2", SYSTEM_READ("mpidr_el1"));
  SYSTEM_WRITE("vbar_el2", hypervisor);
}

}  // namespace board
