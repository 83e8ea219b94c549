// SPDX-License-Identifier: BSD-2-Clause
// How the shell shows things: text from outside, durations, progress, tables, SCMI in words.
#include "shell/format.hh"

#include "shell/listing.hh"
#include "shell/names.hh"
#include "shell/progress.hh"
#include "tests/unit/shell_lab.hh"

namespace shell_test {
namespace {

using shell::message_name;
using shell::protocol_name;

TEST(ShellFormat, text_from_outside_is_made_harmless) {
  EXPECT_EQ(shell::Clean("plain text").text(), "plain text");
  EXPECT_EQ(shell::Clean(std::string_view("a\x1b[2J\n\0\x80\xff", 9)).text(), "a.[2J....");
  EXPECT_EQ(shell::Clean(std::string(200, 'x')).text(), std::string(64, 'x'));
  EXPECT_EQ(shell::Clean("").text(), "");
}

TEST(ShellFormat, durations_have_six_decimals_whatever_the_counter) {
  Lab lab;
  lab.terminal.take();
  shell::print_duration({nullptr, 62'500'000}, 62'500'000ull * 3'600 + 62);
  EXPECT_EQ(lab.terminal.take(), "3600.000000 s\n");
  shell::print_duration({nullptr, 1'000'000'000}, UINT64_MAX);
  EXPECT_EQ(lab.terminal.take(), "18446744073.709551 s\n");
  shell::print_duration({nullptr, 1'000'000}, 1'234);
  EXPECT_EQ(lab.terminal.take(), "0.001234 s\n");
}

TEST(ShellFormat, work_that_is_soon_done_shows_no_progress) {
  Lab lab;
  shell::Progress progress(lab.machine.timeline.time, "steps", 100);
  for (uint64_t i = 0; i < 100; ++i) progress.at(i);
  progress.end();
  EXPECT_EQ(lab.terminal.take(), "");
}

TEST(ShellFormat, long_work_shows_its_progress_in_one_row_and_leaves_nothing) {
  Lab lab;
  shell::Progress progress(lab.machine.timeline.time, "steps", 100'000);
  for (uint64_t i = 0; i < 50'000; ++i) progress.at(i);
  const std::string row = lab.terminal.row();
  EXPECT_TRUE(row.ends_with(" of 100000 steps")) << row;
  progress.end();
  EXPECT_EQ(lab.terminal.row(), "");
  EXPECT_EQ(lab.terminal.rows(), 1u);
  const std::string written = lab.terminal.take();
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 0);
  EXPECT_LE(std::count(written.begin(), written.end(), '\r'), 6);  // twice a second of two and a half
}

struct Table {
  explicit Table(bool json) : words{"list", "-j"}, call{lab.machine, std::span(words).first(json ? 2 : 1), 1} {}
  Lab lab;
  std::array<std::string_view, 2> words;
  shell::Call call;
};

TEST(ShellFormat, a_table_aligns_its_columns) {
  Table table(false);
  {
    shell::Listing list(table.call, "id:5 on?yes|no:-4 bits#:6 name");
    list.row({1u, true, 0xffu, "first"});
    list.row({100'000'000u, false, 0u, "a \x1b name"});
    list.row({3u});
  }
  EXPECT_EQ(lines_of(table.lab.terminal.take()),
            (std::vector<std::string>{"   id on     bits name", "    1 yes    0xff first",
                                      "100000000 no      0x0 a . name", "    3"}));
}

TEST(ShellFormat, the_same_table_is_json_for_machines) {
  Table table(true);
  {
    shell::Listing list(table.call, "id:5 on?yes|no:-4 bits#:6 name");
    list.row({1u, true, 0xffu, "first"});
    list.nest("inner", "a b");
    list.row({-1, "x\"y"});
    list.row({2u});
    list.unnest();
    list.row({2u, false});
  }
  EXPECT_EQ(
      table.lab.terminal.take(),
      "[{\"id\":1,\"on\":true,\"bits\":255,\"name\":\"first\",\"inner\":[{\"a\":-1,\"b\":\"x\\\"y\"},{\"a\":2}]},\n"
      "{\"id\":2,\"on\":false}]\n");
}

TEST(ShellFormat, json_is_whole_however_a_command_ends) {
  Table table(true);
  {
    shell::Listing list(table.call, "id");
    list.row({1u});
    list.nest("inner", "a");
    list.row({1u});
  }
  EXPECT_EQ(table.lab.terminal.take(), "[{\"id\":1,\"inner\":[{\"a\":1}]}]\n");
  { const shell::Listing empty(table.call, "id"); }
  EXPECT_EQ(table.lab.terminal.take(), "[]\n");
}

TEST(ShellFormat, protocols_and_messages_have_the_names_of_the_specification) {
  EXPECT_EQ(protocol_name(0x10), "base");
  EXPECT_EQ(protocol_name(0x16), "reset");
  EXPECT_EQ(protocol_name(0x19), "pinctrl");
  for (const uint8_t unknown : {0x00, 0x0f, 0x1a, 0x7f}) EXPECT_EQ(protocol_name(unknown), "protocol");
  for (const uint8_t vendor : {0x80, 0xff}) EXPECT_EQ(protocol_name(vendor), "vendor");
  EXPECT_EQ(message_name(0x10, 0xb, false), "RESET_AGENT_CONFIGURATION");
  EXPECT_EQ(message_name(0x14, 6, false), "RATE_GET");
  EXPECT_EQ(message_name(0x14, 0xf, false), "GET_PERMISSIONS");
  EXPECT_EQ(message_name(0x16, 6, false), "NAME_GET");
  EXPECT_EQ(message_name(0x13, 2, false), "PROTOCOL_MESSAGE_ATTRIBUTES");
  EXPECT_EQ(message_name(0x10, 0x10, false), "NEGOTIATE_PROTOCOL_VERSION");
  EXPECT_EQ(message_name(0x14, 0, true), "RATE_CHANGED");
  EXPECT_EQ(message_name(0x16, 0, true), "RESET_ISSUED");
  EXPECT_EQ(message_name(0x10, 0, true), "ERROR_EVENT");
  for (unsigned message = 0; message < 256; ++message)
    EXPECT_LT(message_name(0x14, uint8_t(message), true).size(), 30u);
  EXPECT_EQ(message_name(0x16, 7, false), "");
  EXPECT_EQ(message_name(0x14, 0xff, false), "");
  EXPECT_EQ(message_name(0x80, 5, false), "");
}

}  // namespace
}  // namespace shell_test
