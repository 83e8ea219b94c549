// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/arm/below.hh - the Non-secure world as it is entered.
#pragma once
#include "board/qemu_monitor/monitor.hh"

namespace board {

/// QEMU's machine has no Hyp mode without virtualization=on.
inline bool has_el2() { return (READ_CP15("0", "c0", "c1", "1") >> 12 & 0xf) != 0; }  // ID_PFR1

/// Hyp or Supervisor mode, all masked.
constexpr uint32_t entry_status(unsigned el) { return el == 2 ? 0x1da : 0x1d3; }

/// A zImage lies anywhere, and begins with code.
struct ImageHeader {
  uint32_t code[16];
};
constexpr uintptr_t image_offset(const ImageHeader&) { return 0; }

/// What has to be settled in Monitor mode for the world below. `hvc`: it starts in Supervisor mode and calls by HVC,
/// which the code that was copied to `hypervisor` serves.
inline void open_below(unsigned el, bool hvc, uintptr_t hypervisor) {
  constexpr uint32_t kNonSecure = 1 << 0, kFiq = 1 << 2, kMayMaskAbort = 1 << 5, kHvc = 1 << 8;
  // FIQs are the secure timer's: the world below may not mask them.
  const uint32_t scr = kFiq | kMayMaskAbort | (el == 2 || hvc ? kHvc : 0);
  WRITE_CP15("0", "c1", "c1", "2", 3 << 10);           // NSACR: floating point
  WRITE_CP15("0", "c1", "c1", "0", scr | kNonSecure);  // SCR: what is banked is the world's below from here on
  asm volatile("isb");
  WRITE_CP15("0", "c1", "c0", "0", 0x00c5'0078);  // SCTLR: MMU and caches off
  WRITE_CP15("0", "c2", "c0", "2", 0);            // TTBCR
  if (has_el2()) {
    WRITE_CP15("4", "c1", "c0", "0", 0x30c5'0878);                      // HSCTLR
    WRITE_CP15_64("4", "c14", 0);                                       // CNTVOFF
    WRITE_CP15("4", "c1", "c1", "0", 0);                                // HCR
    WRITE_CP15("4", "c1", "c1", "2", 0x33ff);                           // HCPTR: RES1
    WRITE_CP15("4", "c1", "c1", "3", 0);                                // HSTR
    WRITE_CP15("4", "c14", "c1", "0", 3);                               // CNTHCTL: PL1 has counter and timer
    WRITE_CP15_64("6", "c2", 0);                                        // VTTBR
    WRITE_CP15("4", "c0", "c0", "0", READ_CP15("0", "c0", "c0", "0"));  // VPIDR is MIDR
    WRITE_CP15("4", "c0", "c0", "5", READ_CP15("0", "c0", "c0", "5"));  // VMPIDR is MPIDR
    WRITE_CP15("4", "c12", "c0", "0", hypervisor);                      // HVBAR
  }
  WRITE_CP15("0", "c1", "c1", "0", scr);
  asm volatile("isb");
}

}  // namespace board
