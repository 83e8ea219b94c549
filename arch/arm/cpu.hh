// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/cpu.hh - coprocessor 15, by what its registers are for. "EL2" is Hyp mode, "EL1" Supervisor mode.
#pragma once
#include <cstdint>

#include "arch/arm/asm.hh"
#include "arch/arm/cp15.hh"

extern "C" intptr_t arch_serve_nothing();

namespace arch {

inline uint32_t main_id() { return READ_CP15("0", "c0", "c0", "0"); }
inline bool at_el2() {
  uint32_t cpsr;
  asm volatile("mrs %0, cpsr" : "=r"(cpsr));
  return (cpsr & MODE_MASK) == MODE_HYP;
}
/// In the Secure state there is a Monitor mode above, which nobody has set up: it refuses calls from here on.
inline void begin_at_this_level() {
  if (!at_el2()) arch_serve_nothing();
}
inline void report_system_errors() { asm volatile("cpsie a" ::: "memory"); }

// The virtual counter is right at both levels: PL1 may always read it, and in Hyp mode start.S has set its offset to 0.
inline uint64_t virtual_counter() {
  uint64_t count;
  asm volatile("mrrc p15, 1, %Q0, %R0, c14" : "=r"(count));
  return count;
}
inline uint32_t counter_frequency() { return READ_CP15("0", "c14", "c0", "0"); }
// The timer of this level. The moment that it waits for is the present one.
inline void set_timer(bool on) {
  if (at_el2()) {
    WRITE_CP15("4", "c14", "c2", "0", 0);  // CNTHP_TVAL, CNTHP_CTL
    WRITE_CP15("4", "c14", "c2", "1", on);
  } else {
    WRITE_CP15("0", "c14", "c2", "0", 0);  // CNTP_TVAL, CNTP_CTL
    WRITE_CP15("0", "c14", "c2", "1", on);
  }
}

}  // namespace arch
