// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/arm/cpu.hh - Monitor mode: coprocessor 15 by what its registers are for. C++ runs with SCR.NS = 0,
// so what is banked is the Secure world's, the timer too.
#pragma once
#include <cstdint>

#include "arch/arm/cp15.hh"

namespace board {

/// The caller's registers; what is written here is what the caller gets.
struct Frame {
  uint32_t x[13];
  uint32_t link;
};
static_assert(sizeof(Frame) == 56);

// Counter and secure timer: CNTPCT, CNTFRQ, CNTP_CTL, CNTP_CVAL.
inline uint64_t counter() {
  uint64_t count;
  asm volatile("mrrc p15, 0, %Q0, %R0, c14" : "=r"(count));
  return count;
}
inline uint64_t counter_frequency() { return READ_CP15("0", "c14", "c0", "0"); }
inline void stop_timer() { WRITE_CP15("0", "c14", "c2", "1", 0); }
inline void start_timer(uint64_t count) {
  WRITE_CP15_64("2", "c14", count);
  WRITE_CP15("0", "c14", "c2", "1", 1);
}

// CPU interface of GICv3.
inline void open_gic_registers() {
  WRITE_CP15("6", "c12", "c12", "5", 0xf);  // ICC_MSRE
  asm volatile("isb");
  WRITE_CP15("0", "c12", "c12", "5", 0x7);  // ICC_SRE, of the Secure world
  WRITE_CP15("0", "c4", "c6", "0", 0xff);   // ICC_PMR
  WRITE_CP15("0", "c12", "c12", "6", 1);    // ICC_IGRPEN0
  asm volatile("isb");
}
inline uint32_t acknowledge_group0() { return READ_CP15("0", "c12", "c8", "0"); }  // ICC_IAR0
inline void end_group0(uint32_t id) { WRITE_CP15("0", "c12", "c8", "1", id); }     // ICC_EOIR0

}  // namespace board
