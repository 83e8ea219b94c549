// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/spi_nor.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "drivers/spi_nor_protect.hh"
#include "tests/fake/pattern.hh"
#include "tests/fake/sfdp_image.hh"
#include "tests/fake/spi_nor.hh"
#include "tests/fake/timeline.hh"

namespace {

using fake::pattern;
using fake::SfdpImage;
using std::as_bytes;
using std::as_writable_bytes;
using std::span;
using Wide = fake::SpiNor::Wide;
using Log = std::vector<std::string>;

struct Lab {
  explicit Lab(const fake::SpiNor::Shape& shape = {}) : chip(shape) {}
  ~Lab() {
    for (const auto& what : chip.complaints) ADD_FAILURE() << what;
    EXPECT_FALSE(chip.four) << "addresses of 4 bytes are still on";
  }
  Error start() { return error_of(flash.start()); }
  Error write(uint64_t offset, std::string_view text) { return error_of(flash.write(offset, as_bytes(span(text)))); }
  Error erase(uint64_t offset, uint64_t size) { return error_of(flash.erase(offset, size)); }
  std::string read(uint64_t offset, size_t size) {
    std::string text(size, '?');
    EXPECT_EQ(error_of(flash.read(offset, as_writable_bytes(span(text)))), kNone);
    return text;
  }
  void hold(uint64_t offset, std::string_view text) { std::memcpy(&chip.data[offset], text.data(), text.size()); }
  bool unchanged() const { return chip.log.empty() && chip.enables == 0; }

  fake::Timeline timeline;
  fake::SpiNor chip;
  fake::SpiWire wire{chip};
  drivers::SpiNor flash{wire, timeline.time};
};

/// 64 MiB that nobody knows by its identifier.
fake::SpiNor::Shape large(Wide wide) {
  const bool opcodes = wide == Wide::Opcodes;
  fake::SpiNor::Shape is{.id = {0xc2, 0x20, 0x1a}, .bytes = 64 << 20, .wide = wide, .winbond = false};
  is.sfdp = SfdpImage::large(opcodes).bytes();
  if (opcodes) is.erases = {{0x21, 4096}, {0x5c, 32768}, {0xdc, 65536}};
  return is;
}

TEST(DriversSpiNor, a_w25q32_is_known_by_its_identifier) {
  Lab lab;
  EXPECT_EQ(lab.flash.size(), 0u);
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.flash.name(), "spi");
  EXPECT_EQ(lab.flash.size(), 4u << 20);
  const Flash::Identity& is = lab.flash.identity();
  EXPECT_EQ(is.id, (std::array<uint8_t, 3>{0xef, 0x40, 0x16}));
  EXPECT_EQ(is.part, "W25Q32");
  EXPECT_FALSE(is.described);
  EXPECT_EQ(is.address_bytes, 3);
}

TEST(DriversSpiNor, it_describes_itself_where_it_can) {
  Lab lab({.sfdp = SfdpImage{}.bytes()});
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_TRUE(lab.flash.identity().described);
  EXPECT_EQ(lab.flash.identity().part, "W25Q32");
  ASSERT_EQ(lab.erase(0x8000, 0x8000), kNone);
  EXPECT_EQ(lab.chip.log, Log{"erase 0x8000 +0x8000"});  // which the table of ours does not have
}

TEST(DriversSpiNor, its_family_is_known_too) {
  constexpr std::pair<uint8_t, std::string_view> kFamily[] = {{0x14, "W25Q80"}, {0x15, "W25Q16"},  {0x16, "W25Q32"},
                                                              {0x17, "W25Q64"}, {0x18, "W25Q128"}, {0x19, "W25Q256"}};
  for (const uint8_t type : {uint8_t{0x40}, uint8_t{0x60}, uint8_t{0x70}}) {
    for (const auto& [capacity, part] : kFamily) {
      Lab lab({.id = {0xef, type, capacity}, .bytes = 1u << capacity, .wide = capacity > 0x18 ? Wide::Mode : Wide::No});
      ASSERT_EQ(lab.start(), kNone);
      EXPECT_EQ(lab.flash.identity().part, part);
      EXPECT_EQ(lab.flash.size(), 1u << capacity);
      EXPECT_EQ(lab.write(lab.flash.size() - 4, "last"), kNone);
      EXPECT_EQ(std::memcmp(&lab.chip.data[lab.flash.size() - 4], "last", 4), 0);
    }
  }
}

