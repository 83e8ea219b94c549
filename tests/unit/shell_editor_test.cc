// SPDX-License-Identifier: BSD-2-Clause
#include "shell/editor.hh"

#include <gtest/gtest.h>

#include "tests/fake/machine.hh"

namespace {

using shell::Editor;

struct Desk {
  Desk() { editor.start(); }
  /// Types all of it; returns the lines that it ended.
  std::vector<std::string> type(std::string_view keys) {
    std::vector<std::string> lines;
    for (const char key : keys) {
      last = editor.type(key);
      if (last == Editor::Outcome::Pending || last == Editor::Outcome::Tab) continue;
      if (last == Editor::Outcome::Line) lines.emplace_back(editor.line());
      editor.start();
    }
    return lines;
  }
  /// The one line that these keys and Enter make.
  std::string line(std::string keys) {
    const auto lines = type(keys + "\r");
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? "" : lines[0];
  }
  /// What stands behind the prompt, with the cursor as a bar.
  std::string seen() const {
    std::string row = terminal.row();
    if (row.size() < terminal.column()) row.resize(terminal.column(), ' ');
    row.insert(terminal.column(), "|");
    return row;
  }

  fake::Terminal terminal;
  Editor editor;
  Editor::Outcome last{};
};

constexpr const char *kUp = "\x1b[A", *kDown = "\x1b[B", *kRight = "\x1b[C", *kLeft = "\x1b[D";

TEST(ShellEditor, what_is_typed_is_seen_and_returned) {
  Desk desk;
  desk.type("echo hello");
  EXPECT_EQ(desk.seen(), "corbel> echo hello|");
  EXPECT_EQ(desk.line(""), "echo hello");
  EXPECT_EQ(desk.seen(), "corbel> |");
}

TEST(ShellEditor, a_line_that_is_only_typed_costs_no_more_than_its_echo) {
  Desk desk;
  desk.terminal.take();
  desk.type("scmi info");
  EXPECT_EQ(desk.terminal.take(), "scmi info");
}

TEST(ShellEditor, the_cursor_moves_and_text_is_inserted_where_it_is) {
  for (const char* home : {"\x01", "\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"}) {
    for (const char* end : {"\x05", "\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"}) {
      Desk desk;
      desk.type(std::string("bcd") + home + "a");
      EXPECT_EQ(desk.seen(), "corbel> a|bcd");
      desk.type(std::string(end) + "f" + kLeft + "e" + kLeft + kLeft + kRight);
      EXPECT_EQ(desk.seen(), "corbel> abcd|ef");
      EXPECT_EQ(desk.line(""), "abcdef");
    }
  }
}

TEST(ShellEditor, the_cursor_stays_within_the_line) {
  Desk desk;
  desk.type(std::string(kLeft) + kLeft + "a" + kRight + kRight + "b");
  EXPECT_EQ(desk.seen(), "corbel> ab|");
  desk.type(
      "\x01\x7f\b"
      "\x05\x1b[3~");
  EXPECT_EQ(desk.line(""), "ab");
}

TEST(ShellEditor, backspace_and_delete_take_one_character) {
  Desk desk;
  desk.type(
      "abxc\x7f\b"
      "cd\x01\x1b[3~");
  EXPECT_EQ(desk.seen(), "corbel> |bcd");
  EXPECT_EQ(desk.line(""), "bcd");
}

TEST(ShellEditor, control_keys_delete_more) {
  EXPECT_EQ(Desk().line(std::string("one two") + kLeft + kLeft + kLeft + "\x0b"), "one ");
  EXPECT_EQ(Desk().line(std::string("one two") + kLeft + kLeft + kLeft + "\x15"), "two");
  EXPECT_EQ(Desk().line("one two  \x17"), "one ");
  EXPECT_EQ(Desk().line("one two\x17\x17\x17"), "");
}

TEST(ShellEditor, control_l_clears_the_screen_and_keeps_the_line) {
  Desk desk;
  desk.type("one\rtwo\x0c");
  EXPECT_EQ(desk.terminal.rows(), 1u);
  EXPECT_EQ(desk.seen(), "corbel> two|");
  EXPECT_EQ(desk.line("!"), "two!");
}

TEST(ShellEditor, control_c_drops_the_line) {
  Desk desk;
  EXPECT_TRUE(desk.type("rm everything\x03").empty());
  EXPECT_EQ(desk.last, Editor::Outcome::Dropped);
  EXPECT_EQ(desk.line("echo"), "echo");
}

TEST(ShellEditor, return_newline_and_both_end_one_line_each) {
  Desk desk;
  EXPECT_EQ(desk.type("a\rb\nc\r\nd\r\n\r\n"), (std::vector<std::string>{"a", "b", "c", "d", ""}));
}

TEST(ShellEditor, older_lines_come_back_and_can_be_changed) {
  Desk desk;
  desk.type("first\rsecond\rthird\r");
  desk.type(std::string(kUp) + kUp);
  EXPECT_EQ(desk.seen(), "corbel> second|");
  desk.type(kDown);
  EXPECT_EQ(desk.seen(), "corbel> third|");
  desk.type(kDown);
  EXPECT_EQ(desk.seen(), "corbel> |");
  EXPECT_EQ(desk.line(std::string(kUp) + kUp + kUp + kUp + kUp + " again"), "first again");
  EXPECT_EQ(desk.line("\x10"), "first again");
}

TEST(ShellEditor, going_down_without_having_gone_up_keeps_the_line) {
  Desk desk;
  EXPECT_EQ(desk.line(std::string("draft") + kDown), "draft");
}

TEST(ShellEditor, a_repeated_or_empty_line_is_remembered_once) {
  Desk desk;
  desk.type("x\rother\rsame\rsame\r\r\rsame\r");
  EXPECT_EQ(desk.line(std::string(kUp) + kUp), "other");
  // The end of a longer line is not the same line.
  desk.type("tail\r");
  desk.type("ail\r");
  EXPECT_EQ(desk.line(std::string(kUp) + kUp), "tail");
}

TEST(ShellEditor, the_history_forgets_the_oldest_lines_only) {
  Desk desk;
  for (int i = 0; i < 500; ++i) desk.type("line number " + std::to_string(i) + "\r");
  std::string ups;
  int back = 0;
  for (; back < 500; ++back) {
    ups += kUp;
    desk.type(kUp);
    const std::string want = "corbel> line number " + std::to_string(499 - back) + "|";
    if (desk.seen() != want) break;
  }
  EXPECT_GT(back, 10);
  EXPECT_LT(back, 500);
  EXPECT_EQ(desk.seen(), "corbel> line number " + std::to_string(500 - back) + "|");  // the oldest that is left
}

TEST(ShellEditor, a_line_that_is_too_long_is_refused_with_one_message_and_nothing_else_is_lost) {
  Desk desk;
  const std::string longest(Editor::kLongest, 'a');
  EXPECT_EQ(desk.line(longest), longest);
  desk.terminal.take();
  EXPECT_TRUE(desk.type(longest + "bcdefgh\r").empty());
  const std::string said = desk.terminal.take();
  const std::string message = "error: line longer than 255 characters\n";
  EXPECT_NE(said.find(message), said.npos);
  EXPECT_EQ(said.find("error: ", said.find(message) + 1), said.npos);
  EXPECT_EQ(desk.terminal.bells(), 1u);
  EXPECT_EQ(desk.line("echo"), "echo");
  EXPECT_EQ(desk.line(std::string(kUp) + kUp), longest);
}

TEST(ShellEditor, a_flood_is_one_long_line) {
  Desk desk;
  EXPECT_TRUE(desk.type(std::string(1'000'000, 'x')).empty());
  EXPECT_TRUE(desk.type("\r").empty());
  EXPECT_EQ(desk.line("y"), "y");
}

TEST(ShellEditor, bytes_that_are_no_text_are_ignored) {
  Desk desk;
  std::string all = "a";
  for (int c = 0x80; c < 0x100; ++c) all += char(c);
  all += std::string(
      "\0\x0e\x0f\x12\x1c\x1d\x1e\x1f"
      "b",
      9);
  EXPECT_EQ(desk.line(all), "ab");
}

TEST(ShellEditor, escape_sequences_that_are_unknown_or_never_end_are_swallowed) {
  EXPECT_EQ(Desk().line("a\x1b[15~\x1b[1;5Ab\x1bOPc\x1bxd"), "abcd");
  EXPECT_EQ(Desk().line("a\x1b[999999999999999999~b"), "ab");
  EXPECT_EQ(Desk().line("ab\x1b"), "ab");
  EXPECT_EQ(Desk().line("ab\x1b[12;"), "ab");
  EXPECT_EQ(Desk().line(std::string("ab\x1b[") + std::string(10'000, '1') + "~c"), "abc");
  EXPECT_EQ(Desk().line("ab\x1b[1\x01"
                        "c"),
            "cab");  // a key in the midst of a sequence counts
}

TEST(ShellEditor, a_line_wider_than_the_terminal_scrolls_within_its_row) {
  Desk desk;
  std::string text;
  for (int i = 0; i < 200; ++i) text += char('a' + i % 26);
  desk.type(text);
  EXPECT_EQ(desk.terminal.rows(), 1u);
  EXPECT_LT(desk.terminal.column(), 80u);
  std::string row = desk.terminal.row();
  EXPECT_LE(row.size(), 80u);
  EXPECT_EQ(row.substr(desk.terminal.column() - 5), text.substr(195));
  desk.type("\x01");
  EXPECT_EQ(desk.terminal.row().substr(0, 14), "corbel> abcdef");
  EXPECT_EQ(desk.terminal.column(), 8u);
  for (int i = 0; i < 150; ++i) desk.type(kRight);
  row = desk.terminal.row();
  EXPECT_EQ(row.substr(desk.terminal.column(), 3), text.substr(150, 3));
  EXPECT_EQ(row.substr(desk.terminal.column() - 3, 3), text.substr(147, 3));
  desk.type("!\x7f");
  EXPECT_EQ(desk.line(""), text);
}

TEST(ShellEditor, hiding_and_showing_leave_line_and_cursor_as_they_were) {
  Desk desk;
  desk.type(std::string("hello") + kLeft + kLeft);
  desk.editor.hide();
  EXPECT_EQ(desk.terminal.row(), "");
  desk.terminal.write("something\n");
  desk.editor.show();
  EXPECT_EQ(desk.seen(), "corbel> hel|lo");
  EXPECT_EQ(desk.line("p"), "helplo");
}

}  // namespace
