// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/arm64/cpu.hh - EL3: its registers by what they are for.
#pragma once
#include <cstdint>

/// Reads or writes a system register.
#define SYSTEM_READ(name)                         \
  ({                                              \
    uint64_t value_;                              \
    asm volatile("mrs %0, " name : "=r"(value_)); \
    value_;                                       \
  })
#define SYSTEM_WRITE(name, value) asm volatile("msr " name ", %x0" ::"rZ"(uint64_t(value)))

namespace board {

/// The caller's registers that C++ does not keep; what is written here is what the caller gets.
struct Frame {
  uint64_t x[19];
  uint64_t link;
};
static_assert(sizeof(Frame) == 160);

// Counter and secure timer.
inline uint64_t counter() { return SYSTEM_READ("cntpct_el0"); }
inline uint64_t counter_frequency() { return SYSTEM_READ("cntfrq_el0"); }
inline void stop_timer() { SYSTEM_WRITE("cntps_ctl_el1", 0); }
inline void start_timer(uint64_t count) {
  SYSTEM_WRITE("cntps_cval_el1", count);
  SYSTEM_WRITE("cntps_ctl_el1", 1);
}

// CPU interface of GICv3. The assembler knows these by number only.
inline void open_gic_registers() {
  SYSTEM_WRITE("s3_6_c12_c12_5", 0xf);  // ICC_SRE_EL3
  asm volatile("isb");
  SYSTEM_WRITE("s3_4_c12_c9_5", 0xf);  // ICC_SRE_EL2
  SYSTEM_WRITE("s3_0_c4_c6_0", 0xff);  // ICC_PMR_EL1
  SYSTEM_WRITE("s3_0_c12_c12_6", 1);   // ICC_IGRPEN0_EL1
  asm volatile("isb");
}
inline uint32_t acknowledge_group0() { return uint32_t(SYSTEM_READ("s3_0_c12_c8_0")); }  // ICC_IAR0_EL1
inline void end_group0(uint32_t id) { SYSTEM_WRITE("s3_0_c12_c8_1", id); }               // ICC_EOIR0_EL1

}  // namespace board
