// SPDX-License-Identifier: BSD-2-Clause
// disk/area.hh - a disk or a partition as bytes that can be read and written anywhere.
#pragma once
#include "disk/sector.hh"
#include "lib/area.hh"

namespace disk {

/// Whole sectors go straight between the disk and the caller's memory; the rest of a sector that is written in part is
/// read before and stays. Has a buffer of one sector. Nothing is kept from one call to the next, so others may write to
/// the disk in between.
class DiskArea final : public Area {
 public:
  /// All of `disk`, which stays the caller's, as its name does: for a part of one, a Slice. Its sectors have at most
  /// kMostSector bytes, or everything is NotSupported.
  explicit constexpr DiskArea(BlockDevice& disk) : disk_(&disk) {}

  std::string_view name() const override { return disk_->name(); }
  uint64_t size() const override { return disk_->sectors() * disk_->sector_size(); }
  uint32_t erase_size() const override { return 0; }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override;
  Result<void> erase(uint64_t, uint64_t) override { return failure(Error::NotSupported); }
  Result<void> write(uint64_t offset, std::span<const std::byte> from) override;
  Result<void> flush() override { return disk_->flush(); }

 private:
  BlockDevice* disk_;
  SectorBuffer buffer_;
};

}  // namespace disk
