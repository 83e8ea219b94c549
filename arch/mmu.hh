// SPDX-License-Identifier: BSD-2-Clause
// arch/mmu.hh - what is mapped, and how. Addresses are mapped to themselves; nothing is writable and executable.
#pragma once
#include <cstdint>

#include "lib/result.hh"

namespace arch {

enum class Memory : uint8_t {
  Code,      // read, execute
  Constant,  // read
  Ram,       // read, write; write-back cacheable
  Device,    // read, write; Device-nGnRE
  Shared,    // read, write; Normal Non-cacheable, for what is shared with something behind our caches
  Nothing,   // mapped no longer
  Reserved,  // never to be mapped as Ram
};

/// Maps the 4 KiB pages that [address, address + size) touches. Ram and Reserved fill what is free and leave the rest
/// as it is, so memory that somebody else must have is mapped or reserved before the Ram around it and never gets a
/// second, cacheable view. All others fail with Error::InUse on a page that is mapped otherwise.
/// Error::OutOfRange: beyond what the tables or the CPU can address; NoSpace: no page table left.
Result<void> map(uint64_t address, uint64_t size, Memory kind);

/// Whether all of [address, address + size) is mapped so.
bool is_mapped(uint64_t address, uint64_t size, Memory kind);

}  // namespace arch
