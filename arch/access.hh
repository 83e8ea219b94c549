// SPDX-License-Identifier: BSD-2-Clause
// arch/access.hh - loads and stores that may fail: an abort is an answer here, not a crash.
#pragma once
#include <cstdint>

#include "lib/result.hh"

namespace arch {

/// `width` 1, 2, 4 or 8 bytes. Error::NotMapped: nothing answers there, or not to an access of that kind.
Result<uint64_t> peek(uint64_t address, unsigned width);
Result<void> poke(uint64_t address, unsigned width, uint64_t value);

}  // namespace arch