TEST(DriversSpiNor, a_description_that_is_damaged_or_of_another_chip_gives_way_to_what_is_known) {
  auto cut = SfdpImage{}.bytes();
  cut[11] = 8;  // words of the basic table
  SfdpImage other;
  other.basic[1] = 0x03ff'ffff;  // 8 MiB
  for (const auto& sfdp : {cut, other.bytes()}) {
    Lab lab({.sfdp = sfdp});
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_EQ(lab.flash.size(), 4u << 20);
    EXPECT_FALSE(lab.flash.identity().described);
  }
}

TEST(DriversSpiNor, strangers_are_what_they_say_or_nothing) {
  fake::SpiNor::Shape shape{.id = {0x20, 0xba, 0x16}, .sfdp = SfdpImage{}.bytes(), .winbond = false};
  {
    Lab lab(shape);
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_EQ(lab.flash.identity().part, "SPI NOR");
    EXPECT_EQ(lab.write(100, "abc"), kNone);
    EXPECT_EQ(lab.read(100, 3), "abc");
  }
  {
    shape.sfdp[11] = 8;
    Lab lab(shape);
    EXPECT_EQ(lab.start(), Error::Malformed);
    EXPECT_EQ(lab.flash.size(), 0u);
  }
  {
    shape.sfdp.clear();
    Lab lab(shape);
    EXPECT_EQ(lab.start(), Error::NotSupported);
    EXPECT_EQ(error_of(lab.flash.sector_size(0, 4096)), Error::OutOfRange);
    std::byte one;
    EXPECT_EQ(error_of(lab.flash.read(0, {&one, 1})), Error::OutOfRange);
    EXPECT_EQ(lab.write(0, "a"), Error::OutOfRange);
    EXPECT_EQ(lab.erase(0, 4096), Error::OutOfRange);
  }
}

TEST(DriversSpiNor, where_nobody_answers_there_is_nothing) {
  Lab lab;
  lab.chip.absent = true;
  EXPECT_EQ(lab.start(), Error::NotFound);
  EXPECT_LT(lab.timeline.elapsed(), 10'000u);
  lab.chip.absent = false;
  EXPECT_EQ(lab.start(), kNone);
  Lab low({.id = {0, 0, 0}});
  EXPECT_EQ(low.start(), Error::NotFound);
}

TEST(DriversSpiNor, a_chip_that_is_still_busy_is_waited_for_and_not_cut_short) {
  Lab lab;
  lab.chip.left = 20'000;  // looks of 50 us: a second
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_TRUE(lab.chip.log.empty());
}

TEST(DriversSpiNor, a_chip_that_was_left_enabled_is_not_any_more) {
  Lab lab;
  lab.chip.enabled = true;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_FALSE(lab.chip.enabled);
}

TEST(DriversSpiNor, an_erase_that_was_suspended_comes_to_its_end) {
  Lab lab;
  lab.chip.suspended = true;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.chip.log, Log{"resume"});
  EXPECT_EQ(lab.chip.left, 0u);
  EXPECT_EQ(lab.write(0, "abc"), kNone);
}

TEST(DriversSpiNor, a_chip_that_was_left_reading_or_asleep_is_brought_back) {
  for (const auto mode : {fake::SpiNor::Mode::Reading, fake::SpiNor::Mode::Asleep}) {
    Lab lab;
    lab.chip.mode = mode;
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_EQ(lab.flash.identity().part, "W25Q32");
    EXPECT_EQ(lab.chip.log.back(), "reset");
    EXPECT_EQ(lab.write(0, "abc"), kNone);
    EXPECT_EQ(lab.read(0, 3), "abc");
  }
}

