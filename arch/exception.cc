// SPDX-License-Identifier: BSD-2-Clause
// arch/exception.cc - what comes through the vectors: an access that was allowed to fail goes on, all else is
// reported and ends in a restart or a stop.
#include <cstdint>

#include "arch/boot.hh"
#include "arch/cpu.hh"
#include "arch/crash.hh"
#include "lib/assert.hh"
#include "lib/console.hh"

extern "C" {
extern const char may_fault_start[], may_fault_end[];
extern char __guard_start[];
[[noreturn]] void stop();
[[noreturn]] void __stack_chk_fail();
constinit uintptr_t __stack_chk_guard = 0;  // start.S sets it

void arch_exception(Frame& frame, uintptr_t kind);
}

namespace arch {
namespace {

constinit const char* panic_text = nullptr;
using Restart = void (*)();
constinit Restart restart_machine = nullptr;

// ESR_ELx.EC (DDI0487 D19.2.37), and HSR.EC of 32-bit Arm, whose calls have numbers of their own.
enum Class : uint64_t {
  Unknown = 0x00,
  WaitTrapped = 0x01,
  FloatTrapped = 0x07,
  BranchTarget = 0x0d,
  IllegalState = 0x0e,
  Svc32 = 0x11,
  Hvc32 = 0x12,
  Smc32 = 0x13,
  Svc = 0x15,
  Hvc = 0x16,
  Smc = 0x17,
  RegisterTrapped = 0x18,
  VectorTrapped = 0x19,
  FetchAbortBelow = 0x20,
  FetchAbort = 0x21,
  PcAlignment = 0x22,
  DataAbortBelow = 0x24,
  DataAbort = 0x25,
  SpAlignment = 0x26,
  Breakpoint = 0x3c,
};
constexpr uint64_t class_of(uint64_t esr) { return esr >> 26 & 0x3f; }

const char* class_text(uint64_t esr) {
  switch (class_of(esr)) {
    case Unknown: return "undefined instruction";
    case WaitTrapped: return "WFI or WFE trapped";
    case FloatTrapped: return "floating point or SIMD trapped";
    case BranchTarget: return "branch to a wrong target";
    case IllegalState: return "illegal execution state";
    case Svc32:
    case Svc: return "SVC";
    case Hvc32:
    case Hvc: return "HVC";
    case Smc32:
    case Smc: return "SMC trapped";
    case RegisterTrapped: return "access to a system register trapped";
    case VectorTrapped: return "SVE trapped";
    case FetchAbortBelow:
    case FetchAbort: return "instruction abort";
    case PcAlignment: return "misaligned pc";
    case DataAbortBelow:
    case DataAbort: return "data abort";
    case SpAlignment: return "misaligned sp";
    case Breakpoint: return "trap";
    default: return "exception of an unknown class";
  }
}

// Fault status of an abort, bits 5:0; those of tables have their level in the low two.
const char* fault_text(uint64_t status) {
  switch (status & 0x3c) {
    case 0x00: return "address size fault";
    case 0x04: return "translation fault";
    case 0x08: return "access flag fault";
    case 0x0c: return "permission fault";
    case 0x10: return (status & 3) == 0 ? "external abort" : "tag check fault";
    case 0x14: return "external abort on a table walk";
    case 0x18: return "parity or ECC error";
    case 0x1c: return "parity or ECC error on a table walk";
    case 0x20: return "alignment fault";
    case 0x30: return "TLB conflict";
    default: return "fault of an unknown kind";
  }
}
constexpr bool has_level(uint64_t status) { return status < 0x10 || (status & 0x34) == 0x14; }

void print_cause(const Frame& frame, uintptr_t kind) {
  if (panic_text && class_of(frame.esr) == kPanicClass) {
    print("panic: {}\n", panic_text);
    return;
  }
  if (kind != Synchronous) {
    print("crash: {}, ESR {:#x}\n", kind == Irq ? "IRQ" : kind == Fiq ? "FIQ" : "SError", frame.esr);
    return;
  }
  const uint64_t cls = class_of(frame.esr);
  const bool fetch = cls == FetchAbort || cls == FetchAbortBelow;
  print("crash: {}", class_text(frame.esr));
  if (fetch || cls == DataAbort || cls == DataAbortBelow) {
    const uint64_t status = frame.esr & 0x3f;
    print(", {} " SHOWN_ADDRESS ": {}",
          fetch                  ? "fetch from"
          : frame.esr & (1 << 6) ? "write to"
                                 : "read from",
          frame.far, fault_text(status));
    if (has_level(status)) print(", level {}", status & 3);
    if (frame.far >= uintptr_t(__guard_start) && frame.far < uintptr_t(__stack_start)) print(", the stack has run out");
  }
  print(", ESR {:#x}\n", frame.esr);
}

}  // namespace

[[gnu::no_stack_protector]] void set_stack_guard(uint64_t random) {
  __stack_chk_guard = uintptr_t(random) & ~uintptr_t{0xff};  // a zero byte stops what overruns as a string
}

void set_restart(void (*restart)()) { restart_machine = restart; }

}  // namespace arch

void arch_exception(Frame& frame, uintptr_t kind) {
  using namespace arch;
  kind = complete(frame, kind);
  if (frame.pc >= uintptr_t(may_fault_start) && frame.pc < uintptr_t(may_fault_end) &&
      (kind == Synchronous || kind == SystemError)) {
    give_up(frame);
    return;
  }
  print("\n");
  print_cause(frame, kind);
  print_registers(frame);
  print("backtrace, for tools/symbolize:");
  if (is_code(frame.pc)) print(" +{:#x}", linked(frame.pc));
  print_callers(frame);
  print("\n");
#ifndef CONFIG_CRASH_STOPS
  if (restart_machine) {
    print("restarting\n");
    restart_machine();
  }
#endif
  print("stopped\n");
  stop();
}

void panic(const char* what) {
  arch::panic_text = what;
  arch::trap();
}

void __stack_chk_fail() { panic("a function wrote beyond its memory on the stack"); }
