// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/arm64/reflect.cc - an exception from below that is no call: something of the CPU's that only EL3
// could allow. Below it looks as on a CPU that has no such thing: an undefined instruction, at EL2 or at EL1.
#include "board/qemu_monitor/monitor.hh"

namespace board {

void monitor_reflect() {
  constexpr uint64_t kUnknown = 1u << 25, kTge = 1u << 27, kMasked = 0x3c0, kA32 = 1u << 4;
  const uint64_t from = SYSTEM_READ("spsr_el3"), pc = SYSTEM_READ("elr_el3");
  const unsigned level = from & kA32 ? ((from & 0xf) == 0 ? 0 : 1) : unsigned(from >> 2 & 3);
  const bool to_el2 = level == 2 || (level == 0 && (SYSTEM_READ("hcr_el2") & kTge));
  uint64_t offset = from & kA32 ? 0x600 : 0x400;  // from a lower level
  if (!(from & kA32) && level == (to_el2 ? 2 : 1)) offset = from & 1 ? 0x200 : 0;
  uint64_t vector;
  if (to_el2) {
    SYSTEM_WRITE("elr_el2", pc);
    SYSTEM_WRITE("spsr_el2", from);
    SYSTEM_WRITE("esr_el2", kUnknown);
    vector = SYSTEM_READ("vbar_el2");
  } else {
    SYSTEM_WRITE("elr_el1", pc);
    SYSTEM_WRITE("spsr_el1", from);
    SYSTEM_WRITE("esr_el1", kUnknown);
    vector = SYSTEM_READ("vbar_el1");
  }
  SYSTEM_WRITE("elr_el3", vector + offset);
  SYSTEM_WRITE("spsr_el3", kMasked | (to_el2 ? 9u : 5u));
}

}  // namespace board
