// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/dram.hh"

#include <algorithm>

namespace board {

Result<Dram> dram_of(uint64_t size) {
  if (size < kLeastDram || size > kMostDram || size % (1 << 20)) return failure(Error::OutOfRange);
  const uint64_t low = std::min(size, kLowDram);
  return Dram{{{{0, low}, {kHighDram, size - low}}}};
}

}  // namespace board
