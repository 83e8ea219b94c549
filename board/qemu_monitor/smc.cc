// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/smc.cc - calls from below: SMC calling convention (DEN0028) 1.2, PSCI (DEN0022) 1.1, doorbells.
// Whatever is not known answers -1.
#include "board/qemu_monitor/interrupts.hh"
#include "board/qemu_monitor/map.hh"
#include "board/qemu_monitor/service.hh"

namespace board {
namespace {

constexpr uint32_t kSmcccVersion = 0x8000'0000, kSmcccFeatures = 0x8000'0001;
constexpr uint32_t kPsciVersion = 0x8400'0000, kPsciAffinityInfo = 0xc400'0004, kPsciMigrateInfoType = 0x8400'0006,
                   kPsciSystemOff = 0x8400'0008, kPsciSystemReset = 0x8400'0009, kPsciFeatures = 0x8400'000a;
constexpr uint64_t kNotSupported = ~uint64_t{0};

bool is_psci(uint32_t function) {
  switch (function) {
    case kPsciVersion:
    case kPsciAffinityInfo:
    case kPsciMigrateInfoType:
    case kPsciSystemOff:
    case kPsciSystemReset:
    case kPsciFeatures: return true;
  }
  return false;
}

uint64_t answer(uint32_t function, uint64_t argument) {
  switch (function) {
    case kSmcccVersion: return 0x1'0002;
    case kSmcccFeatures: {
      const auto asked = uint32_t(argument);
      return asked == kSmcccVersion || asked == kSmcccFeatures ? 0 : kNotSupported;
    }
    case kPsciVersion: return 0x1'0001;
    case kPsciAffinityInfo: return argument == 0 ? 0 : uint64_t(-2);  // on; there is no other CPU (INVALID_PARAMETERS)
    case kPsciMigrateInfoType: return 2;                              // nothing that would have to move
    case kPsciFeatures: {
      const auto asked = uint32_t(argument);
      return is_psci(asked) || asked == kSmcccVersion ? 0 : kNotSupported;
    }
    case kPsciSystemOff: power_off();
    case kPsciSystemReset: restart();
  }
  return kNotSupported;
}

}  // namespace

void monitor_smc(Frame& frame) {
  const auto function = uint32_t(frame.x[0]);
  if (function - kFirstDoorbell <= kSecondDoorbell - kFirstDoorbell) [[likely]]
    ring(function, frame);
  else if (function >= kTestVersion && function <= kTestError)
    test_call(function, frame);
  else
    frame.x[0] = answer(function, frame.x[1]);
}

void monitor_interrupt() {
  if (take_interrupt()) service_timer();
}

// An exception from below that is no call: something of the CPU's that only EL3 could allow. Below it looks as on a CPU
// that has no such thing: an undefined instruction, at EL2 or at EL1.
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
