// SPDX-License-Identifier: BSD-2-Clause
#include "lib/crc32.hh"

#include <gtest/gtest.h>

#include <string_view>

namespace {

using std::as_bytes;
using std::span;

TEST(LibCrc32, has_the_check_value_of_the_catalogue) {
  EXPECT_EQ(crc32(as_bytes(span(std::string_view("123456789")))), 0xcbf43926);
  EXPECT_EQ(crc32({}), 0u);
}

TEST(LibCrc32, of_pieces_is_that_of_the_whole) {
  constexpr std::string_view kText = "The quick brown fox jumps over the lazy dog";
  for (size_t cut = 0; cut <= kText.size(); ++cut) {
    Crc32 sum;
    sum.add(as_bytes(span(kText.substr(0, cut))));
    sum.add(as_bytes(span(kText.substr(cut))));
    EXPECT_EQ(sum.value(), 0x414fa339u) << cut;
  }
}

}  // namespace
