// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/fdt_build.hh"
#include "tests/unit/shell_lab.hh"

namespace shell_test {
namespace {

using shell::SelfCheck;

constexpr SelfCheck kGood{"uart", [](shell::Machine&, Output& says) {
                            print_to(says, "{} characters", 3u);
                            return Result<void>();
                          }};
constexpr SelfCheck kBad{"spi flash", [](shell::Machine&, Output& says) -> Result<void> {
                           print_to(says, "id 0xffffff");
                           return failure(Error::NotSupported);
                         }};
constexpr SelfCheck kSilent{"sd card",
                            [](shell::Machine&, Output&) -> Result<void> { return failure(Error::Timeout); }};
constexpr SelfCheck kMissing{"usb", [](shell::Machine&, Output&) -> Result<void> { return failure(Error::NoDevice); }};

TEST(ShellSelftest, each_check_is_a_line_and_a_failure_fails_all) {
  Lab lab;
  lab.machine.midr = 0x410fd083;
  lab.machine.checks = {kGood, kBad, kSilent, kMissing};
  const auto lines = lab.lines("selftest");
  ASSERT_EQ(lines.size(), 9u);
  EXPECT_TRUE(lines[0].starts_with("version: "));
  EXPECT_EQ(lines[1], "board: fake machine");
  EXPECT_EQ(lines[2], "cpu: 0x410fd083");
  EXPECT_EQ(lines[3], "ok uart: 3 characters");
  EXPECT_EQ(lines[4], "not ok spi flash: id 0xffffff: not supported (NOT_SUPPORTED)");
  EXPECT_EQ(lines[5], "not ok sd card: no answer within the time limit");
  EXPECT_EQ(lines[6], "skip usb: no such device");
  EXPECT_EQ(lines[7], "1 passed, 2 failed, 1 skipped");
  EXPECT_EQ(lines[8], "error: selftest: check failed");
  EXPECT_EQ(lab.error, Error::CheckFailed);
}

TEST(ShellSelftest, what_is_not_there_fails_nothing) {
  Lab lab;
  lab.machine.checks = {kGood, kMissing};
  EXPECT_EQ(lab.lines("selftest").back(), "1 passed, 0 failed, 1 skipped");
  EXPECT_EQ(lab.error, Error{});
}

TEST(ShellSelftest, machines_get_the_same_as_json) {
  Lab lab;
  lab.machine.checks = {kGood, kBad, kMissing};
  const std::string said = lab.run("selftest -j");
  EXPECT_TRUE(said.starts_with("{\"version\":\"")) << said;
  EXPECT_NE(said.find(R"("board":"fake machine")"), std::string::npos);
  EXPECT_NE(said.find(R"-("checks":[{"name":"uart","result":"ok","says":"3 characters"},)-"
                      R"-({"name":"spi flash","result":"not ok","says":"id 0xffffff: not supported (NOT_SUPPORTED)"},)-"
                      R"-({"name":"usb","result":"skip","says":"no such device"}]})-"),
            std::string::npos)
      << said;
  EXPECT_EQ(lab.error, Error::CheckFailed);
}

TEST(ShellSelftest, the_firmware_below_is_asked_by_the_way_that_the_tree_names) {
  for (const bool hvc : {false, true}) {
    TreeBuilder builder;
    builder.begin("psci").string("method", hvc ? "hvc" : "smc").end();
    Lab lab;
    lab.machine.tree = *DeviceTree::open(builder.finish(), 4096 * 8);
    lab.machine.answer = {0x1'0001};
    EXPECT_EQ(lab.lines("selftest")[3], std::string("firmware: PSCI 1.1, SMCCC 1.1 by ") + (hvc ? "hvc" : "smc"));
    ASSERT_EQ(lab.machine.calls.size(), 3u);
    EXPECT_EQ(lab.machine.calls[0].first[0], 0x8400'0000u);
    EXPECT_EQ(lab.machine.calls[2].first[0], 0x8000'0000u);
    for (const auto& call : lab.machine.calls) EXPECT_EQ(call.second, hvc);
  }
}

TEST(ShellSelftest, a_psci_that_knows_no_features_is_not_asked_for_more) {
  TreeBuilder builder;
  builder.begin("psci").string("method", "smc").end();
  Lab lab;
  lab.machine.tree = *DeviceTree::open(builder.finish(), 4096 * 8);
  lab.machine.answer = {2};
  EXPECT_EQ(lab.lines("selftest")[3], "firmware: PSCI 0.2, SMCCC 1.0 by smc");
  EXPECT_EQ(lab.machine.calls.size(), 1u);
}

TEST(ShellSelftest, control_c_ends_it_between_two_checks) {
  Lab lab;
  lab.machine.checks = {kGood, kGood};
  unsigned looks = 0;
  lab.terminal.on_look = [&] {
    if (++looks == 2) lab.terminal.type("\x03");
  };
  const auto lines = lab.lines("selftest");
  EXPECT_EQ(lines[lines.size() - 2], "1 passed, 0 failed, 0 skipped");
  EXPECT_EQ(lab.error, Error::Interrupted);
}

}  // namespace
}  // namespace shell_test