TEST(DriversSpiNor, sectors_are_the_largest_that_a_range_is_made_of) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  const auto sector = [&](uint64_t offset, uint64_t size) { return lab.flash.sector_size(offset, size); };
  EXPECT_EQ(sector(0, 0x18'0000).value(), 0x1'0000u);         // the boot image
  EXPECT_EQ(sector(0x19'0000, 0x1'0000).value(), 0x1'0000u);  // update metadata
  EXPECT_EQ(sector(0x3c'0000, 0x3'0000).value(), 0x1'0000u);  // variables
  EXPECT_EQ(sector(0x3c'0000, 0x1000).value(), 0x1000u);
  EXPECT_EQ(sector(0x1000, 0x1'0000).value(), 0x1000u);
  EXPECT_EQ(error_of(sector(0x800, 0x1000)), Error::Misaligned);
  EXPECT_EQ(error_of(sector(0x1000, 0x800)), Error::Misaligned);
  EXPECT_EQ(error_of(sector(0x40'0000, 0x1000)), Error::OutOfRange);
  EXPECT_EQ(error_of(sector(0x1000, UINT64_MAX - 0xfff)), Error::OutOfRange);
}

TEST(DriversSpiNor, erasing_takes_large_steps_where_they_fit) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  std::fill(lab.chip.data.begin(), lab.chip.data.end(), std::byte{0});
  ASSERT_EQ(lab.erase(0xe000, 0x1'3000), kNone);
  EXPECT_EQ(lab.chip.log,
            (Log{"erase 0xe000 +0x1000", "erase 0xf000 +0x1000", "erase 0x10000 +0x10000", "erase 0x20000 +0x1000"}));
  EXPECT_EQ(lab.read(0xdfff, 2) + lab.read(0x2'0fff, 2), std::string("\0\xff\xff\0", 4));
  EXPECT_FALSE(lab.chip.enabled);
}

TEST(DriversSpiNor, writes_go_page_by_page_from_anywhere_to_anywhere_and_keep_their_neighbours) {
  for (const size_t at : {0, 1, 100, 255}) {
    for (const size_t size : {1, 2, 155, 156, 157, 256, 257, 1000}) {
      Lab lab;
      ASSERT_EQ(lab.start(), kNone);
      const std::string before = pattern(16, 2), behind = pattern(16, 3), text = pattern(size);
      lab.hold(4096 + at - 16, before);
      lab.hold(4096 + at + size, behind);
      ASSERT_EQ(lab.write(4096 + at, text), kNone);
      ASSERT_EQ(lab.read(4096 + at - 16, size + 32), before + text + behind);
      EXPECT_FALSE(lab.chip.enabled);
    }
  }
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.write(200, pattern(400)), kNone);
  EXPECT_EQ(lab.chip.log, (Log{"program 0xc8 +0x38", "program 0x100 +0x100", "program 0x200 +0x58"}));
  EXPECT_EQ(lab.write(0, ""), kNone);
}

TEST(DriversSpiNor, a_write_that_would_set_a_bit_is_refused_before_anything_is_written) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  for (const size_t size : {1, 8, 255, 256, 257, 1000}) {
    lab.hold(size - 1, "\x7f");
    EXPECT_EQ(lab.write(0, std::string(size, '\xff')), Error::InvalidParameters) << size;
    EXPECT_EQ(lab.write(0, std::string(size, '\x80')), Error::InvalidParameters) << size;
    lab.hold(size - 1, "\xff");
  }
  EXPECT_TRUE(lab.unchanged());
  lab.hold(0, "\xf0");
  EXPECT_EQ(lab.write(0, "\x30"), kNone);  // ones become zeros as often as one likes
  EXPECT_EQ(lab.write(0, std::string_view("\0", 1)), kNone);
  EXPECT_EQ(lab.read(0, 1), std::string_view("\0", 1));
}

TEST(DriversSpiNor, ranges_that_it_does_not_have_are_refused) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.write(lab.flash.size() - 1, "ab"), Error::OutOfRange);
  EXPECT_EQ(lab.write(UINT64_MAX, "ab"), Error::OutOfRange);
  EXPECT_EQ(lab.erase(0, lab.flash.size() + 4096), Error::OutOfRange);
  EXPECT_EQ(lab.erase(1, 4096), Error::Misaligned);
  EXPECT_EQ(lab.erase(0, 1), Error::Misaligned);
  EXPECT_TRUE(lab.unchanged());
  std::array<std::byte, 2> two;
  EXPECT_EQ(error_of(lab.flash.read(lab.flash.size() - 1, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.read(UINT64_MAX, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.read(lab.flash.size(), {})), kNone);
}

TEST(DriversSpiNor, a_chip_that_does_not_let_itself_be_enabled_is_read_only) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.chip.no_latch = true;
  EXPECT_EQ(lab.write(0, "ab"), Error::ReadOnly);
  EXPECT_EQ(lab.erase(0, 4096), Error::ReadOnly);
  EXPECT_EQ(error_of(lab.flash.protect({0, 65536})), Error::ReadOnly);
  EXPECT_TRUE(lab.chip.log.empty());
  lab.chip.no_latch = false;
  EXPECT_EQ(lab.write(0, "ab"), kNone);
}

TEST(DriversSpiNor, worn_out_sectors_are_an_error_of_the_device) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.chip.worn = {0x1000};
  EXPECT_EQ(lab.write(0x1ffe, "abcd"), Error::IoError);
  lab.hold(0x1800, "x");
  EXPECT_EQ(lab.erase(0x1000, 0x1000), Error::IoError);
  EXPECT_FALSE(lab.chip.enabled);
  EXPECT_EQ(lab.write(0x2100, "abcd"), kNone);
}

TEST(DriversSpiNor, a_chip_that_stays_busy_is_waited_for_within_a_limit_and_asked_again_later) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.chip.stuck = true;
  EXPECT_EQ(lab.erase(0, 4096), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 2'000'000u);
  std::byte one;
  EXPECT_EQ(error_of(lab.flash.read(0, {&one, 1})), Error::Timeout);
  EXPECT_EQ(lab.write(0, "ab"), Error::Timeout);
  lab.chip.restart();
  EXPECT_EQ(lab.write(0, "ab"), kNone);
  EXPECT_EQ(lab.read(0, 2), "ab");
}

TEST(DriversSpiNor, what_takes_its_time_is_waited_for) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.chip.busy = 40'000;  // looks of 50 us: two seconds
  lab.hold(0, "ab");
  EXPECT_EQ(lab.erase(0, 65536), kNone);
  lab.chip.busy = 300;
  EXPECT_EQ(lab.write(0, "ab"), kNone);
}

TEST(DriversSpiNor, a_line_that_breaks_is_an_error_at_any_time) {
  for (size_t broken = 0; broken < 30; ++broken) {
    Lab lab;
    lab.wire.broken = broken;
    const bool started = lab.start() == kNone;
    lab.hold(0, "x");
    const bool erased = lab.erase(0, 4096) == kNone, written = lab.write(0, "abc") == kNone;
    EXPECT_TRUE(started || !erased);
    EXPECT_FALSE(written) << broken;
  }
}

TEST(DriversSpiNor, another_register_may_tell_that_it_is_busy) {
  SfdpImage image;
  image.basic[13] = 0x5cd5'bdfb;
  Lab lab({.id = {0x20, 0xba, 0x16}, .sfdp = image.bytes(), .winbond = false, .flag_status = true});
  ASSERT_EQ(lab.start(), kNone);
  lab.chip.busy = 100;
  EXPECT_EQ(lab.erase(0, 65536), kNone);
  EXPECT_EQ(lab.write(0, pattern(1000)), kNone);
  EXPECT_EQ(lab.read(0, 1000), pattern(1000));
}

TEST(DriversSpiNor, large_chips_are_reached_to_their_end_and_left_in_the_mode_of_boot_roms) {
  for (const Wide wide : {Wide::Opcodes, Wide::Mode, Wide::LatchedMode}) {
    Lab lab(large(wide));
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_EQ(lab.flash.identity().address_bytes, 4);
    const std::string text = pattern(300);
    for (const uint64_t at : {uint64_t{0xff'ff00}, uint64_t{0x3ff'0000}}) {
      lab.hold(at, "old");
      EXPECT_EQ(lab.erase(at / 65536 * 65536, 65536), kNone);
      EXPECT_EQ(lab.write(at, text), kNone);
      EXPECT_FALSE(lab.chip.four);
      EXPECT_EQ(lab.read(at, 300), text);
      EXPECT_FALSE(lab.chip.four);
      EXPECT_FALSE(lab.chip.enabled);
      EXPECT_EQ(std::memcmp(&lab.chip.data[at], text.data(), text.size()), 0);
    }
    EXPECT_EQ(error_of(lab.flash.protected_range()), Error::NotSupported);
    EXPECT_EQ(error_of(lab.flash.protect({})), Error::NotSupported);
    lab.chip.worn = {0x200'0000};
    EXPECT_EQ(lab.write(0x200'0000, "a"), Error::IoError);
    EXPECT_FALSE(lab.chip.four);
  }
}

TEST(DriversSpiNor, opcodes_of_their_own_work_in_any_mode_and_leave_it_as_it_is) {
  Lab lab(large(Wide::Opcodes));
  lab.chip.four = true;  // somebody else's
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.write(0x200'0000, "abc"), kNone);
  EXPECT_EQ(lab.read(0x200'0000, 3), "abc");
  EXPECT_TRUE(lab.chip.four);
  lab.chip.four = false;
}

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

TEST(DriversSpiNor, what_its_status_protects_is_what_the_data_sheet_says) {
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

TEST(DriversSpiNor, larger_and_smaller_ones_count_in_64ths_of_theirs_and_in_blocks) {
  const auto is = [](uint16_t status, uint64_t size) {
    const Flash::Range range = drivers::nor_protected(status, size);
    return std::pair(range.offset, range.size);
  };
  EXPECT_EQ(is(1 << 2, 16 << 20), std::pair(0xfc'0000ul, 0x4'0000ul));  // W25Q128
  EXPECT_EQ(is(6 << 2, 16 << 20), std::pair(0x80'0000ul, 0x80'0000ul));
  EXPECT_EQ(is(1 << 2, 8 << 20), std::pair(0x7e'0000ul, 0x2'0000ul));  // W25Q64
  EXPECT_EQ(is(1 << 2, 2 << 20), std::pair(0x1f'0000ul, 0x1'0000ul));  // W25Q16
  EXPECT_EQ(is(6 << 2, 2 << 20), std::pair(0ul, 0x20'0000ul));
  EXPECT_EQ(is(4 << 2 | 0x20, 1 << 20), std::pair(0ul, 0x8'0000ul));  // W25Q80
  EXPECT_EQ(is(5 << 2, 1 << 20), std::pair(0ul, 0x10'0000ul));
}

TEST(DriversSpiNor, it_protects_exactly_what_it_is_asked_to) {
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

TEST(DriversSpiNor, ranges_that_no_setting_is_are_refused_before_anything_is_written) {
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

TEST(DriversSpiNor, nothing_of_a_protected_range_is_touched) {
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

TEST(DriversSpiNor, a_setting_that_the_pin_holds_is_read_only) {
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

TEST(DriversSpiNor, a_setting_that_the_chip_takes_in_part_is_taken_back) {
  Lab lab({.fixed = 0x60});  // it protects from the top and by blocks only
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(error_of(lab.flash.protect({0x38'0000, 0x8'0000})), kNone);
  EXPECT_EQ(error_of(lab.flash.protect({0, 0x1'0000})), Error::OutOfRange);
  EXPECT_EQ(lab.flash.protected_range()->offset, 0x38'0000u);
  EXPECT_EQ(lab.flash.protected_range()->size, 0x8'0000u);
}

TEST(DriversSpiNor, locks_of_single_blocks_are_no_range) {
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

TEST(DriversSpiNor, what_a_loss_of_power_leaves_is_in_order_and_can_be_written_over) {
  const std::string text = pattern(3000);
  for (size_t power = 1; power < 3000; power += 97) {
    Lab lab;
    ASSERT_EQ(lab.start(), kNone);
    lab.chip.power = power;
    EXPECT_EQ(lab.write(512, text), Error::Timeout);
    lab.chip.restart();
    ASSERT_EQ(lab.start(), kNone);
    const std::string got = lab.read(512, 3000);
    EXPECT_NE(got, text);
    const auto same = size_t(std::mismatch(got.begin(), got.end(), text.begin()).first - got.begin());
    EXPECT_GE(same, (power - 1) / 256 * 256);
    EXPECT_EQ(got.find_first_not_of('\xff', same + 256), std::string::npos);  // one page is anything
    EXPECT_EQ(lab.write(512, text), kNone);                                   // goes on from any point
    EXPECT_EQ(lab.read(512, 3000), text);
  }
}

TEST(DriversSpiNor, what_a_loss_of_power_leaves_of_an_erase_can_be_erased) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  std::fill(lab.chip.data.begin(), lab.chip.data.end(), std::byte{0});
  lab.chip.power = 2;
  EXPECT_EQ(lab.erase(0, 0x4'0000), Error::Timeout);
  lab.chip.restart();
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.read(0xffff, 1) + lab.read(0x1'0000, 1) + lab.read(0x2'0000, 1), std::string("\xff\xa5\0", 3));
  EXPECT_EQ(lab.erase(0, 0x4'0000), kNone);
  EXPECT_EQ(lab.read(0, 0x4'0000), std::string(0x4'0000, '\xff'));
}

TEST(DriversSpiNor, an_area_is_some_of_its_sectors) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  auto area = FlashArea::of(lab.flash, 0x3c'0000, 0x3'0000, "variables");
  ASSERT_TRUE(area);
  EXPECT_EQ(area->erase_size(), 0x1'0000u);
  EXPECT_EQ(error_of(area->write(0x2'fffe, as_bytes(span("ab", 2)))), kNone);
  EXPECT_EQ(lab.read(0x3e'fffe, 3), "ab\xff");
  EXPECT_EQ(error_of(area->erase(0x2'0000, 0x1'0000)), kNone);
  EXPECT_EQ(lab.chip.log.back(), "erase 0x3e0000 +0x10000");
  EXPECT_EQ(error_of(area->erase(0x2'0000, 0x2'0000)), Error::OutOfRange);
}

}  // namespace
