// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/gic.hh"

#include "lib/wait.hh"

namespace drivers {
namespace {

// The distributor, 4.1.2. Of registers with a bit for each interrupt the first: the CPU's own.
constexpr Reg<uint32_t, 0x000> kControl;
constexpr Reg<uint32_t, 0x004, Right::ReadOnly> kType;
constexpr Reg<uint32_t, 0x008, Right::ReadOnly> kImplementer;
constexpr Reg<uint32_t, 0x100> kSetEnable;
constexpr Reg<uint32_t, 0x180> kClearEnable;
constexpr Reg<uint32_t, 0x200> kSetPending;
constexpr Reg<uint32_t, 0x280> kClearPending;
constexpr Reg<uint32_t, 0x300> kSetActive;
constexpr Reg<uint32_t, 0x380> kClearActive;
constexpr uintptr_t kPriorities = 0x400;  // a byte each
constexpr Reg<uint32_t, 0xfe8, Right::ReadOnly> kPeripheralId2;
// kControl, of the distributor and of the CPU interface
constexpr Field<uint32_t, 0> kEnable;
// kType, 4.3.2
constexpr Field<uint32_t, 10> kSecurity;
constexpr Field<uint32_t, 7, 5> kCpus;
constexpr Field<uint32_t, 4, 0> kLines;
// kPeripheralId2
constexpr Field<uint32_t, 7, 4> kArchitecture;

// The CPU interface, 4.1.3.
constexpr Reg<uint32_t, 0x00> kCpuControl;
constexpr Reg<uint32_t, 0x04> kPriorityMask;
constexpr Reg<uint32_t, 0x0c, Right::ReadOnly> kAcknowledge;
constexpr Reg<uint32_t, 0x10, Right::WriteOnly> kEnd;
constexpr Reg<uint32_t, 0x18, Right::ReadOnly> kHighestPending;
// kAcknowledge, kHighestPending
constexpr Field<uint32_t, 9, 0> kInterrupt;

constexpr uint32_t kPrivate = 0xffff'0000;  // 16 to 31; those below are raised by software and take no enabling
constexpr uint32_t kFirstSpecial = 1020;    // from here on: none
constexpr uint8_t kMiddle = 0x80;           // of the priorities, as we see them: the lower the sooner
constexpr uint32_t kAllPriorities = 0xff;
constexpr uint64_t kPatience = 100;  // milliseconds

}  // namespace

Result<Gic::Identity> Gic::identify() const {
  if (kArchitecture.get(distributor_.read(kPeripheralId2)) != 2) return failure(Error::NotFound);
  const uint32_t type = distributor_.read(kType);
  return Identity{distributor_.read(kImplementer), uint16_t(32 * (kLines.get(type) + 1)), uint8_t(kCpus.get(type) + 1),
                  kSecurity.get(type) != 0};
}

void Gic::quiet() const {
  cpu_interface_.write(kCpuControl, 0);
  distributor_.write(kClearEnable, kPrivate);
  distributor_.write(kClearPending, kPrivate);
  distributor_.write(kClearActive, kPrivate);
}

// It is enabled, as is all on its way to us.
Result<void> Gic::follow(const Time& time, unsigned interrupt, void (*arm)(bool on)) const {
  const uint32_t bit = 1u << interrupt;
  const auto is = [&](auto reg) { return (distributor_.read(reg) & bit) != 0; };
  const auto highest = [&] { return kInterrupt.get(cpu_interface_.read(kHighestPending)); };
  if (!is(kSetEnable)) return failure(Error::Denied);
  if (is(kSetPending) || highest() < kFirstSpecial) return failure(Error::Busy);

  arm(true);
  const Ticks limit = time.milliseconds(kPatience);
  const bool came = wait_until(time, limit, [&] { return is(kSetPending) && highest() == interrupt; });
  const uint32_t taken = came ? cpu_interface_.read(kAcknowledge) : kFirstSpecial;
  const bool was_active = is(kSetActive);
  arm(false);
  if (kInterrupt.get(taken) < kFirstSpecial) cpu_interface_.write(kEnd, taken);
  if (!came) return failure(Error::Timeout);
  if (kInterrupt.get(taken) != interrupt || !was_active || is(kSetActive)) return failure(Error::HardwareError);
  if (!wait_until(time, limit, [&] { return !is(kSetPending); })) return failure(Error::Timeout);
  return {};
}

Result<void> Gic::check(const Time& time, unsigned interrupt, void (*arm)(bool on)) const {
  const uint32_t bit = 1u << interrupt;
  const uintptr_t priority_of = distributor_base_ + kPriorities + interrupt;
  const auto priority = mmio_read<uint8_t>(priority_of);
  const uint32_t control = distributor_.read(kControl), enabled = distributor_.read(kSetEnable) & bit;
  const uint32_t cpu_control = cpu_interface_.read(kCpuControl), mask = cpu_interface_.read(kPriorityMask);
  mmio_write(priority_of, kMiddle);
  distributor_.write(kSetEnable, bit);
  distributor_.write(kControl, control | kEnable(1));
  cpu_interface_.write(kPriorityMask, kAllPriorities);
  cpu_interface_.write(kCpuControl, kEnable(1));  // and EOImodeNS off: the end of an interrupt is all of it

  const auto result = follow(time, interrupt, arm);

  cpu_interface_.write(kCpuControl, cpu_control);
  cpu_interface_.write(kPriorityMask, mask);
  distributor_.write(kControl, control);
  if (!enabled) distributor_.write(kClearEnable, bit);
  mmio_write(priority_of, priority);
  return result;
}

}  // namespace drivers
