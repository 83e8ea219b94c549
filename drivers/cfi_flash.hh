// SPDX-License-Identifier: BSD-2-Clause
// drivers/cfi_flash.hh - parallel NOR flash that describes itself (JEDEC JESD68, CFI) and takes Intel's commands
// (command set 1): one chip, or several side by side on a wider bus.
#pragma once
#include <array>

#include "lib/flash.hh"
#include "lib/reg.hh"
#include "lib/time.hh"

namespace drivers {

class CfiFlash final : public Flash {
 public:
  /// A bank whose `window` bytes are mapped for devices at `base`, on a bus of `width` bytes (bank-width of the device
  /// tree: 1, 2, 4). The clock stays the caller's.
  constexpr CfiFlash(uintptr_t base, uint64_t window, unsigned width, const Time& time, std::string_view name = "flash")
      : name_(name), base_(base), window_(window), time_(&time), width_(uint8_t(width)) {}

  std::string_view name() const override { return name_; }
  /// Asks the chips what they are. Errors: NotFound: nothing that answers a CFI query; NotSupported: other commands
  /// than Intel's, or chips that differ; Malformed: a geometry that cannot be.
  Result<void> start() override;
  const Identity& identity() const override { return identity_; }
  uint64_t size() const override { return size_; }
  /// Bytes that are programmed at once; width: by words only.
  uint32_t buffer_size() const { return buffer_size_; }
  Result<uint32_t> sector_size(uint64_t offset, uint64_t size) const override;

  /// As of Flash. ReadOnly: locked, and unlocking does not help, or without the voltage for programming. IoError: the
  /// chips say that they failed. Timeout: they stay busy, so what is read next may be their status; after all else it
  /// is data. What is programmed at once gets there in any order.
  Result<void> read(uint64_t offset, std::span<std::byte> to) override;
  Result<void> erase(uint64_t offset, uint64_t size) override;
  Result<void> write(uint64_t offset, std::span<const std::byte> from) override;

 private:
  struct Region {
    uint64_t end;
    uint32_t sector;
  };

  uint32_t get(uint64_t offset) const { return mmio_read(base_ + uintptr_t(offset), width_); }
  void put(uint64_t offset, uint32_t value) const { mmio_write(base_ + uintptr_t(offset), width_, value); }
  void command(uint64_t offset, uint8_t value) const { put(offset, value * lanes_); }
  Result<uint8_t> query(uint32_t index) const;
  Result<void> read_geometry();
  Result<void> wait(uint64_t offset, uint32_t microseconds) const;
  Result<void> erase_sector(uint64_t offset) const;
  Result<void> program(uint64_t offset, std::span<const std::byte> from) const;
  template <class F>
  Result<void> unlocked(uint64_t offset, F&& action) const;

  static constexpr Identity identity_{.id = {}, .part = "CFI", .described = true, .address_bytes = 0};

  std::string_view name_;
  uintptr_t base_;
  uint64_t window_;
  const Time* time_;
  uint8_t width_;
  uint8_t region_count_ = 0;
  uint32_t lanes_ = 0;  // 1 in the lowest bit of each chip
  uint32_t buffer_size_ = 0;
  uint32_t program_limit_ = 0, erase_limit_ = 0;  // microseconds
  uint64_t size_ = 0;
  std::array<Region, 4> regions_{};
};

}  // namespace drivers
