// SPDX-License-Identifier: BSD-2-Clause
// The usage lines: how they are read, and those that there are.
#include "shell/command.hh"

#include <gtest/gtest.h>

#include <set>

#include "shell/quantity.hh"
#include "tests/fake/result.hh"

namespace {

using shell::parse_quantity;
using shell::Usage;

/// Words of `line` that may stand where they stand.
size_t fitting(const Usage& usage, std::string_view line) {
  std::array<std::string_view, 16> words;
  const size_t count = shell::split(line, words);
  return usage.fits({words.data(), count});
}

TEST(ShellCommand, leading_words_are_told_from_arguments) {
  const Usage usage("scmi clock set ID HZ [up|down] [async]");
  EXPECT_EQ(usage.verbs(), 3u);
  EXPECT_EQ(usage.required(), 5u);
  EXPECT_EQ(usage.size(), 7u);
  EXPECT_EQ(usage.options().size(), 2u);
  EXPECT_TRUE(usage[3].argument);
  EXPECT_FALSE(usage[6].argument);
}

TEST(ShellCommand, words_fit_as_far_as_they_are_right) {
  const Usage usage("scmi clock set ID HZ [up|down] [async]");
  EXPECT_EQ(fitting(usage, "scmi clock set 1 2"), 5u);
  EXPECT_EQ(fitting(usage, "scmi clock get 1 2"), 2u);
  EXPECT_EQ(fitting(usage, "scmi clock set x 2"), 3u);
  EXPECT_EQ(fitting(usage, "scmi clock set 1 48M down async"), 7u);
  EXPECT_EQ(fitting(usage, "scmi clock set 1 48M async up"), 7u);
  EXPECT_EQ(fitting(usage, "scmi clock set 1 48M up down"), 6u);
  EXPECT_EQ(fitting(usage, "scmi clock set 1 48M up async more"), 7u);
}

TEST(ShellCommand, arguments_have_the_range_that_their_name_says) {
  EXPECT_EQ(fitting(Usage("x ID"), "x 0xffffffff"), 2u);
  EXPECT_EQ(fitting(Usage("x ID"), "x 0x100000000"), 1u);
  EXPECT_EQ(fitting(Usage("x ID"), "x 1k"), 1u);
  EXPECT_EQ(fitting(Usage("x ADDRESS"), "x 0xffffffffffffffff"), 2u);
  EXPECT_EQ(fitting(Usage("x HZ"), "x 1.5G"), 2u);
  EXPECT_EQ(fitting(Usage("x PATH"), "x /soc"), 2u);
  EXPECT_EQ(fitting(Usage("x on|off"), "x off"), 2u);
  EXPECT_EQ(fitting(Usage("x on|off"), "x o"), 1u);
  EXPECT_EQ(fitting(Usage("x on|off"), "x \"\""), 1u);
}

TEST(ShellCommand, a_repeated_argument_takes_all_the_rest) {
  const Usage usage("echo [WORD...]");
  EXPECT_EQ(usage.required(), 1u);
  EXPECT_EQ(fitting(usage, "echo a b c d e f g h i j k l"), 13u);
}

TEST(ShellCommand, words_are_split_at_blanks_but_not_between_quotes) {
  std::string_view text = "  a\t\"b c\"  d ";
  std::array<std::string_view, 4> words;
  ASSERT_EQ(shell::split(text, words), 3u);
  EXPECT_EQ(words[0], "a");
  EXPECT_EQ(words[1], "b c");
  EXPECT_EQ(words[2], "d");
  EXPECT_TRUE(text.empty());
}

TEST(ShellCommand, words_that_find_no_place_are_left) {
  std::string_view text = "a b c d";
  std::array<std::string_view, 2> words;
  EXPECT_EQ(shell::split(text, words), 2u);
  EXPECT_EQ(text, "c d");
}

TEST(ShellCommand, quantities_are_numbers_with_and_without_a_unit) {
  EXPECT_EQ(parse_quantity("32768"), 32'768u);
  EXPECT_EQ(parse_quantity("0x10"), 16u);
  EXPECT_EQ(parse_quantity("48M"), 48'000'000u);
  EXPECT_EQ(parse_quantity("1.5G"), 1'500'000'000u);
  EXPECT_EQ(parse_quantity("32.768k"), 32'768u);
  EXPECT_EQ(parse_quantity("0.000000001G"), 1u);
  EXPECT_EQ(parse_quantity("18446744073.709551615G"), UINT64_MAX);
}

TEST(ShellCommand, quantities_that_are_none_are_refused) {
  for (const char* text : {"", "k", ".k", "M1", "1.5", "1..5M", "0x1M", "1.2345k", "-1M", "1 M", "1m", "0.0000000001G",
                           "18446744073.709551616G", "99999999999G", "1e3"})
    EXPECT_EQ(error_of(parse_quantity(text)), Error::BadNumber) << text;
}

TEST(ShellCommand, every_command_has_a_usage_line_that_can_be_read_and_a_help) {
  ASSERT_GT(shell::commands().size(), 30u);
  std::set<std::string_view> seen;
  for (const auto& command : shell::commands()) {
    const std::string_view line = command.usage();
    EXPECT_TRUE(seen.insert(line).second) << line;
    const Usage usage(line);
    EXPECT_GE(usage.verbs(), 1u) << line;
    EXPECT_FALSE(command.help().empty()) << line;
    EXPECT_LE(line.size(), 79u) << line;
    size_t spaces = 0;
    for (const char c : line) spaces += c == ' ';
    EXPECT_EQ(usage.size(), spaces + 1) << line << " has more parts than a usage can hold";
    bool optional = false;
    for (std::string_view rest = line; !rest.empty();) {
      const std::string_view part = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
      EXPECT_FALSE(optional && part[0] != '[') << line << ": what may be missing stands last";
      optional = part[0] == '[';
      EXPECT_EQ(optional, part.back() == ']') << line;
    }
  }
}

}  // namespace
