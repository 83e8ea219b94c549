// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/spi_nor_protect.hh"

#include <algorithm>

#include "drivers/spi_nor.hh"
#include "drivers/spi_nor_commands.hh"

namespace drivers {

using namespace nor;

Flash::Range nor_protected(uint16_t status, uint64_t size) {
  const unsigned blocks = status >> kBlocksShift & 7;
  // 1, 2, 4 ... 64ths of the chip, but whole blocks of 64 KiB; or 1, 2, 4, 8 sectors of 4 KiB; 7 is always all of it.
  uint64_t bytes = size;
  if (blocks == 0)
    bytes = 0;
  else if (blocks != 7 && status & kSector)
    bytes = 4096u << std::min(blocks - 1, 3u);
  else if (blocks != 7)
    bytes = std::min(std::max<uint64_t>(size / 64, 65536) << (blocks - 1), size);
  bool bottom = status & kBottom;
  if (status & kComplement) {
    bytes = size - bytes;
    bottom = !bottom;
  }
  return {bottom || bytes == 0 ? 0 : size - bytes, bytes};
}

Result<uint16_t> nor_protection(Flash::Range range, uint64_t size) {
  // In an order by which what needs few bits gets few.
  for (unsigned i = 0; i < 64; ++i) {
    const auto status = uint16_t((i & 31) << kBlocksShift | (i & 32 ? kComplement : 0));
    const Flash::Range is = nor_protected(status, size);
    if (is.size == range.size && (is.size == 0 || is.offset == range.offset)) return status;
  }
  return failure(Error::OutOfRange);
}

Result<uint16_t> SpiNor::status() {
  const uint8_t low = TRY(ask(kStatus));
  return uint16_t(low | TRY(ask(kStatus2)) << 8);
}

Result<Flash::Range> SpiNor::protected_range() {
  if (!protects_) return failure(Error::NotSupported);
  // Older ones have no third register, and leave the line alone.
  const uint8_t third = TRY(ask(kStatus3));
  if (third != 0xff && third & kSingleLocks) return failure(Error::NotSupported);
  return nor_protected(TRY(status()), shape_.size);
}

Result<void> SpiNor::writable(uint64_t offset, uint64_t size) {
  const auto is = protected_range();
  if (!is && is.error() != Error::NotSupported) return failure(is.error());
  if (is && offset < is->offset + is->size && is->offset < offset + size) return failure(Error::ReadOnly);
  return {};
}

/// Both registers at once: of older chips, writing the first alone clears the second.
Result<void> SpiNor::set_status(uint16_t status) {
  CHECK(enable());
  CHECK(command(uint32_t{kSetStatus} << 16 | __builtin_bswap16(status), 3, {}, {}));
  CHECK(wait(kStatusLimit));
  return tell(kDisable);
}

Result<void> SpiNor::protect(Range range) {
  CHECK(begin());
  CHECK(protected_range());
  if (!within(range.offset, range.size, shape_.size)) return failure(Error::OutOfRange);
  const uint16_t bits = TRY(nor_protection(range, shape_.size));
  const uint16_t before = TRY(status());
  CHECK(set_status((before & ~kProtection) | bits));
  const uint16_t now = TRY(status());
  if ((now & kProtection) == bits) return {};
  // A chip that takes some of the bits, but not all of them, has not the setting; one that takes none is held.
  if (!((now ^ before) & kProtection)) return failure(Error::ReadOnly);
  CHECK(set_status(before));
  return failure(Error::OutOfRange);
}

}  // namespace drivers
