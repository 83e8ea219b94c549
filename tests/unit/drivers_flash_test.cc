// SPDX-License-Identifier: BSD-2-Clause
// What every flash does (lib/flash.hh), whatever it is connected by.
#include <algorithm>

#include "tests/fake/pattern.hh"
#include "tests/unit/flash_lab.hh"

namespace {

using fake::pattern;
using std::as_bytes;
using std::span;

/// Chips as QEMU has them.
struct LiteralCfiLab : flash_test::CfiLab {
  LiteralCfiLab() : CfiLab({.literal = true}) {}
};

template <class Lab>
struct DriversFlash : testing::Test {};

struct Names {
  template <class Lab>
  static std::string GetName(int) {
    return std::is_same_v<Lab, flash_test::NorLab> ? "spi" : std::is_same_v<Lab, LiteralCfiLab> ? "qemu" : "cfi";
  }
};
using Labs = testing::Types<flash_test::CfiLab, LiteralCfiLab, flash_test::NorLab>;
TYPED_TEST_SUITE(DriversFlash, Labs, Names);

TYPED_TEST(DriversFlash, reads_begin_and_end_anywhere) {
  TypeParam lab;
  ASSERT_EQ(lab.start(), kNone);
  const std::string text = pattern(64);
  lab.hold(0x100, text);
  for (size_t at = 0; at < 16; ++at)
    for (size_t size = 0; size < 40; ++size) ASSERT_EQ(lab.read(0x100 + at, size), text.substr(at, size));
}

TYPED_TEST(DriversFlash, writes_begin_and_end_anywhere_and_keep_their_neighbours) {
  TypeParam lab;
  ASSERT_EQ(lab.start(), kNone);
  for (const size_t at : {0, 1, 2, 3, 4, 5, 100, 126, 127, 255}) {
    for (const size_t size : {1, 2, 3, 4, 5, 7, 8, 127, 128, 129, 155, 156, 157, 256, 257, 300, 1000}) {
      ASSERT_EQ(lab.erase(0, 2 * TypeParam::kSector), kNone);
      const std::string before = pattern(16, 2), behind = pattern(16, 3), text = pattern(size);
      lab.hold(4096 + at - 16, before);
      lab.hold(4096 + at + size, behind);
      ASSERT_EQ(lab.write(4096 + at, text), kNone);
      ASSERT_EQ(lab.read(4096 + at - 16, size + 32), before + text + behind);
      ASSERT_TRUE(lab.at_rest());
    }
  }
}

TYPED_TEST(DriversFlash, a_write_that_would_set_a_bit_is_refused_before_anything_is_written) {
  TypeParam lab;
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
  EXPECT_EQ(lab.write(0, ""), kNone);
}

TYPED_TEST(DriversFlash, ranges_that_it_does_not_have_are_refused) {
  TypeParam lab;
  ASSERT_EQ(lab.start(), kNone);
  const uint64_t end = lab.flash.size();
  EXPECT_EQ(lab.write(end - 1, "ab"), Error::OutOfRange);
  EXPECT_EQ(lab.write(UINT64_MAX, "ab"), Error::OutOfRange);
  EXPECT_EQ(lab.erase(0, end + TypeParam::kSector), Error::OutOfRange);
  EXPECT_EQ(lab.erase(1, TypeParam::kSector), Error::Misaligned);
  EXPECT_EQ(lab.erase(0, 1), Error::Misaligned);
  EXPECT_TRUE(lab.unchanged());
  std::array<std::byte, 2> two;
  EXPECT_EQ(error_of(lab.flash.read(end - 1, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.read(end, {two.data(), 1})), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.read(UINT64_MAX, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(lab.flash.read(end, {})), kNone);
  EXPECT_EQ(lab.write(end - 2, "ab"), kNone);
}

TYPED_TEST(DriversFlash, worn_out_sectors_are_an_error_of_the_device) {
  TypeParam lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.device().worn = {TypeParam::kSector};
  EXPECT_EQ(lab.write(TypeParam::kSector, "a"), Error::IoError);
  EXPECT_EQ(lab.write(TypeParam::kSector, "abcdefghijkl"), Error::IoError);
  EXPECT_EQ(lab.write(TypeParam::kSector - 2, "abcd"), Error::IoError);
  lab.hold(TypeParam::kSector + 100, "x");
  EXPECT_EQ(lab.erase(0, 2 * TypeParam::kSector), Error::IoError);
  EXPECT_TRUE(lab.at_rest());
  EXPECT_EQ(lab.write(2 * TypeParam::kSector, "abc"), kNone);
  EXPECT_EQ(lab.read(2 * TypeParam::kSector, 3), "abc");
}

TYPED_TEST(DriversFlash, chips_that_stay_busy_are_waited_for_within_a_limit_and_tried_again_later) {
  TypeParam lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.device().stuck = true;
  EXPECT_EQ(lab.write(0, "abcdefghijkl"), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 2'000'000u);
  EXPECT_EQ(lab.erase(0, TypeParam::kSector), Error::Timeout);
  lab.device().restart();
  EXPECT_EQ(lab.write(TypeParam::kSector, "ab"), kNone);
  EXPECT_EQ(lab.read(TypeParam::kSector, 2), "ab");
}

TYPED_TEST(DriversFlash, what_a_loss_of_power_leaves_can_be_written_over) {
  const std::string text = pattern(3000);
  for (size_t power = 1; power < text.size() / TypeParam::kStep; power += 97) {
    TypeParam lab;
    ASSERT_EQ(lab.start(), kNone);
    lab.device().power = power;
    EXPECT_EQ(lab.write(512, text), Error::Timeout);
    lab.device().restart();
    ASSERT_EQ(lab.start(), kNone);
    const std::string got = lab.read(512, text.size());
    EXPECT_NE(got, text);
    const auto same = size_t(std::mismatch(got.begin(), got.end(), text.begin()).first - got.begin());
    constexpr size_t kTogether = TypeParam::kTogether;
    EXPECT_GE(same, (power - 1) * TypeParam::kStep / kTogether * kTogether);
    EXPECT_EQ(got.find_first_not_of('\xff', same + kTogether), std::string::npos);  // what comes together is anything
    EXPECT_EQ(lab.write(512, text), kNone);                                         // goes on from any point
    EXPECT_EQ(lab.read(512, text.size()), text);
  }
}

TYPED_TEST(DriversFlash, an_area_is_some_of_its_sectors) {
  TypeParam lab;
  ASSERT_EQ(lab.start(), kNone);
  constexpr uint64_t kSector = TypeParam::kSector, kSize = 2 * kSector, kEnd = 2 * kSize;
  auto area = FlashArea::of(lab.flash, kSize, kSize, "flash1 bank a");
  ASSERT_TRUE(area);
  EXPECT_EQ(area->name(), "flash1 bank a");
  EXPECT_EQ(area->size(), kSize);
  EXPECT_EQ(area->erase_size(), kSector);
  EXPECT_EQ(error_of(area->write(kSize - 2, as_bytes(span("ab", 2)))), kNone);
  EXPECT_EQ(lab.read(kEnd - 2, 3), "ab\xff");
  std::array<std::byte, 2> two;
  EXPECT_EQ(error_of(area->read(kSize - 2, two)), kNone);
  EXPECT_EQ(two[1], std::byte{'b'});
  EXPECT_EQ(error_of(area->write(kSize - 1, as_bytes(span("ab", 2)))), Error::OutOfRange);
  EXPECT_EQ(error_of(area->read(kSize - 1, two)), Error::OutOfRange);
  EXPECT_EQ(error_of(area->erase(kSector, kSize)), Error::OutOfRange);
  EXPECT_EQ(error_of(area->erase(kSector / 2, kSector)), Error::Misaligned);
  EXPECT_EQ(error_of(area->erase(kSector, kSector)), kNone);
  EXPECT_EQ(lab.read(kEnd - 2, 2), "\xff\xff");
  EXPECT_EQ(error_of(area->flush()), kNone);
  EXPECT_EQ(error_of(FlashArea::of(lab.flash, kSector / 2, kSector, "odd")), Error::Misaligned);
  EXPECT_EQ(error_of(FlashArea::of(lab.flash, lab.flash.size(), kSector, "beyond")), Error::OutOfRange);
}

}  // namespace
