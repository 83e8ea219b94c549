// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/pins.hh"

#include "arch/mmu.hh"
#include "lib/reg.hh"

namespace board {
namespace {

void replace(uintptr_t at, uint32_t mask, uint32_t value) {
  const uint32_t before = mmio_read<uint32_t>(at), after = (before & ~mask) | value;
  if (after != before) mmio_write(at, after);
}

}  // namespace

Result<void> select_pins(const PinGroup& group) {
  constexpr uint64_t kRegisters = 0x1000;
  CHECK(arch::map(group.base, kRegisters, arch::Memory::Device));
  for (unsigned pin = group.first; pin <= group.last; ++pin)
    replace(group.base + pin / 8 * 4, 0xfu << pin % 8 * 4, uint32_t{group.function} << pin % 8 * 4);
  if (group.pads) replace(group.base + group.pads, 1, 0);
  return {};
}

}  // namespace board
