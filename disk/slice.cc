// SPDX-License-Identifier: BSD-2-Clause
#include "disk/slice.hh"

#include "lib/reader.hh"

namespace disk {

Result<Slice> Slice::of(BlockDevice& disk, uint64_t first, uint64_t last, std::string_view name) {
  if (first > last || last >= disk.sectors()) return failure(Error::OutOfRange);
  return Slice(disk, first, last - first + 1, name);
}

bool Slice::holds(uint64_t sector, size_t size) const {
  const uint32_t bytes = sector_size();
  return within(sector, size / bytes + (size % bytes != 0), sectors_);
}

Result<void> Slice::read(uint64_t sector, std::span<std::byte> to) {
  if (!holds(sector, to.size())) return failure(Error::OutOfRange);
  return disk_->read(first_ + sector, to);
}

Result<void> Slice::write(uint64_t sector, std::span<const std::byte> from) {
  if (!holds(sector, from.size())) return failure(Error::OutOfRange);
  return disk_->write(first_ + sector, from);
}

}  // namespace disk
