// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/cfi_flash.hh"

#include <algorithm>
#include <climits>

#include "tests/fake/pattern.hh"
#include "tests/unit/flash_lab.hh"

namespace {

using fake::pattern;
using Lab = flash_test::CfiLab;

TEST(DriversCfiFlash, two_chips_side_by_side_tell_their_geometry) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.flash.size(), 2 * 8 * 4096u);
  EXPECT_EQ(lab.flash.buffer_size(), 128u);
  EXPECT_EQ(lab.flash.sector_size(0, 8192).value(), 8192u);
  EXPECT_EQ(lab.flash.sector_size(8192, 16384).value(), 8192u);
  EXPECT_EQ(error_of(lab.flash.sector_size(4096, 8192)), Error::Misaligned);
  EXPECT_EQ(error_of(lab.flash.sector_size(0, 4096)), Error::Misaligned);
  EXPECT_EQ(error_of(lab.flash.sector_size(65536, 8192)), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.sector_size(8192, UINT64_MAX - 8191)), Error::OutOfRange);
  EXPECT_TRUE(lab.at_rest());
}

TEST(DriversCfiFlash, every_width_of_bus_and_chip_is_found_out) {
  for (const auto& [width, chip] : {std::pair{1u, 1u}, {2u, 2u}, {2u, 1u}, {4u, 4u}, {4u, 2u}, {4u, 1u}}) {
    Lab lab({.width = width, .chip = chip});
    ASSERT_EQ(lab.start(), kNone) << width << ' ' << chip;
    EXPECT_EQ(lab.flash.size(), width / chip * 8 * 4096u);
    const std::string text = pattern(1000);
    EXPECT_EQ(lab.write(77, text), kNone);
    EXPECT_EQ(lab.read(77, 1000), text);
    EXPECT_EQ(lab.read(76, 1) + lab.read(1077, 1), "\xff\xff");
  }
}

TEST(DriversCfiFlash, sectors_of_several_sizes_are_kept_apart) {
  Lab lab({.regions = {{4, 1024}, {3, 4096}, {1, 16384}}});
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.flash.sector_size(2048, 4096).value(), 2048u);
  EXPECT_EQ(lab.flash.sector_size(8192, 8192).value(), 8192u);
  EXPECT_EQ(lab.flash.sector_size(32768, 32768).value(), 32768u);
  EXPECT_EQ(error_of(lab.flash.sector_size(6144, 8192)), Error::Misaligned);  // from one into the next
  std::fill(lab.chips.data.begin(), lab.chips.data.end(), std::byte{0});
  ASSERT_EQ(lab.erase(8192, 16384), kNone);
  EXPECT_EQ(lab.chips.log, (std::vector<std::string>{"erase 0x2000", "erase 0x4000"}));
  EXPECT_EQ(lab.read(8191, 1) + lab.read(8192, 1) + lab.read(24575, 1) + lab.read(24576, 1),
            std::string("\0\xff\xff\0", 4));
  EXPECT_EQ(lab.write(8192 + 8190, "over"), kNone);
  EXPECT_EQ(lab.read(8192 + 8190, 4), "over");
}

TEST(DriversCfiFlash, nothing_and_strangers_are_told_apart) {
  {
    Lab lab;
    lab.chips.query[0x10] = 'X';
    EXPECT_EQ(lab.start(), Error::NotFound);
    EXPECT_EQ(lab.flash.size(), 0u);
    EXPECT_TRUE(lab.at_rest());
  }
  {
    Lab lab({.commands = 2});  // AMD's
    EXPECT_EQ(lab.start(), Error::NotSupported);
    EXPECT_EQ(lab.flash.size(), 0u);
    EXPECT_TRUE(lab.at_rest());
  }
}

TEST(DriversCfiFlash, a_geometry_that_cannot_be_is_malformed) {
  const auto with = [](std::map<unsigned, uint8_t> query, uint64_t window = 0) {
    Lab lab({}, window);
    lab.chips.query = std::move(query);
    const Error error = lab.start();
    EXPECT_EQ(lab.flash.size() != 0, error == kNone);
    return error;
  };
  EXPECT_EQ(with({}), kNone);
  EXPECT_EQ(with({{0x2c, 0}}), Error::Malformed);  // no regions
  EXPECT_EQ(with({{0x2c, 5}}), Error::Malformed);  // more than there can be
  EXPECT_EQ(with({{0x2c, 255}}), Error::Malformed);
  EXPECT_EQ(with({{0x27, 14}}), Error::Malformed);  // smaller than its sectors
  EXPECT_EQ(with({{0x27, 255}}), Error::Malformed);
  EXPECT_EQ(with({{0x2f, 3}}), Error::Malformed);  // sectors of 768 bytes
  EXPECT_EQ(with({{0x2d, 8}}), Error::Malformed);
  EXPECT_EQ(with({}, 65536 - 8192), Error::Malformed);  // larger than what is mapped
  EXPECT_EQ(with({}, 64), Error::NotFound);             // not even room for a query
}

