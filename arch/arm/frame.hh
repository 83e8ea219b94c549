// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/frame.hh - an exception as vectors.S saves it, and how a report shows it.
#pragma once
#include <cstddef>
#include <cstdint>

#include "arch/arm/cpu.hh"
#include "arch/code.hh"
#include "lib/console.hh"

extern "C" {
extern char __stack_start[], __stack_end[];
[[noreturn]] void stop();
}

struct Frame {
  uint32_t kind, r[13], sp, lr, pc, spsr, esr, far;
};
static_assert(sizeof(Frame) == FRAME_SIZE && offsetof(Frame, kind) == FRAME_KIND && offsetof(Frame, sp) == FRAME_SP &&
              offsetof(Frame, pc) == FRAME_PC && offsetof(Frame, esr) == FRAME_STATUS);

#define SHOWN_ADDRESS "{:#010x}"

namespace arch {

enum Kind : uintptr_t { Synchronous, Irq, Fiq, SystemError };

// The class of what panic() executes.
inline constexpr uint32_t kPanicClass = 0;
[[noreturn]] inline void trap() {
  asm volatile("udf #1" ::: "memory");
  __builtin_unreachable();
}

constexpr uint32_t kThumb = 1 << 5;

/// Puts into the frame what differs by mode: Hyp mode has a syndrome as arm64 has it (B3.13.6 of DDI0406), the others
/// get one made of what they have (B3.13.4), whose fault status has the same codes.
static inline uintptr_t complete(Frame& frame, uintptr_t vector) {
  static constinit bool reporting = false;
  if (reporting) stop();  // a crash while a crash is being reported
  constexpr uint32_t kStatus = 0x3f, kAsynchronous = 0x11, kFetch = 0x21u << 26, kData = 0x25u << 26,
                     kSvc = 0x11u << 26;
  if (at_el2()) {
    const uint32_t syndrome = READ_CP15("4", "c5", "c2", "0");
    frame.esr = vector == KIND_UNDEFINED ? 0 : syndrome;
    frame.far = vector == KIND_FETCH ? READ_CP15("4", "c6", "c0", "2") : READ_CP15("4", "c6", "c0", "0");
  } else if (vector == KIND_DATA) {
    const uint32_t status = READ_CP15("0", "c5", "c0", "0");
    frame.esr = kData | (status >> 11 & 1) << 6 | (status & kStatus);
    frame.far = READ_CP15("0", "c6", "c0", "0");
  } else if (vector == KIND_FETCH) {
    frame.esr = kFetch | (READ_CP15("0", "c5", "c0", "1") & kStatus);
    frame.far = READ_CP15("0", "c6", "c0", "2");
  } else {
    frame.esr = vector == KIND_CALL ? kSvc : 0;
    frame.far = 0;
    if (vector == KIND_UNDEFINED) frame.pc -= frame.spsr & kThumb ? 2 : 4;
  }
  if (vector == KIND_IRQ) return Irq;
  if (vector == KIND_FIQ) return Fiq;
  return vector == KIND_DATA && (frame.esr & kStatus) == kAsynchronous ? SystemError : Synchronous;
}

/// The function that was interrupted returns -1 to its caller.
static inline void give_up(Frame& frame) {
  frame.r[0] = ~uint32_t{0};
  frame.pc = frame.lr & ~uint32_t{1};
  frame.spsr = (frame.lr & 1) ? frame.spsr | kThumb : frame.spsr & ~kThumb;
}

static inline void print_registers(const Frame& frame) {
  print("pc  {:08x}  lr  {:08x}  sp  {:08x}  cpsr {:x} (EL{})\n", frame.pc, frame.lr, frame.sp, frame.spsr,
        (frame.spsr & MODE_MASK) == MODE_HYP ? 2u : 1u);
  for (unsigned i = 0; i < 13; ++i) print("r{:<2} {:08x}{}", i, frame.r[i], i % 4 == 3 || i == 12 ? "\n" : "  ");
}

/// Whether the instruction before this address is a call: BL, BLX, or BLX of a register, in Thumb.
static inline bool behind_call(uint32_t address) {
  if (!(address & 1) || !is_code(address) || !is_code(address - 5)) return false;
  const auto* const next = reinterpret_cast<const uint16_t*>(address & ~uint32_t{1});
  return (next[-1] & 0xff87) == 0x4780 || ((next[-2] & 0xf800) == 0xf000 && (next[-1] & 0xc000) == 0xc000);
}

/// GCC's Thumb code has no chain of frames. So this is every word of the stack that is a return address: those of calls
/// that are open, in order, and now and then one that an earlier call has left behind. Only lr may stand there twice.
static inline void print_callers(const Frame& frame) {
  constexpr unsigned kMost = 24;
  if (is_code(frame.lr)) print(" +{:#x}", linked(frame.lr & ~uint32_t{1}));
  uint32_t at = frame.sp & ~uint32_t{3};
  if (at < uintptr_t(__stack_start)) at = uintptr_t(__stack_start);
  for (unsigned shown = 0; shown < kMost && at < uintptr_t(__stack_end); at += 4) {
    const uint32_t word = *reinterpret_cast<const uint32_t*>(at);
    if (!behind_call(word) || word == frame.lr) continue;
    print(" +{:#x}", linked(word & ~uint32_t{1}));
    ++shown;
  }
}

}  // namespace arch
