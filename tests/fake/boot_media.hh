// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/boot_media.hh - a NOR flash and an eMMC with boot partitions on one supply of power, which may fail in the
// midst of any step.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lib/flash.hh"
#include "lib/mmc.hh"

namespace fake {

using Bytes = std::vector<std::byte>;

/// What every step of a write asks for. The one that it does not reach is done in part, and nothing works any more.
struct Supply {
  uint64_t left = UINT64_MAX, used = 0;
  bool on = true;
  uint32_t random = 1;
  bool take();
  bool coin();
};

/// Sectors of 4 KiB in most places. Steps: up to 64 bytes that are programmed, in any order; a sector that is erased.
class BootFlash final : public Flash {
 public:
  BootFlash(Supply& supply, uint64_t size) : bytes(size, std::byte{0xff}), supply_(supply) {}

  std::string_view name() const override { return "spi"; }
  Result<void> start() override;
  const Identity& identity() const override { return identity_; }
  uint64_t size() const override { return bytes.size(); }
  Result<uint32_t> sector_size(uint64_t offset, uint64_t size) const override;
  Result<void> read(uint64_t offset, std::span<std::byte> to) override;
  Result<void> erase(uint64_t offset, uint64_t size) override;
  Result<void> write(uint64_t offset, std::span<const std::byte> from) override;
  Result<Range> protected_range() override { return locked; }

  Bytes bytes;
  bool missing = false;
  Range locked{};          // protected
  uint64_t changed = 0;    // bytes programmed and erased so far
  uint64_t were_read = 0;  // bytes

 private:
  Supply& supply_;
  Identity identity_;
};

/// One of its areas. Sectors that were not flushed may be lost; one step each, and one a flush.
class BootArea final : public BlockDevice {
 public:
  BootArea(Supply& supply, std::string name, uint64_t size) : bytes(size), supply_(supply), name_(std::move(name)) {}

  std::string_view name() const override { return name_; }
  uint64_t sectors() const override { return bytes.size() / 512; }
  uint32_t sector_size() const override { return 512; }
  bool read_only() const override { return false; }
  Result<void> read(uint64_t sector, std::span<std::byte> to) override;
  Result<void> write(uint64_t sector, std::span<const std::byte> from) override;
  Result<void> flush() override;
  /// After power has failed: what was not flushed is there or not.
  void lose();

  Bytes bytes;

 private:
  Supply& supply_;
  std::string name_;
  std::vector<std::pair<uint64_t, Bytes>> before_;  // of sectors that were not flushed
};

/// "mmc0": a user area, boot0 and boot1.
class BootCard final : public MmcCard {
 public:
  BootCard(Supply& supply, uint64_t boot_size);

  std::string_view name() const override { return "mmc0"; }
  Result<void> start() override;
  const Identity& identity() const override { return identity_; }
  const Bus& bus() const override { return bus_; }
  BlockDevice* area(size_t index) override { return index < areas.size() ? areas[index].get() : nullptr; }
  Result<BootPartition> boot_partition() override;
  Result<void> set_boot_partition(BootPartition to) override;

  std::vector<std::unique_ptr<BootArea>> areas;
  BootPartition config{.ack = true, .partition = 1};
  bool missing = false;
  unsigned starts = 0;

 private:
  Supply& supply_;
  Identity identity_;
  Bus bus_;
};

/// A boot image as TF-A's doimage makes it: 8 KiB of header and extension, then `size` bytes, all of them from `seed`.
Bytes boot_image(size_t size, uint32_t seed);
/// Judged by words of its own: a whole image at the start of `bytes`. Where there is none, empty.
Bytes whole_boot_image(const Bytes& bytes);

}  // namespace fake
