// SPDX-License-Identifier: BSD-2-Clause
// Lines of commands, their errors, and the commands that want no platform.
#include "shell/execute.hh"

#include "tests/unit/fdt_build.hh"
#include "tests/unit/shell_lab.hh"

namespace shell_test {
namespace {

using Lines = std::vector<std::string>;

TEST(ShellExecute, commands_are_separated_by_semicolons) {
  Lab lab;
  EXPECT_EQ(lab.run("echo one; echo two;;  ; echo three;"), "one\ntwo\nthree\n");
  EXPECT_EQ(lab.error, kNone);
}

TEST(ShellExecute, quotes_keep_blanks_and_semicolons) {
  Lab lab;
  EXPECT_EQ(lab.run("echo \"a;  b\" c; echo d"), "a;  b c\nd\n");
}

TEST(ShellExecute, an_open_quote_is_one_error) {
  Lab lab;
  EXPECT_EQ(lab.run("echo \"a; echo b"), "error: a quotation mark is missing\n");
  EXPECT_EQ(lab.error, Error::Usage);
}

TEST(ShellExecute, nothing_is_no_error) {
  Lab lab;
  EXPECT_EQ(lab.run(""), "");
  EXPECT_EQ(lab.run(" \t "), "");
  EXPECT_EQ(lab.error, kNone);
}

TEST(ShellExecute, an_unknown_command_is_named) {
  Lab lab;
  EXPECT_EQ(lab.run("ehco hello"), "error: unknown command 'ehco', try help\n");
  EXPECT_EQ(lab.run("\"\x1b[2J\x80\""), "error: unknown command '.[2J.', try help\n");
}

TEST(ShellExecute, a_subcommand_that_is_missing_or_unknown_lists_the_known_ones) {
  Lab lab;
  EXPECT_EQ(lab.run("fdt"), "error: fdt takes one of list print\n");
  EXPECT_EQ(lab.run("fdt frint /"), "error: fdt takes one of list print\n");
  const std::string said = lab.run("scmi reset lst");
  EXPECT_EQ(said.find("error: scmi reset takes one of "), 0u) << said;
  for (const char* known : {" AGENT", " list", " assert", " deassert", " pulse", " notify"})
    EXPECT_NE(said.find(known), said.npos) << known;
}

TEST(ShellExecute, wrong_arguments_say_what_was_expected) {
  Lab lab;
  const std::string rate = "error: usage: scmi clock rate ID\n";
  EXPECT_EQ(lab.run("scmi clock rate"), rate);
  EXPECT_EQ(lab.run("scmi clock rate one"), rate);
  EXPECT_EQ(lab.run("scmi clock rate 1 2"), rate);
  EXPECT_EQ(lab.run("scmi clock rate 0x100000000"), rate);
  EXPECT_EQ(lab.run("scmi reset 1 2"), "error: usage: scmi reset AGENT 0|1\n");
  EXPECT_EQ(lab.run("version now"), "error: usage: version\n");
  EXPECT_EQ(lab.error, Error::Usage);
}

TEST(ShellExecute, the_last_error_is_returned_and_does_not_stop_the_line) {
  Lab lab;
  EXPECT_EQ(lab.run("reset; echo on"), "error: reset: no such device\non\n");
  EXPECT_EQ(lab.error, Error::NoDevice);
}

TEST(ShellExecute, too_many_words_are_refused) {
  Lab lab;
  std::string line = "echo";
  for (int i = 0; i < 31; ++i) line += " x";
  EXPECT_EQ(lab.run(line).size(), 2u * 31);
  EXPECT_EQ(lab.run(line + " x"), "error: too many words\n");
}

TEST(ShellExecute, control_c_stops_a_long_command_and_the_rest_of_the_line) {
  Lab lab;
  lab.terminal.type("\x03");
  EXPECT_EQ(lab.run("sleep 4000000000; echo after"), "error: interrupted\n");
  EXPECT_EQ(lab.error, Error::Interrupted);
  EXPECT_LT(lab.machine.timeline.elapsed(), 1'000'000u);
}

TEST(ShellExecute, a_command_waits_as_long_as_it_should) {
  Lab lab;
  EXPECT_EQ(lab.run("sleep 20"), "");
  EXPECT_GE(lab.machine.timeline.elapsed(), 20'000u);
  EXPECT_LT(lab.machine.timeline.elapsed(), 40'000u);
}

TEST(ShellExecute, time_says_how_long_what_follows_took) {
  Lab lab;
  const Lines said = lab.lines("time time echo x");
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0], "x");
  EXPECT_EQ(said[1], "0.000050 s");
  EXPECT_EQ(lab.lines("time nonsense").size(), 2u);
  EXPECT_EQ(lab.lines("time").size(), 1u);
}

TEST(ShellExecute, help_shows_topics_and_what_is_in_them) {
  Lab lab;
  const std::string all = lab.run("help");
  EXPECT_NE(all.find("echo [WORD...] "), all.npos);
  EXPECT_NE(all.find("scmi ... (see help scmi)"), all.npos);
  EXPECT_EQ(all.find("scmi clock"), all.npos);
  for (const auto& line : lab.lines("help scmi clock")) EXPECT_EQ(line.find("scmi clock "), 0u) << line;
  EXPECT_GT(lab.lines("help scmi clock").size(), 5u);
  EXPECT_EQ(lab.lines("help scmi clock rate").size(), 1u);
  EXPECT_EQ(lab.run("help nonsense"), "error: usage: help [COMMAND...]\n");
}

TEST(ShellExecute, version_names_the_firmware_and_the_board) {
  Lab lab;
  EXPECT_EQ(lab.run("version"), "Corbel host, fake machine\n");
}

TEST(ShellExecute, reset_and_poweroff_reach_the_machine) {
  Lab lab;
  lab.run("reset; poweroff");
  EXPECT_EQ(lab.machine.resets, 1u);
  EXPECT_EQ(lab.machine.power_offs, 1u);
}

TEST(ShellExecute, firmware_calls_pass_registers_and_print_the_first_four) {
  Lab lab;
  lab.machine.answer = {0, 1, 0xffff'ffff'ffff'ffff, 3, 4};
  const std::string ones(2 * sizeof(uintptr_t), 'f');  // as many as a register has
  EXPECT_EQ(lab.run("smc 0x84000000 1 0x" + ones), "x0 0x0\nx1 0x1\nx2 0x" + ones + "\nx3 0x3\n");
  lab.run("hvc 7 1 2 3 4 5 6 7");
  ASSERT_EQ(lab.machine.calls.size(), 2u);
  EXPECT_FALSE(lab.machine.calls[0].second);
  EXPECT_EQ(lab.machine.calls[0].first[0], 0x8400'0000u);
  EXPECT_EQ(lab.machine.calls[0].first[2], UINTPTR_MAX);
  EXPECT_TRUE(lab.machine.calls[1].second);
  EXPECT_EQ(lab.machine.calls[1].first[7], 7u);
  EXPECT_EQ(lab.run("smc 1 2 3 4 5 6 7 8 9"), "error: usage: smc|hvc FID [X...]\n");
}

TEST(ShellExecute, a_firmware_call_takes_what_a_register_holds_and_cuts_nothing_off) {
  Lab lab;
  const std::string said = lab.run("smc 0x84000000 0x100000000");
  if (sizeof(uintptr_t) == sizeof(uint32_t)) {
    EXPECT_EQ(said, "error: smc: not a number that fits\n");
    EXPECT_TRUE(lab.machine.calls.empty());
  } else {
    ASSERT_EQ(lab.machine.calls.size(), 1u);
    EXPECT_EQ(lab.machine.calls[0].first[1], uint64_t{1} << 32);
  }
}

TEST(ShellMemory, memory_is_shown_in_every_width_with_its_text) {
  Lab lab;
  for (uintptr_t i = 0; i < 64; ++i) lab.machine.cells[0x1000 + i] = uint8_t('A' + i % 26);
  lab.machine.cells[0x1001] = 0x1b;
  EXPECT_EQ(lab.run("md.b 0x1000 3"), "00001000: 41 1b 43  A.C\n");
  EXPECT_EQ(lab.run("md.w 0x1000 2"), "00001000: 1b41 4443  A.CD\n");
  EXPECT_EQ(lab.run("md 0x1000 5"),
            "00001000: 44431b41 48474645 4c4b4a49 504f4e4d  A.CDEFGHIJKLMNOP\n00001010: 54535251  QRST\n");
  EXPECT_EQ(lab.run("md.l 0x1000 1"), lab.run("md 0x1000 1"));
  EXPECT_EQ(lab.run("md.q 0x1008 1"), "00001008: 504f4e4d4c4b4a49  IJKLMNOP\n");
  EXPECT_EQ(lab.lines("md 0x1000").size(), 4u);
}

TEST(ShellMemory, what_is_not_mapped_is_an_error_and_what_is_before_it_is_shown) {
  Lab lab;
  for (uintptr_t i = 0; i < 16; ++i) lab.machine.cells[0x1000 + i] = 0;
  const Lines said = lab.lines("md 0x1000");
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[1], "error: memory: address not mapped");
  EXPECT_EQ(lab.run("mw 0x2000 1"), "error: memory: address not mapped\n");
}

TEST(ShellMemory, memory_is_written_in_every_width) {
  Lab lab;
  for (uintptr_t i = 0; i < 16; ++i) lab.machine.cells[0x1000 + i] = 0;
  EXPECT_EQ(lab.run("mw.b 0x1000 0x12 2; mw.w 0x1002 0x3456; mw.q 0x1008 0x1122334455667788"), "");
  EXPECT_EQ(lab.run("md 0x1000 4"), "00001000: 34561212 00000000 55667788 11223344  ..V4.....wfUD3\".\n");
  EXPECT_EQ(lab.run("mw.b 0x1000 0x100"), "error: mw.b: not a number that fits\n");
}

TEST(ShellMemory, control_c_stops_a_dump) {
  Lab lab;
  lab.machine.cells.clear();
  for (uintptr_t i = 0; i < 4096; ++i) lab.machine.cells[i] = 0;
  size_t looks = 0;
  lab.terminal.on_look = [&] {
    if (++looks == 10) lab.terminal.type("\x03");
  };
  const Lines said = lab.lines("md 0 1024");
  EXPECT_EQ(said.back(), "error: interrupted");
  EXPECT_EQ(said.size(), 10u);
}

TEST(ShellFdt, a_tree_is_printed_with_values_as_what_they_look_like) {
  Lab lab;
  TreeBuilder builder;
  builder.string("model", "a \"board\"").cells("reg", {1, 0xabcd}).bytes("bytes", std::string_view("\x01\x02\x03", 3));
  builder.bytes("list", std::string_view("one\0two", 8))
      .bytes("flag", {})
      .bytes("hostile", std::string_view("\x1b[2J", 5));
  builder.begin("soc").begin("uart@1000").string("status", "okay").end().end().begin("chosen").end();
  lab.machine.tree = builder.open();
  const Lines want = {"/ {",
                      "\tmodel = \"a \"board\"\";",
                      "\treg = <0x1 0xabcd>;",
                      "\tbytes = [01 02 03];",
                      "\tlist = \"one\", \"two\";",
                      "\tflag;",
                      "\thostile = [1b 5b 32 4a 00];",
                      "\tsoc {",
                      "\t\tuart@1000 {",
                      "\t\t\tstatus = \"okay\";",
                      "\t\t};",
                      "\t};",
                      "\tchosen {",
                      "\t};",
                      "};"};
  EXPECT_EQ(lab.lines("fdt print"), want);
  EXPECT_EQ(lab.lines("fdt print /soc"), (Lines{"soc {", "\tuart@1000 {", "\t\tstatus = \"okay\";", "\t};", "};"}));
  EXPECT_EQ(lab.lines("fdt list /soc"), (Lines{"uart@1000 { };"}));
  EXPECT_EQ(lab.lines("fdt list /").size(), 8u);
  EXPECT_EQ(lab.run("fdt print /nowhere"), "error: node: not found (NOT_FOUND)\n");
}

TEST(ShellFdt, without_a_tree_nothing_is_found) {
  Lab lab;
  lab.run("fdt print");
  EXPECT_EQ(lab.lines("fdt list /chosen"), (Lines{"error: node: not found (NOT_FOUND)"}));
}

TEST(ShellFdt, control_c_stops_a_long_tree) {
  Lab lab;
  TreeBuilder builder;
  for (int i = 0; i < 50; ++i) builder.begin("node" + std::to_string(i)).end();
  lab.machine.tree = builder.open();
  lab.terminal.on_look = [&, looks = 0]() mutable {
    if (++looks == 5) lab.terminal.type("\x03");
  };
  EXPECT_EQ(lab.lines("fdt print").back(), "error: interrupted");
}

}  // namespace
}  // namespace shell_test
