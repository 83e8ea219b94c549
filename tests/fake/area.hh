// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/area.hh - storage that behaves: a flash that is erased in blocks and turns ones into zeros, or a disk
// whose sectors are anywhere until they are flushed. Either loses power after any number of operations.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lib/area.hh"

namespace fake {

/// An operation is a byte that is written to a flash, a step in the erasing of one of its blocks, a sector that is
/// written to a disk, or a flush of it. Without power everything is IoError and changes nothing.
class StorageArea final : public Area {
 public:
  /// `erase_size` 0: a disk. What is there first is all ones.
  StorageArea(uint64_t size, uint32_t erase_size, std::string name = "fake");

  uint64_t size() const override { return data.size(); }
  std::string_view name() const override { return name_; }
  uint32_t erase_size() const override { return erase_size_; }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override;
  Result<void> erase(uint64_t offset, uint64_t size) override;
  Result<void> write(uint64_t offset, std::span<const std::byte> from) override;
  Result<void> flush() override;

  /// Power fails in the midst of operation `operation`, counted from now, from 0. What becomes of the place that was
  /// worked at, and of sectors that were not flushed, follows from `how`.
  void cut_power(uint64_t operation, uint32_t how);
  /// It is back, if it was away.
  void power_on();
  bool has_power() const { return power_; }
  uint64_t operations() const { return operations_; }

  std::vector<uint8_t> data;  // as it is read
  uint64_t erased = 0;        // blocks so far
  bool read_only = false;

 private:
  static constexpr uint32_t kSector = 512;

  bool cut();  // true: in this operation
  uint8_t noise();
  void lose();

  std::string name_;
  std::vector<uint8_t> medium_;  // of a disk: what was flushed
  std::vector<bool> dirty_;      // sectors
  uint32_t erase_size_, how_ = 0;
  uint64_t operations_ = 0, cut_at_ = UINT64_MAX;
  bool power_ = true;
};

}  // namespace fake
