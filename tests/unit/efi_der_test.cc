// SPDX-License-Identifier: BSD-2-Clause
#include "efi/der.hh"

#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/efi_capsule_build.hh"

namespace {

using capsule_build::append, capsule_build::bytes;
using Vector = capsule_build::Bytes;
using namespace efi::der;

Vector copy(efi::Bytes of) { return {of.begin(), of.end()}; }

/// One element with `count` bytes of contents behind this header.
Vector element(std::initializer_list<unsigned> header, size_t count) {
  Vector all = bytes(header);
  append(all, Vector(count, std::byte{0x55}));
  return all;
}

bool is_element(const Vector& all) {
  efi::Bytes rest = all;
  return next(rest).size() == all.size() && rest.empty() && !all.empty();
}

TEST(EfiDer, lengths_are_in_their_shortest_form) {
  EXPECT_TRUE(is_element(element({0x04, 0x00}, 0)));
  EXPECT_TRUE(is_element(element({0x04, 0x7f}, 0x7f)));
  EXPECT_TRUE(is_element(element({0x04, 0x81, 0x80}, 0x80)));
  EXPECT_TRUE(is_element(element({0x04, 0x82, 0x01, 0x00}, 0x100)));
  EXPECT_TRUE(is_element(element({0x04, 0x83, 0x01, 0x00, 0x00}, 0x10000)));
  EXPECT_FALSE(is_element(element({0x04, 0x81, 0x7f}, 0x7f)));
  EXPECT_FALSE(is_element(element({0x04, 0x82, 0x00, 0x80}, 0x80)));
  EXPECT_FALSE(is_element(element({0x04, 0x83, 0x00, 0x01, 0x00}, 0x100)));
  EXPECT_FALSE(is_element(element({0x04, 0x85, 0x00, 0x00, 0x00, 0x00, 0x01}, 1)));
}

TEST(EfiDer, indefinite_lengths_long_tags_and_cut_elements_are_none) {
  EXPECT_FALSE(is_element(bytes({0x30, 0x80, 0x00, 0x00})));
  EXPECT_FALSE(is_element(bytes({0x30, 0xff})));
  EXPECT_FALSE(is_element(bytes({0x1f, 0x01, 0x00})));
  EXPECT_FALSE(is_element(bytes({0xbf, 0x21, 0x00})));
  EXPECT_FALSE(is_element({}));
  EXPECT_FALSE(is_element(bytes({0x30})));
  EXPECT_FALSE(is_element(bytes({0x30, 0x81})));
  EXPECT_FALSE(is_element(bytes({0x30, 0x82, 0x01})));
  EXPECT_FALSE(is_element(element({0x04, 0x05}, 4)));
  EXPECT_FALSE(is_element(element({0x04, 0x84, 0xff, 0xff, 0xff, 0xff}, 8)));
}

TEST(EfiDer, a_size_is_known_from_the_first_bytes) {
  EXPECT_EQ(efi::der::size(bytes({0x31, 0x05})), 7u);
  EXPECT_EQ(efi::der::size(bytes({0x31, 0x82, 0x12, 0x34, 0x00})), 0x1238u);
  EXPECT_EQ(efi::der::size(bytes({0x31, 0x84, 0xff, 0xff, 0xff, 0xff})), 0x1'0000'0005u);
  EXPECT_EQ(efi::der::size(bytes({0x31, 0x82, 0x12})), 0u);
  EXPECT_EQ(copy(contents(element({0x04, 0x81, 0x80}, 0x80))), Vector(0x80, std::byte{0x55}));
  EXPECT_EQ(copy(contents(element({0x04, 0x03}, 3))), Vector(3, std::byte{0x55}));
}

TEST(EfiDer, what_cannot_be_read_stays_in_the_list) {
  const Vector all = bytes({0x05, 0x00, 0x30, 0x80});
  efi::Bytes list = all;
  EXPECT_EQ(copy(next(list)), bytes({0x05, 0x00}));
  EXPECT_EQ(next(list).size(), 0u);
  EXPECT_EQ(copy(list), bytes({0x30, 0x80}));
}

/// The value of one element, by a row for it alone; nothing where it does not match.
std::optional<Vector> value(uint8_t tag, std::initializer_list<unsigned> encoded) {
  const Step row[] = {take(tag, 0), kEnd};
  efi::Bytes part;
  const Vector all = bytes(encoded);
  if (!match(all, row, &part)) return {};
  return copy(part);
}

TEST(EfiDer, numbers_are_not_negative_and_as_short_as_can_be) {
  EXPECT_EQ(value(kInteger, {0x02, 0x01, 0x00}), bytes({0x00}));
  EXPECT_EQ(value(kInteger, {0x02, 0x01, 0x7f}), bytes({0x7f}));
  EXPECT_EQ(value(kInteger, {0x02, 0x02, 0x00, 0x80}), bytes({0x80}));
  EXPECT_EQ(value(kInteger, {0x02, 0x02, 0x01, 0x00}), bytes({0x01, 0x00}));
  EXPECT_EQ(value(kInteger, {0x02, 0x00}), std::nullopt);
  EXPECT_EQ(value(kInteger, {0x02, 0x01, 0x80}), std::nullopt);
  EXPECT_EQ(value(kInteger, {0x02, 0x02, 0x00, 0x7f}), std::nullopt);
  EXPECT_EQ(value(kInteger, {0x02, 0x02, 0x00, 0x00}), std::nullopt);
}

TEST(EfiDer, bits_are_whole_bytes) {
  EXPECT_EQ(value(kBitString, {0x03, 0x03, 0x00, 0x12, 0x34}), bytes({0x12, 0x34}));
  EXPECT_EQ(value(kBitString, {0x03, 0x03, 0x04, 0x12, 0x30}), std::nullopt);
  EXPECT_EQ(value(kBitString, {0x03, 0x00}), std::nullopt);
  const Step row[] = {raw(kBitString, 0), kEnd};
  efi::Bytes part;
  const Vector some = bytes({0x03, 0x02, 0x05, 0xa0});
  EXPECT_TRUE(match(some, row, &part));
  EXPECT_EQ(copy(part), bytes({0x05, 0xa0}));
}

TEST(EfiDer, a_truth_is_one_byte_and_one_of_two) {
  EXPECT_EQ(value(kBoolean, {0x01, 0x01, 0xff}), bytes({0xff}));
  EXPECT_EQ(value(kBoolean, {0x01, 0x01, 0x00}), bytes({0x00}));
  EXPECT_EQ(value(kBoolean, {0x01, 0x01, 0x01}), std::nullopt);
  EXPECT_EQ(value(kBoolean, {0x01, 0x02, 0xff, 0xff}), std::nullopt);
  EXPECT_EQ(value(kBoolean, {0x01, 0x00}), std::nullopt);
}

constexpr Step kRow[] = {
    enter(kSequence, 0),
    maybe(kInteger, 1),
    whole(kOctetString, 2),
    enter(kSet),
    rest(3),
    kEnd,
    maybe_whole(kNull, 4),
    maybe(constructed(0)),
    kEnd,
    take(constructed(1), 5),
    kEnd,
};

TEST(EfiDer, a_row_keeps_its_parts) {
  const Vector all = bytes({0x30, 0x0e, 0x02, 0x01, 0x07, 0x04, 0x01, 0xaa, 0x31, 0x02, 0xde, 0xad, 0x05, 0x00, 0xa0,
                            0x00, 0xa1, 0x01, 0x99});
  efi::Bytes parts[6];
  ASSERT_TRUE(match(all, kRow, parts));
  EXPECT_EQ(copy(parts[0]), Vector(all.begin(), all.begin() + 16));
  EXPECT_EQ(copy(parts[1]), bytes({0x07}));
  EXPECT_EQ(copy(parts[2]), bytes({0x04, 0x01, 0xaa}));
  EXPECT_EQ(copy(parts[3]), bytes({0xde, 0xad}));
  EXPECT_EQ(copy(parts[4]), bytes({0x05, 0x00}));
  EXPECT_EQ(copy(parts[5]), bytes({0x99}));
}

TEST(EfiDer, what_may_be_missing_leaves_an_empty_part) {
  const Vector all = bytes({0x30, 0x05, 0x04, 0x01, 0xaa, 0x31, 0x00, 0xa1, 0x01, 0x99});
  efi::Bytes parts[6];
  parts[1] = parts[4] = all;
  ASSERT_TRUE(match(all, kRow, parts));
  EXPECT_TRUE(parts[1].empty());
  EXPECT_TRUE(parts[4].empty());
}

TEST(EfiDer, what_is_missing_or_too_much_does_not_match) {
  efi::Bytes parts[6];
  const auto matches = [&](std::initializer_list<unsigned> all) { return match(bytes(all), kRow, parts); };
  EXPECT_TRUE(matches({0x30, 0x05, 0x04, 0x01, 0xaa, 0x31, 0x00, 0xa1, 0x01, 0x99}));
  EXPECT_FALSE(matches({0x30, 0x03, 0x04, 0x01, 0xaa, 0x31, 0x00, 0xa1, 0x01, 0x99}));
  EXPECT_FALSE(matches({0x30, 0x05, 0x04, 0x01, 0xaa, 0x31, 0x00}));
  EXPECT_FALSE(matches({0x30, 0x05, 0x04, 0x01, 0xaa, 0x31, 0x00, 0xa1, 0x01, 0x99, 0x00}));
  EXPECT_FALSE(matches({0x30, 0x07, 0x04, 0x01, 0xaa, 0x31, 0x00, 0x01, 0x00, 0xa1, 0x01, 0x99}));
  EXPECT_FALSE(matches({0x30, 0x05, 0x04, 0x01, 0xaa, 0x31, 0x01, 0xa1, 0x01, 0x99}));
  EXPECT_FALSE(matches({0x31, 0x05, 0x04, 0x01, 0xaa, 0x31, 0x00, 0xa1, 0x01, 0x99}));
  EXPECT_FALSE(matches({}));
}

}  // namespace
