// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/spi_nor.hh"

#include <algorithm>
#include <cstring>

#include "tests/fake/pattern.hh"
#include "tests/fake/sfdp_image.hh"
#include "tests/unit/flash_lab.hh"

namespace {

using fake::pattern;
using fake::SfdpImage;
using Lab = flash_test::NorLab;
using Wide = fake::SpiNor::Wide;
using Log = std::vector<std::string>;

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

TEST(DriversSpiNor, writes_go_page_by_page) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.write(200, pattern(400)), kNone);
  EXPECT_EQ(lab.chip.log, (Log{"program 0xc8 +0x38", "program 0x100 +0x100", "program 0x200 +0x58"}));
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

TEST(DriversSpiNor, a_chip_that_stays_busy_is_not_read) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.chip.stuck = true;
  EXPECT_EQ(lab.erase(0, 4096), Error::Timeout);
  std::byte one;
  EXPECT_EQ(error_of(lab.flash.read(0, {&one, 1})), Error::Timeout);
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

}  // namespace
