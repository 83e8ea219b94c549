// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/cfi_flash.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <climits>
#include <cstring>

#include "tests/fake/cfi_flash.hh"
#include "tests/fake/pattern.hh"
#include "tests/fake/timeline.hh"

namespace {

using fake::pattern;

using std::as_bytes;
using std::as_writable_bytes;
using std::span;

constexpr uintptr_t kBase = 0x0400'0000;

struct Lab {
  explicit Lab(const fake::CfiFlash::Shape& shape = {}, uint64_t window = 0)
      : chips(kBase, shape), flash(kBase, window ? window : chips.data.size(), shape.width, timeline.time) {}
  ~Lab() {
    for (const auto& what : chips.complaints) ADD_FAILURE() << what;
  }
  Error probe() { return error_of(flash.start()); }
  Error write(uint64_t offset, std::string_view text) { return error_of(flash.write(offset, as_bytes(span(text)))); }
  std::string read(uint64_t offset, size_t size) {
    std::string text(size, '?');
    EXPECT_EQ(error_of(flash.read(offset, as_writable_bytes(span(text)))), kNone);
    return text;
  }
  void hold(uint64_t offset, std::string_view text) { std::memcpy(&chips.data[offset], text.data(), text.size()); }

  fake::Timeline timeline;
  fake::CfiFlash chips;
  drivers::CfiFlash flash;
};

TEST(DriversCfiFlash, two_chips_side_by_side_tell_their_geometry) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  EXPECT_EQ(lab.flash.size(), 2 * 8 * 4096u);
  EXPECT_EQ(lab.flash.buffer_size(), 128u);
  EXPECT_EQ(lab.flash.sector_size(0, 8192).value(), 8192u);
  EXPECT_EQ(lab.flash.sector_size(8192, 16384).value(), 8192u);
  EXPECT_EQ(error_of(lab.flash.sector_size(4096, 8192)), Error::Misaligned);
  EXPECT_EQ(error_of(lab.flash.sector_size(0, 4096)), Error::Misaligned);
  EXPECT_EQ(error_of(lab.flash.sector_size(65536, 8192)), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.sector_size(8192, UINT64_MAX - 8191)), Error::OutOfRange);
  EXPECT_TRUE(lab.chips.reads_array());
}

TEST(DriversCfiFlash, every_width_of_bus_and_chip_is_found_out) {
  for (const auto& [width, chip] : {std::pair{1u, 1u}, {2u, 2u}, {2u, 1u}, {4u, 4u}, {4u, 2u}, {4u, 1u}}) {
    Lab lab({.width = width, .chip = chip});
    ASSERT_EQ(lab.probe(), kNone) << width << ' ' << chip;
    EXPECT_EQ(lab.flash.size(), width / chip * 8 * 4096u);
    const std::string text = pattern(1000);
    EXPECT_EQ(lab.write(77, text), kNone);
    EXPECT_EQ(lab.read(77, 1000), text);
    EXPECT_EQ(lab.read(76, 1) + lab.read(1077, 1), "\xff\xff");
  }
}

TEST(DriversCfiFlash, sectors_of_several_sizes_are_kept_apart) {
  Lab lab({.regions = {{4, 1024}, {3, 4096}, {1, 16384}}});
  ASSERT_EQ(lab.probe(), kNone);
  EXPECT_EQ(lab.flash.sector_size(2048, 4096).value(), 2048u);
  EXPECT_EQ(lab.flash.sector_size(8192, 8192).value(), 8192u);
  EXPECT_EQ(lab.flash.sector_size(32768, 32768).value(), 32768u);
  EXPECT_EQ(error_of(lab.flash.sector_size(6144, 8192)), Error::Misaligned);  // from one into the next
  std::fill(lab.chips.data.begin(), lab.chips.data.end(), std::byte{0});
  ASSERT_EQ(error_of(lab.flash.erase(8192, 16384)), kNone);
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
    EXPECT_EQ(lab.probe(), Error::NotFound);
    EXPECT_EQ(lab.flash.size(), 0u);
    EXPECT_TRUE(lab.chips.reads_array());
  }
  {
    Lab lab({.commands = 2});  // AMD's
    EXPECT_EQ(lab.probe(), Error::NotSupported);
    EXPECT_EQ(lab.flash.size(), 0u);
    EXPECT_TRUE(lab.chips.reads_array());
  }
}

TEST(DriversCfiFlash, a_geometry_that_cannot_be_is_malformed) {
  const auto with = [](std::map<unsigned, uint8_t> query, uint64_t window = 0) {
    Lab lab({}, window);
    lab.chips.query = std::move(query);
    const Error error = lab.probe();
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

TEST(DriversCfiFlash, reads_begin_and_end_anywhere) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  const std::string text = pattern(64);
  lab.hold(0x100, text);
  for (size_t at = 0; at < 16; ++at)
    for (size_t size = 0; size < 40; ++size) ASSERT_EQ(lab.read(0x100 + at, size), text.substr(at, size));
  std::byte one;
  EXPECT_EQ(error_of(lab.flash.read(lab.flash.size(), {&one, 1})), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.read(UINT64_MAX, {&one, 1})), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.read(lab.flash.size(), {})), kNone);
}