TEST(DriversCfiFlash, what_is_programmed_together_stays_within_the_buffer) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.write(100, pattern(200)), kNone);
  EXPECT_EQ(lab.chips.log, (std::vector<std::string>{"buffer 0x64 +28", "buffer 0x80 +128", "buffer 0x100 +44"}));
  lab.chips.log.clear();
  ASSERT_EQ(lab.write(1022, pattern(4)), kNone);  // a word on either side
  EXPECT_EQ(lab.chips.log, (std::vector<std::string>{"word 0x3fc", "word 0x400"}));
}

TEST(DriversCfiFlash, chips_without_a_buffer_are_programmed_word_by_word) {
  Lab lab({.buffer = 0});
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.flash.buffer_size(), 4u);
  ASSERT_EQ(lab.write(2, "abcdef"), kNone);
  EXPECT_EQ(lab.read(0, 12),
            "\xff\xff"
            "abcdef\xff\xff\xff\xff");
  EXPECT_EQ(lab.chips.log, (std::vector<std::string>{"word 0x0", "word 0x4"}));
}

TEST(DriversCfiFlash, a_locked_sector_is_unlocked_when_it_has_to_be) {
  Lab lab({.locked = true});
  ASSERT_EQ(lab.start(), kNone);
  const std::string text = pattern(300);
  ASSERT_EQ(lab.write(8192 - 100, text), kNone);
  EXPECT_EQ(lab.read(8192 - 100, 300), text);
  EXPECT_EQ(std::count(lab.chips.log.begin(), lab.chips.log.end(), "unlock 0x0"), 1);
  EXPECT_EQ(std::count(lab.chips.log.begin(), lab.chips.log.end(), "unlock 0x2000"), 1);
  ASSERT_EQ(lab.erase(8192, 16384), kNone);
  EXPECT_EQ(std::count(lab.chips.log.begin(), lab.chips.log.end(), "unlock 0x2000"), 1);
  EXPECT_EQ(std::count(lab.chips.log.begin(), lab.chips.log.end(), "unlock 0x4000"), 1);
  EXPECT_EQ(lab.read(8192, 1), "\xff");
}

TEST(DriversCfiFlash, what_cannot_be_unlocked_is_read_only) {
  Lab lab({.locked = true});
  lab.chips.locked_down = {8192};
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.write(8192, "ab"), Error::ReadOnly);
  EXPECT_EQ(lab.erase(8192, 8192), Error::ReadOnly);
  EXPECT_EQ(lab.read(8192, 2), "\xff\xff");
  EXPECT_EQ(lab.write(0, "ab"), kNone);  // nothing is left behind of the failure
  EXPECT_EQ(lab.read(0, 2), "ab");
}

TEST(DriversCfiFlash, without_voltage_for_programming_it_is_read_only) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.chips.voltage = false;
  EXPECT_EQ(lab.write(0, "ab"), Error::ReadOnly);
  EXPECT_EQ(lab.erase(0, 8192), Error::ReadOnly);
  EXPECT_TRUE(lab.at_rest());
  lab.chips.voltage = true;
  EXPECT_EQ(lab.write(0, "ab"), kNone);
}

TEST(DriversCfiFlash, a_buffer_that_is_not_free_is_asked_for_again_within_a_limit) {
  Lab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.chips.waits = 100;
  EXPECT_EQ(lab.write(0, "abcdefghijkl"), kNone);
  EXPECT_EQ(lab.read(0, 12), "abcdefghijkl");
  lab.chips.waits = UINT_MAX;
  EXPECT_EQ(lab.write(16, "abcdefghijkl"), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 2'000'000u);
  lab.chips.waits = 0;
  EXPECT_EQ(lab.read(16, 1), "\xff");
}

TEST(DriversCfiFlash, erasing_that_takes_its_time_is_waited_for) {
  Lab lab({.busy = 20'000});  // looks of 50 us each: a second
  ASSERT_EQ(lab.start(), kNone);
  lab.hold(0, "ab");
  EXPECT_EQ(lab.erase(0, 8192), kNone);
  EXPECT_EQ(lab.read(0, 2), "\xff\xff");
}

}  // namespace
