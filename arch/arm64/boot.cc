// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/boot.cc - the first C++: relocated and on its stack, with the MMU still off.
#include "arch/boot.hh"
#include "arch/arm64/mmu.hh"
#include "arch/arm64/timer.hh"

#include <cstddef>

#include "arch/arm64/asm.hh"
#include "arch/arm64/sysreg.hh"

static_assert(sizeof(arch::BootInfo) == BOOT_INFO_SIZE && offsetof(arch::BootInfo, load_address) == 32 &&
              offsetof(arch::BootInfo, entry_level) == 40);

extern "C" [[noreturn]] void arch_start(const arch::BootInfo& boot);

uint32_t arch::cpu() { return uint32_t(READ_SYSREG("midr_el1")); }

void arch_start(const arch::BootInfo& boot) {
  arch::start_mmu();
  arch::start_timer();
  asm volatile("msr daifclr, #4" ::: "memory");  // SErrors are reported from here on
  board_main(boot);
}