TEST(DriversCfiFlash, writes_begin_and_end_anywhere_and_keep_their_neighbours) {
  for (const bool literal : {false, true}) {
    for (const size_t at : {0, 1, 2, 3, 4, 5, 126, 127}) {
      for (const size_t size : {1, 2, 3, 4, 5, 7, 8, 127, 128, 129, 300}) {
        Lab lab({.literal = literal});
        ASSERT_EQ(lab.probe(), kNone);
        const std::string before = pattern(16, 2), behind = pattern(16, 3), text = pattern(size);
        lab.hold(1024 + at - 16, before);
        lab.hold(1024 + at + size, behind);
        ASSERT_EQ(lab.write(1024 + at, text), kNone);
        ASSERT_EQ(lab.read(1024 + at - 16, size + 32), before + text + behind);
        ASSERT_TRUE(lab.chips.reads_array());
      }
    }
  }
}

TEST(DriversCfiFlash, what_is_programmed_together_stays_within_the_buffer) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  ASSERT_EQ(lab.write(100, pattern(200)), kNone);
  EXPECT_EQ(lab.chips.log, (std::vector<std::string>{"buffer 0x64 +28", "buffer 0x80 +128", "buffer 0x100 +44"}));
  lab.chips.log.clear();
  ASSERT_EQ(lab.write(1022, pattern(4)), kNone);  // a word on either side
  EXPECT_EQ(lab.chips.log, (std::vector<std::string>{"word 0x3fc", "word 0x400"}));
}

TEST(DriversCfiFlash, chips_without_a_buffer_are_programmed_word_by_word) {
  Lab lab({.buffer = 0});
  ASSERT_EQ(lab.probe(), kNone);
  EXPECT_EQ(lab.flash.buffer_size(), 4u);
  ASSERT_EQ(lab.write(2, "abcdef"), kNone);
  EXPECT_EQ(lab.read(0, 12),
            "\xff\xff"
            "abcdef\xff\xff\xff\xff");
  EXPECT_EQ(lab.chips.log, (std::vector<std::string>{"word 0x0", "word 0x4"}));
}

TEST(DriversCfiFlash, a_write_that_would_set_a_bit_is_refused_before_anything_is_written) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  for (const size_t size : {1, 8, 255, 256, 1000}) {
    lab.hold(size - 1, "\x7f");
    EXPECT_EQ(lab.write(0, std::string(size, '\xff')), Error::InvalidParameters) << size;
    EXPECT_EQ(lab.write(0, std::string(size, '\x80')), Error::InvalidParameters) << size;
    lab.hold(size - 1, "\xff");
  }
  EXPECT_TRUE(lab.chips.log.empty());
  lab.hold(0, "\xf0");
  EXPECT_EQ(lab.write(0, "\x30"), kNone);  // ones become zeros as often as one likes
  EXPECT_EQ(lab.write(0, std::string_view("\0", 1)), kNone);
  EXPECT_EQ(lab.read(0, 1), std::string_view("\0", 1));
}

TEST(DriversCfiFlash, ranges_that_it_does_not_have_are_refused) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  EXPECT_EQ(lab.write(lab.flash.size() - 1, "ab"), Error::OutOfRange);
  EXPECT_EQ(lab.write(UINT64_MAX, "ab"), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.erase(0, lab.flash.size() + 8192)), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.erase(1, 8192)), Error::Misaligned);
  EXPECT_EQ(error_of(lab.flash.erase(0, 1)), Error::Misaligned);
  EXPECT_TRUE(lab.chips.log.empty());
  EXPECT_EQ(lab.write(lab.flash.size() - 2, "ab"), kNone);
}

TEST(DriversCfiFlash, a_locked_sector_is_unlocked_when_it_has_to_be) {
  Lab lab({.locked = true});
  ASSERT_EQ(lab.probe(), kNone);
  const std::string text = pattern(300);
  ASSERT_EQ(lab.write(8192 - 100, text), kNone);
  EXPECT_EQ(lab.read(8192 - 100, 300), text);
  EXPECT_EQ(std::count(lab.chips.log.begin(), lab.chips.log.end(), "unlock 0x0"), 1);
  EXPECT_EQ(std::count(lab.chips.log.begin(), lab.chips.log.end(), "unlock 0x2000"), 1);
  ASSERT_EQ(error_of(lab.flash.erase(8192, 16384)), kNone);
  EXPECT_EQ(std::count(lab.chips.log.begin(), lab.chips.log.end(), "unlock 0x2000"), 1);
  EXPECT_EQ(std::count(lab.chips.log.begin(), lab.chips.log.end(), "unlock 0x4000"), 1);
  EXPECT_EQ(lab.read(8192, 1), "\xff");
}

