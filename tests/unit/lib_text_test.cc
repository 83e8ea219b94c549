// SPDX-License-Identifier: BSD-2-Clause
#include "lib/text.hh"

#include <gtest/gtest.h>

namespace {

TEST(LibText, numbers_are_decimal_or_hexadecimal) {
  EXPECT_EQ(parse_number("0"), 0u);
  EXPECT_EQ(parse_number("0042"), 42u);
  EXPECT_EQ(parse_number("0xfF"), 255u);
  EXPECT_EQ(parse_number("0X10"), 16u);
}

TEST(LibText, numbers_end_at_64_bits) {
  EXPECT_EQ(parse_number("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_number("18446744073709551616").error(), Error::BadNumber);
  EXPECT_EQ(parse_number("0xffffffffffffffff"), UINT64_MAX);
  EXPECT_EQ(parse_number("0x10000000000000000").error(), Error::BadNumber);
  EXPECT_EQ(parse_number("99999999999999999999999999").error(), Error::BadNumber);
}

TEST(LibText, what_is_not_a_number_is_refused) {
  for (const char* text : {"", "0x", "x", "-1", "+1", "1 ", " 1", "12a", "0xg", "1.5", "1_000", "\xff"})
    EXPECT_EQ(parse_number(text).error(), Error::BadNumber) << '"' << text << '"';
}

TEST(LibText, a_limit_is_included) {
  EXPECT_EQ(parse_number("255", 255), 255u);
  EXPECT_EQ(parse_number("256", 255).error(), Error::BadNumber);
}

TEST(LibText, words_are_taken_one_by_one) {
  std::string_view line = "  scmi\tclock  rate 3 ";
  EXPECT_EQ(take_word(line), "scmi");
  EXPECT_EQ(take_word(line), "clock");
  EXPECT_EQ(take_word(line), "rate");
  EXPECT_EQ(take_word(line), "3");
  EXPECT_EQ(take_word(line), "");
  EXPECT_EQ(take_word(line), "");
}

TEST(LibText, quotes_hold_blanks_together) {
  std::string_view line = "echo \"a b\" c";
  EXPECT_EQ(take_word(line), "echo");
  EXPECT_EQ(take_word(line), "a b");
  EXPECT_EQ(take_word(line), "c");
}

TEST(LibText, a_quote_that_is_not_closed_takes_the_rest) {
  std::string_view line = "\"a b";
  EXPECT_EQ(take_word(line), "a b");
  EXPECT_TRUE(line.empty());
}

TEST(LibText, take_until_leaves_what_is_behind_the_separator) {
  std::string_view text = "a;b;;c";
  EXPECT_EQ(take_until(text, ';'), "a");
  EXPECT_EQ(take_until(text, ';'), "b");
  EXPECT_EQ(take_until(text, ';'), "");
  EXPECT_EQ(take_until(text, ';'), "c");
  EXPECT_EQ(text, "");
  EXPECT_EQ(take_until(text, ';'), "");
}

TEST(LibText, only_visible_ascii_is_printable) {
  EXPECT_TRUE(printable(' ') && printable('~') && printable('A'));
  EXPECT_FALSE(printable('\n') || printable('\x7f') || printable('\x1b') || printable('\xe4') || printable('\0'));
}

}  // namespace
