// SPDX-License-Identifier: BSD-2-Clause
// The prompt: lines that run, completion, and what arrives while somebody types.
#include "shell/session.hh"

#include "tests/unit/fdt_build.hh"
#include "tests/unit/shell_lab.hh"

namespace shell_test {
namespace {

struct Desk : ScmiLab {
  Desk() { session.start(); }
  Desk& type(std::string_view keys) {
    for (const char key : keys) session.type(key);
    return *this;
  }
  /// The row with the cursor after these keys.
  std::string after(std::string_view keys) { return type(keys).terminal.row(); }

  shell::Session session{machine};
};

TEST(ShellSession, a_line_runs_and_the_prompt_comes_again) {
  Desk desk;
  desk.terminal.take();
  desk.type("echo hello\r");
  EXPECT_EQ(desk.terminal.take(), "echo hello\nhello\ncorbel> ");
}

TEST(ShellSession, a_failed_or_dropped_line_leaves_a_prompt_that_works) {
  Desk desk;
  desk.type("nonsense\rhalf a li\x03");
  desk.terminal.take();
  desk.type(std::string(1000, 'x') + "\r");
  desk.terminal.take();
  desk.type("echo ok\r");
  EXPECT_EQ(desk.terminal.take(), "echo ok\nok\ncorbel> ");
}

TEST(ShellSession, what_is_typed_while_a_command_runs_is_kept_for_the_next_prompt) {
  Desk desk;
  desk.terminal.type("echo later\r");
  desk.type("sleep 10\r");
  std::string typed;
  for (int c = shell::next_character(); c >= 0; c = shell::next_character()) typed += char(c);
  EXPECT_EQ(typed, "echo later\r");
}

TEST(ShellSession, what_is_typed_ahead_of_control_c_is_dropped_with_the_command) {
  Desk desk;
  desk.terminal.type(
      "echo lost\r\x03"
      "echo kept\r");
  desk.type("sleep 4000000000\r");
  std::string typed;
  for (int c = shell::next_character(); c >= 0; c = shell::next_character()) typed += char(c);
  EXPECT_EQ(typed, "echo kept\r");
}

std::string typed_ahead() {
  std::string typed;
  for (int c = shell::next_character(); c >= 0; c = shell::next_character()) typed += char(c);
  return typed;
}

TEST(ShellSession, a_line_typed_ahead_that_does_not_fit_is_lost_whole_and_alone) {
  Desk desk;
  desk.terminal.type("echo one\r" + std::string(5'000, 'x') + "\recho two\r");
  desk.terminal.take();
  desk.type("sleep 1000\r");
  EXPECT_NE(desk.terminal.take().find("error: a line typed ahead"), std::string::npos);
  EXPECT_EQ(typed_ahead(), "echo one\recho two\r");
}

TEST(ShellSession, the_rest_of_a_lost_line_that_comes_at_the_prompt_is_lost_too) {
  Desk desk;
  desk.terminal.type(std::string(300, 'x'));
  desk.type("sleep 1000\r");
  desk.terminal.type("xxx\recho two\r");
  EXPECT_EQ(typed_ahead(), "echo two\r");
}

TEST(ShellSession, a_notification_prints_above_the_line_that_is_being_typed) {
  Desk desk;
  desk.run("scmi clock notify 13 on");
  desk.type("echo ab\x1b[D");
  desk.secondary.set_rate(13, 1'843'200, 0);
  desk.secondary.set_rate(13, 24'000'000, 0);
  desk.first.events.deliver();
  desk.terminal.take();
  desk.session.idle();
  const std::string said = desk.terminal.take();
  EXPECT_NE(said.find("scmi 0: clock 13 changed to 24000000 Hz by agent 2\n"), said.npos) << said;
  EXPECT_EQ(desk.terminal.row(), "corbel> echo ab");
  EXPECT_EQ(desk.terminal.column(), std::string_view("corbel> echo a").size());
  desk.terminal.take();
  desk.session.idle();
  EXPECT_EQ(desk.terminal.take(), "");
}

TEST(ShellSession, tab_types_what_can_only_be_meant) {
  Desk desk;
  EXPECT_EQ(desk.after("vers\t"), "corbel> version");
  EXPECT_EQ(desk.terminal.column(), std::string_view("corbel> version ").size());
  EXPECT_EQ(desk.after("\x15scmi cl\tra\t"), "corbel> scmi clock rate");
  EXPECT_EQ(desk.after("\x15scmi clock notify 3 o\t"), "corbel> scmi clock notify 3 o");
  EXPECT_EQ(desk.after("n\t"), "corbel> scmi clock notify 3 on");
  EXPECT_EQ(desk.after("req\t"), "corbel> scmi clock notify 3 on requests");
}

TEST(ShellSession, tab_types_what_all_candidates_share_and_then_lists_them) {
  Desk desk;
  EXPECT_EQ(desk.after("scmi perm\t"), "corbel> scmi perm_");
  desk.terminal.take();
  EXPECT_EQ(desk.after("\t"), "corbel> scmi perm_");
  EXPECT_NE(desk.terminal.take().find("perm_dev perm_proto \n"), std::string::npos);
}

TEST(ShellSession, tab_lists_each_candidate_once_and_arguments_by_name) {
  Desk desk;
  desk.terminal.take();
  desk.type("scmi \t");
  const std::string said = desk.terminal.take();
  const size_t clock = said.find("clock ");
  ASSERT_NE(clock, said.npos) << said;
  EXPECT_EQ(said.find("clock ", clock + 1), said.npos);
  desk.type("\x15scmi clock rate \t");
  EXPECT_NE(desk.terminal.take().find("ID \n"), std::string::npos);
  EXPECT_EQ(desk.terminal.row(), "corbel> scmi clock rate");
}

TEST(ShellSession, tab_works_behind_a_semicolon_within_a_line_and_behind_help_and_time) {
  Desk desk;
  EXPECT_EQ(desk.after("echo a;vers\t"), "corbel> echo a;version");
  EXPECT_EQ(desk.after("\x15help time scmi inf\t"), "corbel> help time scmi info");
  EXPECT_EQ(desk.after("\x15vers; echo\x01\x1b[C\x1b[C\x1b[C\x1b[C\t"), "corbel> version ; echo");
}

TEST(ShellSession, tab_without_a_candidate_rings_the_bell) {
  Desk desk;
  EXPECT_EQ(desk.after("nonsense\t"), "corbel> nonsense");
  EXPECT_EQ(desk.terminal.bells(), 1u);
  EXPECT_EQ(desk.after("\x15version \t"), "corbel> version");
  EXPECT_EQ(desk.terminal.bells(), 2u);
}

TEST(ShellSession, tab_completes_paths_of_the_device_tree) {
  Desk desk;
  TreeBuilder builder;
  builder.begin("soc").begin("uart@1000").end().begin("uart@2000").end().end().begin("chosen").end();
  desk.machine.tree = builder.open();
  EXPECT_EQ(desk.after("fdt print /so\t"), "corbel> fdt print /soc");
  EXPECT_EQ(desk.after("/\t"), "corbel> fdt print /soc/uart@");
  EXPECT_EQ(desk.after("2\t"), "corbel> fdt print /soc/uart@2000");
  EXPECT_EQ(desk.after("\x15"
                       "fdt print /nowhere/\t"),
            "corbel> fdt print /nowhere/");
  EXPECT_EQ(desk.after("\x15"
                       "fdt print soc\t"),
            "corbel> fdt print soc");
  EXPECT_EQ(desk.terminal.bells(), 2u);
}

TEST(ShellSession, tab_in_a_line_of_very_many_words_does_no_harm) {
  Desk desk;
  std::string line = "echo";
  for (int i = 0; i < 60; ++i) line += " x";
  desk.type(line + "\t");
  desk.type("\x03");
  desk.terminal.take();
  desk.type("echo ok\r");
  EXPECT_EQ(desk.terminal.take(), "echo ok\nok\ncorbel> ");
}

/// The shell as the board starts it, in a process of its own: it ends with the machine, which must have said
/// `expected`.
void expect_run(std::string_view script, std::string_view typed, const std::string& expected) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Lab lab;
        lab.terminal.type(typed);
        lab.machine.on_power_off = [&] {
          const std::string said = lab.terminal.take();
          std::fprintf(stderr, "%s", said.c_str());
          std::exit(said == expected ? 0 : 1);
        };
        shell::run(lab.machine, script);
      },
      testing::ExitedWithCode(0), "");
}

TEST(ShellSession, a_script_runs_before_the_prompt_and_goes_on_behind_an_error) {
  expect_run("echo booted; nonsense; poweroff", "", "booted\nerror: unknown command 'nonsense', try help\n");
}

TEST(ShellSession, without_a_script_there_is_a_prompt) {
  expect_run("", "echo hello\rpoweroff\r", "corbel> echo hello\nhello\ncorbel> poweroff\n");
}

TEST(ShellSession, control_c_ends_a_script_and_the_prompt_comes) {
  expect_run("sleep 4000000000; echo not reached", "\x03poweroff\r", "error: interrupted\ncorbel> poweroff\n");
}

}  // namespace
}  // namespace shell_test