TEST(DriversCfiFlash, what_cannot_be_unlocked_is_read_only) {
  Lab lab({.locked = true});
  lab.chips.locked_down = {8192};
  ASSERT_EQ(lab.probe(), kNone);
  EXPECT_EQ(lab.write(8192, "ab"), Error::ReadOnly);
  EXPECT_EQ(error_of(lab.flash.erase(8192, 8192)), Error::ReadOnly);
  EXPECT_EQ(lab.read(8192, 2), "\xff\xff");
  EXPECT_EQ(lab.write(0, "ab"), kNone);  // nothing is left behind of the failure
  EXPECT_EQ(lab.read(0, 2), "ab");
}

TEST(DriversCfiFlash, without_voltage_for_programming_it_is_read_only) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  lab.chips.voltage = false;
  EXPECT_EQ(lab.write(0, "ab"), Error::ReadOnly);
  EXPECT_EQ(error_of(lab.flash.erase(0, 8192)), Error::ReadOnly);
  EXPECT_TRUE(lab.chips.reads_array());
  lab.chips.voltage = true;
  EXPECT_EQ(lab.write(0, "ab"), kNone);
}

TEST(DriversCfiFlash, worn_out_sectors_are_an_error_of_the_device) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  lab.chips.broken = {8192};
  EXPECT_EQ(lab.write(8192, "a"), Error::IoError);
  EXPECT_EQ(lab.write(8192, "abcdefghijkl"), Error::IoError);
  EXPECT_EQ(error_of(lab.flash.erase(0, 16384)), Error::IoError);
  EXPECT_TRUE(lab.chips.reads_array());
  EXPECT_EQ(lab.write(16384, "abc"), kNone);
  EXPECT_EQ(lab.read(16384, 3), "abc");
}

TEST(DriversCfiFlash, a_chip_that_stays_busy_is_waited_for_within_a_limit) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  lab.chips.stuck = true;
  EXPECT_EQ(lab.write(0, "abcdefghijkl"), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 2'000'000u);
  EXPECT_EQ(error_of(lab.flash.erase(0, 8192)), Error::Timeout);
}

TEST(DriversCfiFlash, a_buffer_that_is_not_free_is_asked_for_again_within_a_limit) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
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
  ASSERT_EQ(lab.probe(), kNone);
  lab.hold(0, "ab");
  EXPECT_EQ(error_of(lab.flash.erase(0, 8192)), kNone);
  EXPECT_EQ(lab.read(0, 2), "\xff\xff");
}

TEST(DriversCfiFlash, what_a_loss_of_power_leaves_can_be_written_over) {
  const std::string text = pattern(3000);
  for (size_t power = 1; power < 1500; power += 97) {
    Lab lab;
    ASSERT_EQ(lab.probe(), kNone);
    lab.chips.power = power;
    EXPECT_EQ(lab.write(512, text), Error::Timeout);
    lab.chips.stuck = false;
    lab.chips.restart();
    ASSERT_EQ(lab.probe(), kNone);
    const std::string got = lab.read(512, 3000);
    EXPECT_NE(got, text);
    const size_t same = size_t(std::mismatch(got.begin(), got.end(), text.begin()).first - got.begin());
    EXPECT_EQ(got.find_first_not_of('\xff', same + 128), std::string::npos);  // one buffer is anything
    EXPECT_EQ(lab.write(512, text), kNone);                                   // goes on from any point
    EXPECT_EQ(lab.read(512, 3000), text);
  }
}

TEST(DriversCfiFlash, an_area_is_some_of_its_sectors) {
  Lab lab;
  ASSERT_EQ(lab.probe(), kNone);
  auto area = FlashArea::of(lab.flash, 16384, 16384, "flash1 bank a");
  ASSERT_TRUE(area);
  EXPECT_EQ(area->name(), "flash1 bank a");
  EXPECT_EQ(area->size(), 16384u);
  EXPECT_EQ(area->erase_size(), 8192u);
  EXPECT_EQ(error_of(area->write(16382, as_bytes(span("ab", 2)))), kNone);
  EXPECT_EQ(lab.read(32766, 3), "ab\xff");
  std::array<std::byte, 2> two;
  EXPECT_EQ(error_of(area->read(16382, two)), kNone);
  EXPECT_EQ(two[1], std::byte{'b'});
  EXPECT_EQ(error_of(area->write(16383, as_bytes(span("ab", 2)))), Error::OutOfRange);
  EXPECT_EQ(error_of(area->read(16383, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(area->erase(8192, 16384)), Error::OutOfRange);
  EXPECT_EQ(error_of(area->erase(4096, 8192)), Error::Misaligned);
  EXPECT_EQ(error_of(area->erase(8192, 8192)), kNone);
  EXPECT_EQ(lab.read(32766, 2), "\xff\xff");
  EXPECT_EQ(error_of(area->flush()), kNone);
  EXPECT_EQ(error_of(FlashArea::of(lab.flash, 4096, 8192, "odd")), Error::Misaligned);
  EXPECT_EQ(error_of(FlashArea::of(lab.flash, 65536, 8192, "beyond")), Error::OutOfRange);
}

}  // namespace
