// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/cpu.hh - system registers, by name and by what they are for.
#pragma once
#include <cstdint>

#define READ_SYSREG(name)                          \
  ({                                               \
    uint64_t sysreg_;                              \
    asm volatile("mrs %0, " name : "=r"(sysreg_)); \
    sysreg_;                                       \
  })
#define WRITE_SYSREG(name, value) asm volatile("msr " name ", %0" ::"r"(uint64_t{value}) : "memory")

namespace arch {

inline uint32_t main_id() { return uint32_t(READ_SYSREG("midr_el1")); }
inline bool at_el2() { return READ_SYSREG("CurrentEL") == 2 << 2; }
inline void begin_at_this_level() {}
inline void report_system_errors() { asm volatile("msr daifclr, #4" ::: "memory"); }

// The virtual counter is right at both levels: EL1 may always read it, and at EL2 start.S has set its offset to zero.
inline uint64_t virtual_counter() { return READ_SYSREG("cntvct_el0"); }
inline uint32_t counter_frequency() { return uint32_t(READ_SYSREG("cntfrq_el0")); }
// The timer of this level. The moment that it waits for is the present one.
inline void set_timer(bool on) {
  if (at_el2()) {
    WRITE_SYSREG("cnthp_tval_el2", 0);
    WRITE_SYSREG("cnthp_ctl_el2", on);
  } else {
    WRITE_SYSREG("cntp_tval_el0", 0);
    WRITE_SYSREG("cntp_ctl_el0", on);
  }
}

}  // namespace arch
