// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "lib/console.hh"

namespace {

template <class... A>
std::string printed(Format<std::type_identity_t<A>...> format, A... args) {
  std::array<char, 200> memory;
  TextBuffer out(memory);
  print_to(out, format, args...);
  return std::string(out.text());
}

TEST(LibPrint, text_without_holes_comes_out_as_it_is) {
  EXPECT_EQ(printed("plain\n"), "plain\n");
  EXPECT_EQ(printed(""), "");
}

TEST(LibPrint, values_stand_where_the_holes_were) {
  EXPECT_EQ(printed("{} and {}, {}.", 1u, -2, "three"), "1 and -2, three.");
  EXPECT_EQ(printed("{}{}", std::string_view("ab"), std::string_view("")), "ab");
}

TEST(LibPrint, numbers_are_whole_at_both_ends_of_their_range) {
  EXPECT_EQ(printed("{} {}", UINT64_MAX, INT64_MIN), "18446744073709551615 -9223372036854775808");
  EXPECT_EQ(printed("{:x} {}", UINT64_MAX, 0u), "ffffffffffffffff 0");
  EXPECT_EQ(printed("{}", int8_t{-128}), "-128");
}

TEST(LibPrint, hexadecimal_has_a_prefix_when_asked_for) {
  EXPECT_EQ(printed("{:x} {:#x} {:#x}", 0xbeefu, 0xbeefu, 0u), "beef 0xbeef 0x0");
}

TEST(LibPrint, width_fills_with_blanks_on_the_asked_side) {
  EXPECT_EQ(printed("[{:5}] [{:>5}] [{:<5}]", 42u, 42u, 42u), "[   42] [   42] [42   ]");
  EXPECT_EQ(printed("[{:<6}] [{:>6}]", "abc", "abc"), "[abc   ] [   abc]");
  EXPECT_EQ(printed("[{:2}]", 12345u), "[12345]");
  EXPECT_EQ(printed("[{:12}]", -5), "[          -5]");
}

TEST(LibPrint, zeros_fill_between_sign_or_prefix_and_digits) {
  EXPECT_EQ(printed("{:08x} {:04}", 0xbeefu, 7u), "0000beef 0007");
  EXPECT_EQ(printed("{:#010x}", 0xbeefu), "0x0000beef");
  EXPECT_EQ(printed("{:#018x}", 0xbeefu), "0x000000000000beef");
  EXPECT_EQ(printed("{:05}", -7), "-0007");
  EXPECT_EQ(printed("[{:05}]", "ab"), "[   ab]");
}

TEST(LibPrint, braces_of_json_are_no_holes) {
  EXPECT_EQ(printed("{\"id\": {}, \"name\": \"{}\"}\n", 3u, "uart"), "{\"id\": 3, \"name\": \"uart\"}\n");
}

TEST(LibPrint, braces_in_a_value_are_not_looked_at) { EXPECT_EQ(printed("<{}>", "{} {:x}"), "<{} {:x}>"); }

TEST(LibPrint, an_error_prints_as_its_words) {
  EXPECT_EQ(printed("error: {}", Error::Timeout), "error: " + std::string(text(Error::Timeout)));
}

TEST(LibPrint, a_buffer_cuts_what_does_not_fit) {
  std::array<char, 4> memory{'x', 'x', 'x', 'x'};
  TextBuffer out({memory.data(), 3});
  print_to(out, "{}", "abcdef");
  EXPECT_EQ(out.text(), "abc");
  EXPECT_EQ(memory[3], 'x');
}

class Screen final : public Console {
 public:
  void write(std::string_view text) override { seen += text; }
  int get() override { return 'k'; }
  std::string seen;
};

TEST(LibConsole, everybody_writes_to_the_one_that_was_set) {
  Console& before = console();
  Screen screen;
  set_console(screen);
  print("{} Hz\n", 50u);
  EXPECT_EQ(console().get(), 'k');
  set_console(before);
  EXPECT_EQ(screen.seen, "50 Hz\n");
}

}  // namespace
