// SPDX-License-Identifier: BSD-2-Clause
// arch/boot.hh - what the stage before left in the registers, and where the board takes over.
#pragma once
#include <cstdint>

namespace arch {

/// Filled by start.S, at fixed offsets. Lives at the foot of the stack, for ever.
struct BootInfo {
  uint64_t argument[4];  // x0 - x3, or r0 - r3, at entry, whatever they are
  uint64_t load_address;
  uint32_t entry_level;  // exception level of the entry; we may have gone down since
  uint32_t level;        // the one we run at, 2 or 1; on 32-bit Arm, Hyp mode or Supervisor mode
};

/// The one in which loaders of Linux hand over a device tree.
inline constexpr unsigned kTreeArgument = sizeof(void*) == 8 ? 0 : 2;

struct Range {
  uint64_t address, size;
  constexpr uint64_t end() const { return address + size; }
  /// Both are inside the address space: address + size has been checked.
  constexpr bool overlaps(Range other) const { return address < other.end() && other.address < end(); }
};

/// The memory that the image, its data and its stack occupy.
Range image();

/// MIDR: who made the CPU, which one it is, its revision.
uint32_t cpu();

/// A better secret for the stack protector than the one guessed at entry. For a function that was itself built without
/// the protector, and that only such functions and those that never return have called.
void set_stack_guard(uint64_t random);

}  // namespace arch

/// The board's own. Called once, on the primary CPU: MMU and caches are on, only the image is mapped, SErrors are
/// reported, interrupts are masked.
[[noreturn]] void board_main(const arch::BootInfo& boot);
