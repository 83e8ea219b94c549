// SPDX-License-Identifier: BSD-2-Clause
// disk/slice.hh - some sectors of a disk as a disk of their own: a partition.
#pragma once
#include "lib/block.hh"

namespace disk {

class Slice final : public BlockDevice {
 public:
  /// Sectors `first` to `last`, both its own. The disk and the name stay the caller's. Error::OutOfRange: the disk does
  /// not have them.
  static Result<Slice> of(BlockDevice& disk, uint64_t first, uint64_t last, std::string_view name);

  std::string_view name() const override { return name_; }
  uint64_t sectors() const override { return sectors_; }
  uint32_t sector_size() const override { return disk_->sector_size(); }
  bool read_only() const override { return disk_->read_only(); }
  /// Error::OutOfRange: not all of them are its own; others as the disk's.
  Result<void> read(uint64_t sector, std::span<std::byte> to) override;
  Result<void> write(uint64_t sector, std::span<const std::byte> from) override;
  Result<void> flush() override { return disk_->flush(); }

 private:
  Slice(BlockDevice& disk, uint64_t first, uint64_t sectors, std::string_view name)
      : disk_(&disk), first_(first), sectors_(sectors), name_(name) {}
  bool holds(uint64_t sector, size_t size) const;

  BlockDevice* disk_;
  uint64_t first_, sectors_;
  std::string_view name_;
};

}  // namespace disk
