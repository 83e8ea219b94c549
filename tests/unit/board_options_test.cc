// SPDX-License-Identifier: BSD-2-Clause
#include "board/common/options.hh"

#include <gtest/gtest.h>

namespace {

TEST(BoardOptions, a_word_is_found_among_others) {
  EXPECT_EQ(option("a=1 b=2 c", "b"), "2");
  EXPECT_EQ(option("a=1   b=", "b"), "");
  EXPECT_EQ(option("b=2", "b"), "2");
  EXPECT_EQ(option("b=2 b=3", "b"), "2");
}

TEST(BoardOptions, quotes_keep_blanks_together) {
  EXPECT_EQ(option("quiet corbel.run=\"scmi info; poweroff\" x", "corbel.run"), "scmi info; poweroff");
  EXPECT_EQ(option("x=\"corbel.run=no\" corbel.run=yes", "corbel.run"), "yes");
  EXPECT_EQ(option("x=\"a corbel.run=no b\" corbel.run=yes", "corbel.run"), "yes");
}

TEST(BoardOptions, only_the_whole_name_counts) {
  EXPECT_EQ(option("ab=1 b=2", "b"), "2");
  EXPECT_EQ(option("b2=1", "b"), "");
  EXPECT_EQ(option("b", "b"), "");
  EXPECT_EQ(option("", "b"), "");
}

TEST(BoardOptions, a_quote_that_is_not_closed_ends_with_the_text) {
  EXPECT_EQ(option("b=\"1 2", "b"), "1 2");
  EXPECT_EQ(option("b=\"", "b"), "");
  EXPECT_EQ(option("\"b=1", "b"), "");
}

}  // namespace
