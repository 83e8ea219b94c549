// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/dram.hh - how much memory the DIMM has, and where it lies.
#pragma once
#include <array>
#include <cstdint>

#include "lib/result.hh"

namespace board {

/// 3 GiB lie below the registers, the rest from 4 GiB on.
constexpr uint64_t kLowDram = uint64_t{3} << 30, kHighDram = uint64_t{4} << 30;
/// What the slot takes.
constexpr uint64_t kMostDram = uint64_t{16} << 30, kLeastDram = uint64_t{256} << 20;

struct Dram {
  struct Part {
    uint64_t address, size;  // size 0: not there
  };
  std::array<Part, 2> parts;
  uint64_t size() const { return parts[0].size + parts[1].size; }
};

/// Where `size` bytes lie. Error::OutOfRange: no size that a DIMM has; not whole MiB either.
Result<Dram> dram_of(uint64_t size);

/// As mapped at boot.
const Dram& installed_dram();

}  // namespace board
