// SPDX-License-Identifier: BSD-2-Clause
// disk/sector.hh - one sector of a disk in memory, for those who want less than that or read the same again.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/block.hh"
#include "lib/le.hh"

namespace disk {

constexpr uint32_t kMostSector = 4096;  // bytes; larger ones have not been built

/// A little-endian number of a structure on a disk, wherever it lies.
template <class T>
T load(const std::byte* at) {
  Le<T> value;
  __builtin_memcpy(&value, at, sizeof value);
  return value;
}

/// From `sector` on, where sectors have `size` bytes, a multiple of the disk's own. Errors: those of the disk.
Result<void> read_sectors(BlockDevice& disk, uint64_t sector, uint32_t size, std::span<std::byte> to);

class SectorBuffer {
 public:
  /// `sector` of `size` bytes each, a multiple of the disk's own and at most kMostSector. It is not read again when it
  /// is here already. Errors: those of the disk.
  Result<std::byte*> read(BlockDevice& disk, uint64_t sector, uint32_t size);
  /// What was read last, with the changes made to it, goes to where it came from, or to another place.
  Result<void> write(BlockDevice& disk) { return write(disk, sector_); }
  Result<void> write(BlockDevice& disk, uint64_t sector);
  /// It is read again next time: what is in it was made up, or may have changed.
  void drop() { size_ = 0; }

 private:
  // Of its own cache lines, where a disk writes past the caches.
  alignas(64) std::array<std::byte, kMostSector> bytes_{};
  uint64_t sector_ = 0;
  uint32_t size_ = 0;  // 0: nothing is here
};

}  // namespace disk
