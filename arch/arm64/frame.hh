// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/frame.hh - an exception as vectors.S saves it, and how a report shows it.
#pragma once
#include <cstddef>
#include <cstdint>

#include "arch/arm64/asm.hh"
#include "arch/code.hh"
#include "lib/console.hh"

extern "C" char __stack_start[], __stack_end[];

struct Frame {
  uint64_t x[31], sp, pc, spsr, esr, far;
};
static_assert(sizeof(Frame) == FRAME_SIZE && offsetof(Frame, sp) == FRAME_SP && offsetof(Frame, pc) == FRAME_PC &&
              offsetof(Frame, spsr) == FRAME_SPSR && offsetof(Frame, esr) == FRAME_ESR &&
              offsetof(Frame, far) == FRAME_FAR);

#define SHOWN_ADDRESS "{:#018x}"

namespace arch {

enum Kind : uint64_t { Synchronous, Irq, Fiq, SystemError };

// ESR_ELx.EC of what panic() executes.
inline constexpr uint64_t kPanicClass = 0x3c;
[[noreturn]] inline void trap() {
  asm volatile("brk #1" ::: "memory");
  __builtin_unreachable();
}

inline uint64_t complete(Frame&, uint64_t kind) { return kind; }

/// The function that was interrupted returns -1 to its caller.
inline void give_up(Frame& frame) {
  frame.x[0] = ~uint64_t{0};
  frame.pc = frame.x[30];
}

static inline void print_registers(const Frame& frame) {
  print("pc  {:016x}  lr  {:016x}  sp  {:016x}  spsr {:x} (EL{})\n", frame.pc, frame.x[30], frame.sp, frame.spsr,
        frame.spsr >> 2 & 3);
  for (unsigned i = 0; i < 30; ++i) print("x{:<2} {:016x}{}", i, frame.x[i], i % 4 == 3 || i == 29 ? "\n" : "  ");
}

/// Return addresses along the frame pointers, as far as those rise within the stack. lr comes first: where pc has not
/// yet built its frame nothing else names its caller.
static inline void print_callers(const Frame& frame) {
  constexpr unsigned kMost = 24;
  if (is_code(frame.x[30])) print(" +{:#x}", linked(frame.x[30]));
  uint64_t at = frame.x[29], low = uint64_t(__stack_start);
  for (unsigned i = 0; i < kMost && at >= low && at <= uint64_t(__stack_end) - 16 && at % 16 == 0; ++i) {
    const auto* const link = reinterpret_cast<const uint64_t*>(at);
    if (!is_code(link[1])) break;
    if (i || link[1] != frame.x[30]) print(" +{:#x}", linked(link[1]));
    low = at + 16;
    at = link[0];
  }
}

}  // namespace arch
