// SPDX-License-Identifier: BSD-2-Clause
// lib/flash.hh - NOR flash as bytes, whatever it is connected by: sectors that are erased together, and words that only
// turn ones into zeros.
#pragma once
#include <array>
#include <string_view>

#include "lib/area.hh"

class Flash {
 public:
  /// Who it is. What the board knows of a chip is nothing until it was asked.
  struct Identity {
    std::array<uint8_t, 3> id{};  // JEDEC: manufacturer, type, capacity
    std::string_view part;        // "W25Q32", or what it goes by where nobody knows it
    bool described = false;       // by itself (SFDP, CFI), not by a table of ours
    uint8_t address_bytes = 0;    // of its commands: 3 or 4; 0: it lies in memory
  };
  struct Range {
    uint64_t offset, size;
  };

  virtual std::string_view name() const = 0;  // "spi", for people and for the commands
  /// Finds out what it is; again only after a failure. All else comes after this. Errors: NotFound: nothing answers;
  /// NotSupported: a chip that we do not know; Malformed: a geometry that cannot be.
  virtual Result<void> start() = 0;
  virtual const Identity& identity() const = 0;
  virtual uint64_t size() const = 0;
  /// Of the sectors that [offset, offset + size) is made of. Errors: OutOfRange; Misaligned: not whole sectors, or not
  /// all of one size.
  virtual Result<uint32_t> sector_size(uint64_t offset, uint64_t size) const = 0;

  /// As of Area. ReadOnly: that part is protected, and nothing of it was changed; IoError, Timeout: the chip's.
  virtual Result<void> read(uint64_t offset, std::span<std::byte> to) = 0;
  virtual Result<void> erase(uint64_t offset, uint64_t size) = 0;
  virtual Result<void> write(uint64_t offset, std::span<const std::byte> from) = 0;

  /// What the chip itself refuses to change; size 0: nothing. NotSupported: it has no such thing.
  virtual Result<Range> protected_range() { return failure(Error::NotSupported); }
  /// Protects exactly this from now on, also over a loss of power; size 0: nothing. Errors: NotSupported; OutOfRange:
  /// no setting of the chip is this range; ReadOnly: the setting itself is held by the chip's pin.
  virtual Result<void> protect(Range) { return failure(Error::NotSupported); }

 protected:
  ~Flash() = default;
};

/// Some of a flash's sectors.
class FlashArea final : public Area {
 public:
  /// The flash, started, and the name stay the caller's. Errors: as of Flash::sector_size().
  static Result<FlashArea> of(Flash& flash, uint64_t offset, uint64_t size, std::string_view name) {
    return FlashArea(flash, offset, size, TRY(flash.sector_size(offset, size)), name);
  }

  std::string_view name() const override { return name_; }
  uint64_t size() const override { return size_; }
  uint32_t erase_size() const override { return sector_; }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override {
    if (!within(offset, to.size(), size_)) return failure(Error::OutOfRange);
    return flash_->read(offset_ + offset, to);
  }
  Result<void> erase(uint64_t offset, uint64_t size) override {
    if (!within(offset, size, size_)) return failure(Error::OutOfRange);
    return flash_->erase(offset_ + offset, size);
  }
  Result<void> write(uint64_t offset, std::span<const std::byte> from) override {
    if (!within(offset, from.size(), size_)) return failure(Error::OutOfRange);
    return flash_->write(offset_ + offset, from);
  }
  Result<void> flush() override { return {}; }  // nothing is kept back

 private:
  FlashArea(Flash& flash, uint64_t offset, uint64_t size, uint32_t sector, std::string_view name)
      : flash_(&flash), offset_(offset), size_(size), sector_(sector), name_(name) {}

  Flash* flash_;
  uint64_t offset_, size_;
  uint32_t sector_;
  std::string_view name_;
};
