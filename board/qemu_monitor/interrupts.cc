// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_monitor/interrupts.hh"

#include "board/qemu_monitor/map.hh"
#include "board/qemu_monitor/monitor.hh"
#include "lib/reg.hh"

namespace board {
namespace {

// Distributor (Arm IHI0048, IHI0069). One bit an interrupt, 32 a register.
constexpr Reg<uint32_t, 0x000> kControl;
constexpr Reg<uint32_t, 0x004, Right::ReadOnly> kType;
constexpr uint32_t kGroup = 0x080, kSetEnable = 0x100, kSetPending = 0x200, kPriority = 0x400, kGroupModifier = 0xd00;
constexpr uint32_t kEnableGroup0 = 1 << 0, kAffinityRouting = 3 << 4;
constexpr uint32_t kTimerBit = 1u << kSecureTimer;

// CPU interface of GICv2.
constexpr Reg<uint32_t, 0x00> kCpuControl;
constexpr Reg<uint32_t, 0x04> kCpuPriorityMask;
constexpr Reg<uint32_t, 0x0c, Right::ReadOnly> kAcknowledge;
constexpr Reg<uint32_t, 0x10, Right::WriteOnly> kEnd;
constexpr uint32_t kFiqEnable = 1 << 3;

// Redistributor of GICv3; its interrupts are a page of 64 KiB further on.
constexpr Reg<uint32_t, 0x14> kWaker;
constexpr uint32_t kProcessorSleep = 1 << 1, kChildrenAsleep = 1 << 2, kRedistributorInterrupts = 0x1'0000;

constinit Gic the_gic = Gic::V2;

// A group 0 interrupt of the highest priority among others that are all group 1.
void own_timer(uintptr_t base) {
  mmio_write<uint32_t>(base + kGroup, ~kTimerBit);
  mmio_write<uint8_t>(base + kPriority + kSecureTimer, 0);
  mmio_write<uint32_t>(base + kSetEnable, kTimerBit);
}

}  // namespace

void start_interrupts(Gic gic) {
  the_gic = gic;
  const Mmio distributor(kGicDistributor);
  const uint32_t registers = (distributor.read(kType) & 0x1f) + 1;
  for (uint32_t i = 1; i < registers; ++i) mmio_write<uint32_t>(kGicDistributor + kGroup + 4 * i, ~0u);
  if (gic == Gic::V2) {
    own_timer(kGicDistributor);
    distributor.write(kControl, kEnableGroup0);
    const Mmio cpu(kGicCpu);
    cpu.write(kCpuPriorityMask, 0xff);
    cpu.write(kCpuControl, kEnableGroup0 | kFiqEnable);
    return;
  }
  distributor.write(kControl, kAffinityRouting);
  distributor.write(kControl, kAffinityRouting | kEnableGroup0);
  const Mmio redistributor(kGicRedistributor);
  redistributor.write(kWaker, redistributor.read(kWaker) & ~kProcessorSleep);
  for (unsigned n = 0; n < 1'000 && (redistributor.read(kWaker) & kChildrenAsleep); ++n) {}
  mmio_write<uint32_t>(kGicRedistributor + kRedistributorInterrupts + kGroupModifier, 0);
  own_timer(kGicRedistributor + kRedistributorInterrupts);
  open_gic_registers();
}

bool take_interrupt() {
  uint32_t id;
  if (the_gic == Gic::V2)
    id = Mmio(kGicCpu).read(kAcknowledge);
  else
    id = acknowledge_group0();
  const bool timer = (id & 0x3ff) == kSecureTimer;
  if (timer) stop_timer();
  if ((id & 0x3ff) >= 1020) return false;  // spurious: nothing to end
  if (the_gic == Gic::V2)
    Mmio(kGicCpu).write(kEnd, id);
  else
    end_group0(id);
  return timer;
}

void raise_completion() {
  constexpr unsigned kId = 32 + kCompletionSpi;
  mmio_write<uint32_t>(kGicDistributor + kSetPending + kId / 32 * 4, 1u << kId % 32);
}

void set_timer(uint32_t microseconds) {
  stop_timer();
  start_timer(counter() + counter_frequency() * microseconds / 1'000'000 + 1);
}

}  // namespace board
