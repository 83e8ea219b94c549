// SPDX-License-Identifier: BSD-2-Clause
// What a serial NOR flash refuses to change.
#include "drivers/spi_nor_protect.hh"

#include "tests/fake/pattern.hh"
#include "tests/unit/flash_lab.hh"

namespace {

using fake::pattern;
using Lab = flash_test::NorLab;

// Rows of W25Q32's table with CMP = 0: SEC, TB, BP, then what is protected; the data sheet, 7.1.10.
struct Row {
  unsigned sector, bottom, blocks;
  uint64_t offset, size;
};
constexpr Row kRows[] = {
    {0, 0, 1, 0x3f'0000, 0x1'0000},
    {0, 0, 2, 0x3e'0000, 0x2'0000},
    {0, 0, 3, 0x3c'0000, 0x4'0000},
    {0, 0, 4, 0x38'0000, 0x8'0000},
    {0, 0, 5, 0x30'0000, 0x10'0000},
    {0, 0, 6, 0x20'0000, 0x20'0000},
    {0, 1, 1, 0, 0x1'0000},
    {0, 1, 2, 0, 0x2'0000},
    {0, 1, 3, 0, 0x4'0000},
    {0, 1, 4, 0, 0x8'0000},
    {0, 1, 5, 0, 0x10'0000},
    {0, 1, 6, 0, 0x20'0000},
    {1, 0, 1, 0x3f'f000, 0x1000},
    {1, 0, 2, 0x3f'e000, 0x2000},
    {1, 0, 3, 0x3f'c000, 0x4000},
    {1, 0, 4, 0x3f'8000, 0x8000},
    {1, 0, 5, 0x3f'8000, 0x8000},
    {1, 1, 1, 0, 0x1000},
    {1, 1, 2, 0, 0x2000},
    {1, 1, 3, 0, 0x4000},
    {1, 1, 4, 0, 0x8000},
    {1, 1, 5, 0, 0x8000},
    {0, 0, 7, 0, 0x40'0000},
    {0, 1, 7, 0, 0x40'0000},
    {1, 0, 7, 0, 0x40'0000},
    {1, 1, 7, 0, 0x40'0000},
};
uint16_t status_of(const Row& row, bool complement) {
  return uint16_t(row.blocks << 2 | row.bottom << 5 | row.sector << 6 | complement << 14);
}

TEST(DriversSpiNorProtect, what_its_status_protects_is_what_the_data_sheet_says) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.flash.protected_range()->size, 0u);
  for (const Row& row : kRows) {
    lab.chip.status = status_of(row, false) | 0x80 | 0x200;  // with other bits that do not matter
    const auto is = lab.flash.protected_range();
    ASSERT_TRUE(is);
    EXPECT_EQ(is->offset, row.offset) << lab.chip.status;
    EXPECT_EQ(is->size, row.size) << lab.chip.status;
    lab.chip.status = status_of(row, true);
    const auto other = lab.flash.protected_range();
    ASSERT_TRUE(other);
    EXPECT_EQ(other->size, 0x40'0000 - row.size) << lab.chip.status;
    if (other->size != 0) EXPECT_EQ(other->offset, row.offset == 0 ? row.size : 0) << lab.chip.status;
  }
  lab.chip.status = 0x4000;  // nothing, complemented
  EXPECT_EQ(lab.flash.protected_range()->size, 0x40'0000u);
}

TEST(DriversSpiNorProtect, larger_and_smaller_ones_count_in_64ths_of_theirs_and_in_blocks) {
  const auto is = [](uint16_t status, uint64_t size) {
    const Flash::Range range = drivers::nor_protected(status, size);
    return std::pair(range.offset, range.size);
  };
  EXPECT_EQ(is(1 << 2, 16 << 20), std::pair(uint64_t{0xfc'0000}, uint64_t{0x4'0000}));  // W25Q128
  EXPECT_EQ(is(6 << 2, 16 << 20), std::pair(uint64_t{0x80'0000}, uint64_t{0x80'0000}));
  EXPECT_EQ(is(1 << 2, 8 << 20), std::pair(uint64_t{0x7e'0000}, uint64_t{0x2'0000}));  // W25Q64
  EXPECT_EQ(is(1 << 2, 2 << 20), std::pair(uint64_t{0x1f'0000}, uint64_t{0x1'0000}));  // W25Q16
  EXPECT_EQ(is(6 << 2, 2 << 20), std::pair(uint64_t{0}, uint64_t{0x20'0000}));
  EXPECT_EQ(is(4 << 2 | 0x20, 1 << 20), std::pair(uint64_t{0}, uint64_t{0x8'0000}));  // W25Q80
  EXPECT_EQ(is(5 << 2, 1 << 20), std::pair(uint64_t{0}, uint64_t{0x10'0000}));
}

TEST(DriversSpiNorProtect, it_protects_exactly_what_it_is_asked_to) {
  for (const bool complement : {false, true}) {
    for (const Row& row : kRows) {
      Lab lab;
      lab.chip.status = 0x0200 | 0x1800;  // quad mode, and locks that nobody may lose
      ASSERT_EQ(lab.start(), kNone);
      Flash::Range range{row.offset, row.size};
      if (complement) range = {row.offset == 0 ? row.size : 0, 0x40'0000 - row.size};
      ASSERT_EQ(error_of(lab.flash.protect(range)), kNone);
      const auto is = lab.flash.protected_range();
      ASSERT_TRUE(is);
      EXPECT_EQ(is->size, range.size);
      if (range.size != 0) EXPECT_EQ(is->offset, range.offset);
      EXPECT_EQ(lab.chip.status & 0x3a00, 0x1a00);
      lab.chip.restart();  // it outlives a loss of power
      EXPECT_EQ(lab.flash.protected_range()->size, range.size);
      ASSERT_EQ(error_of(lab.flash.protect({})), kNone);
      EXPECT_EQ(lab.flash.protected_range()->size, 0u);
    }
  }
}

TEST(DriversSpiNorProtect, ranges_that_no_setting_is_are_refused_before_anything_is_written) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  for (const Flash::Range range : {Flash::Range{0, 0x18'0000},
                                   {0x1'0000, 0x1'0000},
                                   {0, 0x800},
                                   {0x3f'0000, 0x1000},
                                   {0, 0x40'0001},
                                   {0x40'0000, 0x1000},
                                   {UINT64_MAX, 1}})
    EXPECT_EQ(error_of(lab.flash.protect(range)), Error::OutOfRange) << range.offset;
  EXPECT_TRUE(lab.unchanged());
}

TEST(DriversSpiNorProtect, nothing_of_a_protected_range_is_touched) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.hold(0x3e'fff0, "0123456789abcdef");
  ASSERT_EQ(error_of(lab.flash.protect({0x3f'0000, 0x1'0000})), kNone);
  lab.chip.log.clear();
  lab.chip.enables = 0;
  EXPECT_EQ(lab.write(0x3f'0000, "a"), Error::ReadOnly);
  EXPECT_EQ(lab.write(0x3f'ffff, "a"), Error::ReadOnly);
  EXPECT_EQ(lab.write(0x3e'0000, pattern(0x1'0001)), Error::ReadOnly);
  EXPECT_EQ(lab.erase(0x3e'0000, 0x2'0000), Error::ReadOnly);
  EXPECT_EQ(lab.erase(0x3f'f000, 0x1000), Error::ReadOnly);
  EXPECT_TRUE(lab.unchanged());
  EXPECT_EQ(lab.read(0x3e'fff0, 16), "0123456789abcdef");
  EXPECT_EQ(lab.erase(0x3e'0000, 0x1'0000), kNone);
  EXPECT_EQ(lab.write(0x3e'ff00, pattern(256)), kNone);  // up to it
}

TEST(DriversSpiNorProtect, a_setting_that_the_pin_holds_is_read_only) {
  Lab lab;
  lab.chip.status = 0x80 | 1 << 2;
  lab.chip.held = true;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(error_of(lab.flash.protect({})), Error::ReadOnly);
  EXPECT_EQ(lab.flash.protected_range()->offset, 0x3f'0000u);
  EXPECT_EQ(error_of(lab.flash.protect({0x3f'0000, 0x1'0000})), kNone);  // which it is already
  lab.chip.held = false;
  EXPECT_EQ(error_of(lab.flash.protect({})), kNone);
  EXPECT_EQ(lab.flash.protected_range()->size, 0u);
  EXPECT_EQ(lab.chip.status & 0x80, 0x80);
}

TEST(DriversSpiNorProtect, a_setting_that_the_chip_takes_in_part_is_taken_back) {
  Lab lab({.fixed = 0x60});  // it protects from the top and by blocks only
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(error_of(lab.flash.protect({0x38'0000, 0x8'0000})), kNone);
  EXPECT_EQ(error_of(lab.flash.protect({0, 0x1'0000})), Error::OutOfRange);
  EXPECT_EQ(lab.flash.protected_range()->offset, 0x38'0000u);
  EXPECT_EQ(lab.flash.protected_range()->size, 0x8'0000u);
}

TEST(DriversSpiNorProtect, locks_of_single_blocks_are_no_range) {
  Lab lab;
  lab.chip.third = 0x04;
  lab.chip.status = 7 << 2;  // has no meaning then
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(error_of(lab.flash.protected_range()), Error::NotSupported);
  EXPECT_EQ(error_of(lab.flash.protect({})), Error::NotSupported);
  Lab old({.third = false});
  ASSERT_EQ(old.start(), kNone);
  EXPECT_EQ(error_of(old.flash.protect({0, 0x1'0000})), kNone);
}

}  // namespace
