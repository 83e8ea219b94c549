// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/spi_nor_protect.hh"

#include <algorithm>

namespace drivers {

using namespace nor_status;

Flash::Range nor_protected(uint16_t status, uint64_t size) {
  const unsigned blocks = status >> kBlocksShift & 7;
  // 1, 2, 4 ... 64ths of the chip, but whole blocks of 64 KiB; or 1, 2, 4, 8 sectors of 4 KiB; 7 is always all of it.
  uint64_t bytes = 0;
  if (blocks == 7)
    bytes = size;
  else if (blocks != 0 && status & kSector)
    bytes = 4096u << std::min(blocks - 1, 3u);
  else if (blocks != 0)
    bytes = std::min(std::max<uint64_t>(size / 64, 65536) << (blocks - 1), size);
  bool bottom = status & kBottom;
  if (status & kComplement) {
    bytes = size - bytes;
    bottom = !bottom;
  }
  return {bottom || bytes == size || bytes == 0 ? 0 : size - bytes, bytes};
}

Result<uint16_t> nor_protection(Flash::Range range, uint64_t size) {
  // In an order by which what needs few bits gets few.
  for (unsigned i = 0; i < 64; ++i) {
    const auto status =
        uint16_t((i & 7) << kBlocksShift | (i & 8 ? kBottom : 0) | (i & 16 ? kSector : 0) | (i & 32 ? kComplement : 0));
    const Flash::Range is = nor_protected(status, size);
    if (is.size == range.size && (is.size == 0 || is.offset == range.offset)) return status;
  }
  return failure(Error::OutOfRange);
}

}  // namespace drivers
