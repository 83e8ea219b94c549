// SPDX-License-Identifier: BSD-2-Clause
// arch/boot.cc - the first C++: relocated and on its stack, with the MMU still off.
#include "arch/boot.hh"

#include <cstddef>

#include "arch/cpu.hh"
#include "arch/start.hh"

static_assert(sizeof(arch::BootInfo) == BOOT_INFO_SIZE && offsetof(arch::BootInfo, load_address) == 32 &&
              offsetof(arch::BootInfo, entry_level) == 40);

extern "C" [[noreturn]] void arch_start(const arch::BootInfo& boot);

void arch_start(const arch::BootInfo& boot) {
  arch::begin_at_this_level();
  arch::start_mmu();
  arch::start_timer();
  arch::report_system_errors();  // from here on
  board_main(boot);
}

uint32_t arch::cpu() { return main_id(); }
