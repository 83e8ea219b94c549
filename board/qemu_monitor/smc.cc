// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/smc.cc - calls from below: SMC calling convention (DEN0028) 1.2, PSCI (DEN0022) 1.1, doorbells.
// Whatever is not known answers -1.
#include "board/qemu_monitor/interrupts.hh"
#include "board/qemu_monitor/map.hh"
#include "board/qemu_monitor/service.hh"

namespace board {
namespace {

constexpr uint32_t kSmcccVersion = 0x8000'0000, kSmcccFeatures = 0x8000'0001;
constexpr uint32_t kPsciVersion = 0x8400'0000, kPsciAffinityInfo = 0x8400'0004, kPsciMigrateInfoType = 0x8400'0006,
                   kPsciSystemOff = 0x8400'0008, kPsciSystemReset = 0x8400'0009, kPsciFeatures = 0x8400'000a;
constexpr uint32_t k64 = 1u << 30;  // a call with arguments of 64 bits
constexpr uintptr_t kNotSupported = ~uintptr_t{0};

bool is_psci(uint32_t function) {
  switch (function) {
    case kPsciVersion:
    case kPsciAffinityInfo:
    case kPsciAffinityInfo | k64:
    case kPsciMigrateInfoType:
    case kPsciSystemOff:
    case kPsciSystemReset:
    case kPsciFeatures: return true;
  }
  return false;
}

uintptr_t answer(uint32_t function, uintptr_t argument) {
  switch (function) {
    case kSmcccVersion: return 0x1'0002;
    case kSmcccFeatures: {
      const auto asked = uint32_t(argument);
      return asked == kSmcccVersion || asked == kSmcccFeatures ? 0 : kNotSupported;
    }
    case kPsciVersion: return 0x1'0001;
    case kPsciAffinityInfo:
    case kPsciAffinityInfo | k64: return argument == 0 ? 0 : uintptr_t(-2);  // on; no other CPU (INVALID_PARAMETERS)
    case kPsciMigrateInfoType: return 2;                                     // nothing that would have to move
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
  else if (const uint32_t test = function & ~k64; test >= kTestVersion && test <= kTestError)
    test_call(test, frame);
  else
    frame.x[0] = answer(function, frame.x[1]);
}

void monitor_interrupt() {
  if (take_interrupt()) service_timer();
}

}  // namespace board
