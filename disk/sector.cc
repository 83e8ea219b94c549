// SPDX-License-Identifier: BSD-2-Clause
#include "disk/sector.hh"

namespace disk {

Result<void> read_sectors(BlockDevice& disk, uint64_t sector, uint32_t size, std::span<std::byte> to) {
  return disk.read(sector * (size / disk.sector_size()), to);
}

Result<std::byte*> SectorBuffer::read(BlockDevice& disk, uint64_t sector, uint32_t size) {
  if (size != size_ || sector != sector_) {
    size_ = 0;
    if (size > kMostSector) return failure(Error::NotSupported);
    CHECK(read_sectors(disk, sector, size, std::span(bytes_).first(size)));
    sector_ = sector;
    size_ = size;
  }
  return bytes_.data();
}

Result<void> SectorBuffer::write(BlockDevice& disk, uint64_t sector) {
  const auto done = disk.write(sector * (size_ / disk.sector_size()), std::span(bytes_).first(size_));
  if (!done) drop();  // who knows what is there now
  return done;
}

}  // namespace disk
