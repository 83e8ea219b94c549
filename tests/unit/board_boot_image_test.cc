// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/boot_image.hh"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/fake/area.hh"
#include "tests/fake/boot_media.hh"

namespace board {
namespace {

using fake::Bytes;

/// What `doimage -b EXTENSION -l 0x04100000 -e 0x04100000` of TF-A 2.12 wrote for 300 and 4096 bytes of these patterns.
Bytes made_by_doimage() {
  constexpr uint32_t kHeader[] = {0xb105b002,         0x2000, 0xf5e025e1, 0x1000, 0x05f9fc00, 0, 0x04100000, 0x04100000,
                                  0x00010000,         0,      0,          0,      0,          0, 0,          0,
                                  /* extension: */ 2, 0x130};
  Bytes image(8192 + 4096);
  std::memcpy(image.data(), kHeader, sizeof(kHeader));
  for (size_t i = 0; i < 300; ++i) image[sizeof(kHeader) + i] = std::byte(uint8_t(i * 5 + 3));
  for (size_t i = 0; i < 4096; ++i) image[8192 + i] = std::byte(uint8_t(i * 7 + 1));
  return image;
}

struct BoardBootImage : testing::Test {
  static void put(Bytes& bytes, size_t at, uint32_t value) { std::memcpy(&bytes[at], &value, sizeof(value)); }
  /// Why it is refused, its pieces having `piece` bytes each; "" when it is not.
  static std::string_view refusal(const Bytes& bytes, size_t piece = 4096) {
    BootImageCheck check(bytes.size());
    for (size_t at = 0; at < bytes.size(); at += piece)
      if (const auto looked = check.update(std::span(bytes).subspan(at).first(std::min(piece, bytes.size() - at)));
          !looked)
        return looked.error().why();
    const auto finished = check.finish();
    return finished ? "" : finished.error().why();
  }
  Bytes image = made_by_doimage();
};

TEST_F(BoardBootImage, what_doimage_makes_is_one) { EXPECT_EQ(refusal(image), ""); }

TEST_F(BoardBootImage, pieces_of_any_size_make_no_difference) {
  Bytes damaged = image;
  damaged.back() ^= std::byte{1};
  for (const size_t piece : {1u, 2u, 3u, 5u, 63u, 64u, 65u, 1000u, 8191u, 8192u, 8193u, 12287u, 20000u}) {
    EXPECT_EQ(refusal(image, piece), "") << piece;
    EXPECT_EQ(refusal(damaged, piece), "checksum") << piece;
  }
}

TEST_F(BoardBootImage, bytes_behind_it_are_not_looked_at) {
  image.resize(image.size() + 777, std::byte{0x5a});
  EXPECT_EQ(refusal(image), "");
}

TEST_F(BoardBootImage, another_magic_is_none) {
  image[3] ^= std::byte{0x10};
  EXPECT_EQ(refusal(image), "does not begin with 0xb105b002");
}

TEST_F(BoardBootImage, sizes_that_cannot_be_are_refused) {
  for (const auto& [at, value] : {std::pair{4u, 60u}, {4u, 0u}, {4u, 0x2002u}, {12u, 0u}, {12u, 0xfffu}}) {
    Bytes odd = image;
    put(odd, at, value);
    EXPECT_EQ(refusal(odd), "sizes that none has") << at << ' ' << value;
  }
}

TEST_F(BoardBootImage, one_that_is_cut_off_is_refused_by_its_header) {
  image.resize(image.size() - 4);
  EXPECT_EQ(refusal(image), "not all of it is there");
  Bytes huge = made_by_doimage();
  put(huge, 4, 0xffff'fffc);
  put(huge, 12, 0xffff'fffc);
  EXPECT_EQ(refusal(huge), "not all of it is there");
}

TEST_F(BoardBootImage, less_than_a_header_is_refused) {
  for (const size_t size : {0u, 1u, 63u}) {
    Bytes head = image;
    head.resize(size);
    EXPECT_EQ(refusal(head), "not all of it is there") << size;
  }
}

TEST_F(BoardBootImage, each_byte_counts) {
  for (size_t at = 64; at < image.size(); at += 97) {
    Bytes damaged = image;
    damaged[at] ^= std::byte{0x80};
    EXPECT_EQ(refusal(damaged), at < 8192 ? "checksum of the prolog" : "checksum") << at;
  }
  for (size_t at = 20; at < 64; ++at) {  // what else the header says
    Bytes damaged = image;
    damaged[at] ^= std::byte{1};
    EXPECT_EQ(refusal(damaged), "checksum of the prolog") << at;
  }
}

TEST_F(BoardBootImage, a_prolog_that_is_nothing_but_the_header_is_one) {
  Bytes small(64 + 8);
  put(small, 0, kBootImageMagic);
  put(small, 4, 64);
  put(small, 12, 8);
  put(small, 16, 5);
  put(small, 64, 2);
  put(small, 68, 3);
  put(small, 8, kBootImageMagic + 64 + 8 + 5);
  EXPECT_EQ(refusal(small), "");
  EXPECT_EQ(refusal(small, 1), "");
}

TEST_F(BoardBootImage, in_an_area_it_is_read_as_far_as_it_goes) {
  fake::StorageArea area(64 << 10, 0);
  std::memcpy(area.data.data(), image.data(), image.size());
  std::array<std::byte, 1000> memory;
  const auto found = check_boot_image(area, memory);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), image.size());
  area.data[9000] ^= 1;
  EXPECT_EQ(check_boot_image(area, memory).error().why(), "checksum");
  fake::StorageArea small(60, 0);
  EXPECT_EQ(check_boot_image(small, memory).error().error(), Error::OutOfRange);
}

TEST_F(BoardBootImage, the_one_that_tests_make_is_one) {
  const Bytes made = fake::boot_image(5000, 7);
  EXPECT_EQ(refusal(made), "");
  EXPECT_EQ(fake::whole_boot_image(image), image);
}

}  // namespace
}  // namespace board
