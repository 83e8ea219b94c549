// SPDX-License-Identifier: BSD-2-Clause
// The functions of lib/mem.cc under other names: under their own they would take the place of libc's.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#define memcpy corbel_memcpy
#define memmove corbel_memmove
#define memset corbel_memset
#define memcmp corbel_memcmp
#define strlen corbel_strlen
#define memchr corbel_memchr
#include "lib/mem.cc"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef memchr

namespace {

std::vector<unsigned char> pattern(size_t size) {
  std::vector<unsigned char> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(i * 7 + 1);
  return bytes;
}

TEST(LibMem, copies_agree_with_libc_at_every_alignment_and_length) {
  for (size_t to = 0; to < 9; ++to)
    for (size_t from = 0; from < 9; ++from)
      for (size_t n = 0; n < 40; ++n) {
        const auto source = pattern(64);
        std::vector<unsigned char> ours(64), theirs(64);
        EXPECT_EQ(corbel_memcpy(ours.data() + to, source.data() + from, n), ours.data() + to);
        std::memcpy(theirs.data() + to, source.data() + from, n);
        ASSERT_EQ(ours, theirs) << to << ' ' << from << ' ' << n;
      }
}

TEST(LibMem, moves_agree_with_libc_however_they_overlap) {
  for (size_t to = 0; to < 24; ++to)
    for (size_t from = 0; from < 24; ++from)
      for (size_t n = 0; n < 40; ++n) {
        auto ours = pattern(64), theirs = pattern(64);
        EXPECT_EQ(corbel_memmove(ours.data() + to, ours.data() + from, n), ours.data() + to);
        std::memmove(theirs.data() + to, theirs.data() + from, n);
        ASSERT_EQ(ours, theirs) << to << ' ' << from << ' ' << n;
      }
}

TEST(LibMem, fills_agree_with_libc) {
  for (const int byte : {0, 1, 0x80, 0xff, 0x1a5})
    for (size_t to = 0; to < 9; ++to)
      for (size_t n = 0; n < 40; ++n) {
        auto ours = pattern(64), theirs = pattern(64);
        EXPECT_EQ(corbel_memset(ours.data() + to, byte, n), ours.data() + to);
        std::memset(theirs.data() + to, byte, n);
        ASSERT_EQ(ours, theirs) << byte << ' ' << to << ' ' << n;
      }
}

TEST(LibMem, comparison_tells_the_order_of_bytes_without_sign) {
  EXPECT_EQ(corbel_memcmp("abc", "abd", 2), 0);
  EXPECT_LT(corbel_memcmp("abc", "abd", 3), 0);
  EXPECT_GT(corbel_memcmp("\xff", "\x01", 1), 0);
  EXPECT_EQ(corbel_memcmp("a", "b", 0), 0);
}

TEST(LibMem, length_ends_at_the_first_zero) {
  EXPECT_EQ(corbel_strlen(""), 0u);
  EXPECT_EQ(corbel_strlen("corbel"), 6u);
  EXPECT_EQ(corbel_strlen("a\0b"), 1u);
}

}  // namespace
