// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/flash_lab.hh - the drivers of flashes, each in front of a fake of its chips.
#pragma once
#include <gtest/gtest.h>

#include <cstring>

#include "drivers/cfi_flash.hh"
#include "drivers/spi_nor.hh"
#include "tests/fake/cfi_flash.hh"
#include "tests/fake/result.hh"
#include "tests/fake/spi_nor.hh"
#include "tests/fake/timeline.hh"

namespace flash_test {

/// A flash with text for bytes.
class Texts {
 public:
  /// Both are only named here: they may be members of who derives from this.
  Texts(Flash& flash, std::vector<std::byte>& data) : flash_(flash), data_(data) {}

  Error start() { return error_of(flash_.start()); }
  Error write(uint64_t offset, std::string_view text) {
    return error_of(flash_.write(offset, std::as_bytes(std::span(text))));
  }
  Error erase(uint64_t offset, uint64_t size) { return error_of(flash_.erase(offset, size)); }
  std::string read(uint64_t offset, size_t size) {
    std::string text(size, '?');
    EXPECT_EQ(error_of(flash_.read(offset, std::as_writable_bytes(std::span(text)))), kNone);
    return text;
  }
  /// What lies there, whoever wrote it.
  void hold(uint64_t offset, std::string_view text) { std::memcpy(&data_[offset], text.data(), text.size()); }

 private:
  Flash& flash_;
  std::vector<std::byte>& data_;
};

/// Two chips of 16 bits side by side.
struct CfiLab : Texts {
  static constexpr uintptr_t kBase = 0x0400'0000;
  static constexpr uint32_t kSector = 8192;
  /// Bytes that are programmed in any order, and those that the fake programs before it looks at the power.
  static constexpr size_t kTogether = 128, kStep = 2;

  explicit CfiLab(const fake::CfiFlash::Shape& shape = {}, uint64_t window = 0)
      : Texts(flash, chips.data),
        chips(kBase, shape),
        flash(kBase, window ? window : chips.data.size(), shape.width, timeline.time) {}
  ~CfiLab() {
    for (const auto& what : chips.complaints) ADD_FAILURE() << what;
  }
  fake::CfiFlash& device() { return chips; }
  bool unchanged() const { return chips.log.empty(); }
  /// What was begun has ended.
  bool at_rest() const { return chips.reads_array(); }

  fake::Timeline timeline;
  fake::CfiFlash chips;
  drivers::CfiFlash flash;
};

/// A W25Q32, unless told otherwise.
struct NorLab : Texts {
  static constexpr uint32_t kSector = 4096;
  static constexpr size_t kTogether = 256, kStep = 1;

  explicit NorLab(const fake::SpiNor::Shape& shape = {}) : Texts(flash, chip.data), chip(shape) {}
  ~NorLab() {
    for (const auto& what : chip.complaints) ADD_FAILURE() << what;
    EXPECT_FALSE(chip.four) << "addresses of 4 bytes are still on";
  }
  fake::SpiNor& device() { return chip; }
  bool unchanged() const { return chip.log.empty() && chip.enables == 0; }
  bool at_rest() const { return !chip.enabled && chip.left == 0; }

  fake::Timeline timeline;
  fake::SpiNor chip;
  fake::SpiWire wire{chip};
  drivers::SpiNor flash{wire, timeline.time};
};

}  // namespace flash_test
