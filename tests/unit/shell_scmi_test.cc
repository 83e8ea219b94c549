// SPDX-License-Identifier: BSD-2-Clause
// The SCMI commands, with the reference platform at the other end.
#include "shell/scmi.hh"

#include "tests/unit/shell_lab.hh"

namespace shell_test {
namespace {

using scmi::platform::Fault;
using scmi::platform::Release;
using Lines = std::vector<std::string>;
namespace clocks = platform_test;

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// JSON as far as tests need it: brackets that match, outside of texts. True: whole.
bool is_whole(const std::string& json) {
  std::string open;
  bool text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (text && c == '\\') {
      ++i;
    } else if (c == '"') {
      text = !text;
    } else if (!text && (c == '[' || c == '{')) {
      open += c == '[' ? ']' : '}';
    } else if (!text && (c == ']' || c == '}')) {
      if (open.empty() || open.back() != c) return false;
      open.pop_back();
    }
  }
  return open.empty() && !text && !json.empty();
}

TEST(ShellScmi, without_a_platform_every_command_says_so_in_one_line) {
  // In a process of its own: no other test has brought a platform yet.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Lab lab;
        for (const char* line :
             {"scmi info", "scmi clock list", "bench scmi 1", "scmi dev", "scmi check", "scmi stats -j"})
          if (lab.run(line) != "error: SCMI platform: no such device\n") std::exit(1);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
}

TEST(ShellScmi, info_shows_each_platform_with_its_protocols) {
  ScmiLab lab;
  const Lines said = lab.lines("scmi info");
  ASSERT_EQ(said.size(), 11u);
  EXPECT_TRUE(has(said[1], "0 first")) << said[1];
  EXPECT_TRUE(has(said[1], "corbel   reference"));
  EXPECT_TRUE(has(said[1], "0x10000"));
  EXPECT_TRUE(has(said[1], "1 firmware"));
  EXPECT_TRUE(has(said[3], "0x10 base         2.1"));
  EXPECT_TRUE(has(said[4], "0x14 clock        3.0"));
  EXPECT_TRUE(has(said[5], "0x16 reset        3.1"));
  EXPECT_TRUE(has(said[6], "1 second"));
  EXPECT_TRUE(has(said[6], "2 secondary"));
}

TEST(ShellScmi, info_for_machines_is_json) {
  ScmiLab lab;
  const std::string said = lab.run("scmi info -j");
  EXPECT_TRUE(is_whole(said)) << said;
  EXPECT_TRUE(has(said,
                  "\"vendor\":\"corbel\",\"sub_vendor\":\"reference\",\"implementation\":65536,\"agents\":3,"
                  "\"agent\":1,\"agent_name\":\"firmware\""));
  EXPECT_TRUE(has(said, "\"protocols\":[{\"id\":16,\"name\":\"base\",\"version\":\"2.1\",\"own_channel\":false},"));
}

TEST(ShellScmi, info_of_a_silent_platform_is_an_error_and_the_others_are_shown) {
  ScmiLab lab;
  lab.set(Fault::NoSmc, 0);
  const Lines said = lab.lines("scmi info");
  EXPECT_EQ(said.back(), "error: SCMI platform 0: nobody serves the doorbell's function id");
  EXPECT_TRUE(has(said[1], "0 first    nobody serves the doorbell"));
  EXPECT_TRUE(has(said[2], "1 second   ok     corbel"));
  const std::string json = lab.run("scmi info -j");
  EXPECT_TRUE(is_whole(json.substr(0, json.find("error: ")))) << json;
  lab.set(Fault::None);
  EXPECT_EQ(lab.lines("scmi info").size(), 11u);
}

TEST(ShellScmi, dev_chooses_the_platform_of_the_other_commands) {
  ScmiLab lab;
  EXPECT_EQ(lab.lines("scmi dev")[1], "*        0        1 first");
  EXPECT_EQ(lab.run("scmi dev 1"), "");
  EXPECT_EQ(lab.lines("scmi dev")[2], "*        1        1 second");
  EXPECT_TRUE(has(lab.run("scmi agents"), "2    * secondary"));
  EXPECT_EQ(lab.run("scmi dev 2"), "error: SCMI platform 2: no such device\n");
  EXPECT_TRUE(is_whole(lab.run("scmi dev -j")));
}

TEST(ShellScmi, agents_are_listed_and_ones_own_is_marked) {
  ScmiLab lab;
  EXPECT_EQ(lab.lines("scmi agents"), (Lines{"   id self name", "    0      platform", "    1    * firmware",
                                             "    2      secondary", "    3      observer"}));
  EXPECT_EQ(lab.run("scmi agents -j").substr(0, 42), "[{\"id\":0,\"self\":false,\"name\":\"platform\"},\n");
}

TEST(ShellScmi, clocks_are_listed_with_two_messages_each_and_without_holes) {
  ScmiLab lab;
  const uint32_t before = lab.sent();
  const Lines said = lab.lines("scmi clock list");
  EXPECT_EQ(said.size(), 69u);  // 72 ids, 3 holes, one of another agent; and the header
  EXPECT_LE(lab.sent() - before, 1 + 72 * 2u);
  EXPECT_EQ(said[1], "    0 on          24000000 osc24m");
  EXPECT_EQ(said[7], "    6 off       5000000000 serdes");
  for (const auto& line : said) EXPECT_FALSE(has(line, " 20 ")) << line;
}

TEST(ShellScmi, a_name_that_was_cut_off_is_marked_and_asked_for_when_wanted) {
  ScmiLab lab;
  EXPECT_TRUE(has(lab.run("scmi clock list"), "display-control ..."));
  const std::string whole = lab.run("scmi clock list -l");
  EXPECT_TRUE(has(whole, "display-controller-pixel-clock"));
  EXPECT_FALSE(has(whole, "..."));
  const std::string json = lab.run("scmi clock list -j");
  EXPECT_TRUE(is_whole(json));
  EXPECT_TRUE(
      has(json, "{\"id\":32,\"enabled\":false,\"rate\":148500000,\"name\":\"display-control\",\"truncated\":true}"));
}

TEST(ShellScmi, a_clock_that_may_not_be_seen_is_listed_with_the_reason) {
  ScmiLab lab;
  EXPECT_EQ(lab.run("scmi perm_dev 1 1 off"), "");
  EXPECT_TRUE(has(lab.run("scmi clock list"), "   13 off     permission denied (DENIED) \n"));
  EXPECT_EQ(lab.run("scmi perm_dev 1 1 1"), "");
  EXPECT_TRUE(has(lab.run("scmi clock list"), "   13 off          1843200 uart1"));
}

TEST(ShellScmi, names_from_a_hostile_platform_cannot_steer_the_terminal) {
  ScmiLab lab;
  lab.set(Fault::Unterminated, 0);
  const std::string said = lab.run("scmi clock list");
  for (const char c : said) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << int(c);
}

TEST(ShellScmi, the_clock_tree_shows_children_below_their_parents) {
  ScmiLab lab;
  const Lines said = lab.lines("scmi clock tree");
  EXPECT_EQ(said.size(), 69u);
  EXPECT_EQ(said[1], "    0     24000000 on      osc24m");
  EXPECT_EQ(said[2], "    2   2000000000 on        pll_sys");
  EXPECT_EQ(said[3], "    6   5000000000 off         serdes");
  const std::string json = lab.run("scmi clock tree -j");
  EXPECT_TRUE(is_whole(json));
  EXPECT_TRUE(has(json, "{\"id\":6,\"rate\":5000000000,\"enabled\":false,\"name\":\"serdes\",\"parent\":2}"));
  EXPECT_TRUE(has(json, "{\"id\":0,\"rate\":24000000,\"enabled\":true,\"name\":\"osc24m\"}"));
}

TEST(ShellScmi, a_rate_is_a_plain_number) {
  ScmiLab lab;
  EXPECT_EQ(lab.run("scmi clock rate 6"), "5000000000\n");
  EXPECT_EQ(lab.run("scmi clock rate 99"), "error: clock 99: not found (NOT_FOUND)\n");
  EXPECT_EQ(lab.run("scmi clock rate 20"), "error: clock 20: not found (NOT_FOUND)\n");
}

TEST(ShellScmi, a_rate_is_set_as_people_write_it_and_rounded_as_they_say) {
  ScmiLab lab;
  EXPECT_EQ(lab.run("scmi clock set 6 2.5G"), "2500000000\n");
  EXPECT_EQ(lab.run("scmi clock set 6 3G down"), "2500000000\n");
  EXPECT_EQ(lab.run("scmi clock set 6 3G up"), "3125000000\n");
  EXPECT_EQ(lab.run("scmi clock set 6 1250M async"), "1250000000\n");
  EXPECT_EQ(lab.run("scmi clock set 6 5000000000 async up"), "5000000000\n");
  EXPECT_EQ(lab.run("scmi clock set 0 1M"), "error: clock 0: permission denied (DENIED)\n");
  EXPECT_EQ(lab.run("scmi clock set 6 fast"), "error: usage: scmi clock set ID HZ [up|down|nearest] [async]\n");
}

TEST(ShellScmi, clocks_are_switched) {
  ScmiLab lab;
  EXPECT_EQ(lab.run("scmi clock enable 13"), "");
  EXPECT_TRUE(lab.firmware.enabled(13));
  EXPECT_EQ(lab.run("scmi clock disable 13"), "");
  EXPECT_FALSE(lab.firmware.enabled(13));
}

TEST(ShellScmi, parents_are_read_and_set) {
  ScmiLab lab;
  EXPECT_EQ(lab.run("scmi clock parent 8; scmi clock parent 8 0; scmi clock parent 8"), "2\n0\n");
  EXPECT_TRUE(has(lab.run("scmi clock parent 8 60"), "error: clock 8: "));
}

TEST(ShellScmi, rates_are_listed_or_told_as_a_range) {
  ScmiLab lab;
  EXPECT_EQ(lab.lines("scmi clock rates 6"), (Lines{"rate", "1250000000", "2500000000", "3125000000", "5000000000"}));
  EXPECT_EQ(lab.lines("scmi clock rates 22"), (Lines{"range", "1000000", "200000000", "1000000"}));
  EXPECT_EQ(lab.lines("scmi clock rates 7").size(), 1 + 241u);
  EXPECT_EQ(lab.run("scmi clock rates 22 -j"), "[{\"range\":1000000},\n{\"range\":200000000},\n{\"range\":1000000}]\n");
}

TEST(ShellScmi, control_c_ends_a_list_and_leaves_its_json_whole) {
  ScmiLab lab;
  lab.terminal.on_look = [&, looks = 0]() mutable {
    if (++looks == 10) lab.terminal.type("\x03");
  };
  const std::string said = lab.run("scmi clock rates 7 -j");
  const size_t error = said.find("error: interrupted\n");
  ASSERT_NE(error, said.npos);
  EXPECT_TRUE(is_whole(said.substr(0, error)));
}

TEST(ShellScmi, all_about_a_clock_is_told) {
  ScmiLab lab;
  EXPECT_EQ(lab.lines("scmi clock info 32"),
            (Lines{"display-controller-pixel-clock", "148500000 Hz, off, on after 0 us",
                   "attributes 0xf0000000, notifies of changes, notifies of requests, long name, parents",
                   "parent 4, possible 4 2"}));
  EXPECT_TRUE(has(lab.run("scmi clock info 7"), "permissions 0x60000000, parent, rate"));
  EXPECT_TRUE(has(lab.run("scmi clock info 64"), "30 31 32\n"));
}

TEST(ShellScmi, resets_are_listed_with_what_they_can_do) {
  ScmiLab lab;
  const Lines said = lab.lines("scmi reset list");
  EXPECT_EQ(said.size(), 18u);  // 18 ids and a hole, and the header
  EXPECT_EQ(said[6], "    5         20 async notify mmc0");
  EXPECT_EQ(said[10], "    9    unknown              eth0");
  EXPECT_TRUE(has(lab.run("scmi reset list -l"), "display-controller-and-its-panel"));
  EXPECT_TRUE(is_whole(lab.run("scmi reset list -j")));
}

TEST(ShellScmi, resets_are_held_let_go_and_pulsed) {
  ScmiLab lab;
  EXPECT_EQ(lab.run("scmi reset assert 2; scmi reset deassert 2; scmi reset pulse 2; scmi reset pulse 5 async"), "");
  EXPECT_EQ(lab.error, kNone);
  EXPECT_EQ(lab.run("scmi reset assert 99"), "error: reset 99: not found (NOT_FOUND)\n");
  EXPECT_EQ(lab.run("scmi reset pulse 14"), "error: reset 14: permission denied (DENIED)\n");
}

TEST(ShellScmi, agents_are_allowed_and_reset_by_the_words_of_uboot) {
  ScmiLab lab;
  EXPECT_EQ(lab.run("scmi perm_proto 2 1 0x14 0"), "");
  EXPECT_EQ(lab.secondary.set_rate(13, 24'000'000), platform_test::kDenied);
  EXPECT_EQ(lab.run("scmi reset 2 1"), "");
  EXPECT_EQ(lab.secondary.set_rate(13, 24'000'000), platform_test::kSuccess);
  EXPECT_EQ(lab.run("scmi perm_proto 2 1 0x114 0"), "error: usage: scmi perm_proto AGENT DEVICE PROTOCOL on|off|1|0\n");
  EXPECT_EQ(lab.run("scmi dev 1; scmi perm_dev 1 1 off"), "error: scmi perm_dev: permission denied (DENIED)\n");
}

TEST(ShellScmi, a_notification_is_one_line_where_another_protocol_has_a_channel_of_its_own) {
  ScmiLab lab;
  Line reset(*lab.platform, lab.machine.timeline, 1, uint8_t(scmi::Protocol::Reset));
  ASSERT_TRUE(ScmiLab::instances()[0]->add(*reset.client, uint8_t(scmi::Protocol::Reset)));
  ASSERT_EQ(lab.run("scmi clock notify 13 on; scmi reset notify 1 on"), "");
  lab.secondary.set_rate(13, 24'000'000);
  lab.first.events.deliver();
  EXPECT_EQ(lab.run("sleep 1"), "scmi 0: clock 13 changed to 24000000 Hz by agent 2\n");
  lab.run("scmi reset pulse 1");
  lab.first.events.deliver();
  EXPECT_EQ(lab.run("sleep 1"), "scmi 0: reset 1 issued, state 0x0 by agent 1\n")
      << "it hears what comes over the other";
}

TEST(ShellScmi, notifications_print_a_line_each) {
  ScmiLab lab;
  EXPECT_EQ(
      lab.run("scmi clock notify 13 on; scmi clock notify 13 on requests; scmi reset notify 1 on; scmi errors on"), "");
  lab.secondary.set_rate(13, 24'000'000);
  lab.platform->complete();
  lab.first.events.deliver();
  std::string said = lab.run("sleep 1");
  for (int i = 0; i < 5; ++i) {
    lab.first.events.deliver();
    said += lab.run("sleep 1");
  }
  EXPECT_TRUE(has(said, "scmi 0: clock 13 changed to 24000000 Hz by agent 2\n")) << said;
  lab.run("scmi reset pulse 1");
  lab.first.events.deliver();
  EXPECT_TRUE(has(lab.run("sleep 1"), "scmi 0: reset 1 issued, state 0x0 by agent 1\n"));
  const auto error_shown = [&] {
    lab.platform->report_error(2, scmi::Header{0x5014}, false);
    lab.first.events.deliver();
    return has(lab.run("sleep 1"), "error");
  };
  EXPECT_TRUE(error_shown());
  EXPECT_EQ(lab.run("scmi clock notify 13 off; scmi reset notify 1 off; scmi errors off"), "");
  EXPECT_FALSE(error_shown());
}

TEST(ShellScmi, a_notification_that_is_cut_short_is_shown_as_such) {
  ScmiLab lab;
  lab.run("scmi clock notify 13 on");
  auto& area = lab.first.memory.area();
  area.message[0] = platform_test::notification(scmi::clock::wire::kRateChanged);
  area.length = 4;
  area.status = 0;
  EXPECT_TRUE(has(lab.run("sleep 1"), "cut short"));
}

TEST(ShellScmi, a_raw_message_shows_header_status_and_words) {
  ScmiLab lab;
  lab.run("scmi stats");
  const Lines said = lab.lines("scmi raw 0x14 6 6");
  ASSERT_EQ(said.size(), 4u);
  EXPECT_EQ(said[0].substr(0, 7), "header ");
  EXPECT_EQ(said[1], "status 0 success");
  EXPECT_EQ(said[2], "0x2a05f200");
  EXPECT_EQ(said[3], "0x00000001");
  EXPECT_EQ(lab.lines("scmi raw 0x14 6 99")[1], "status -4 not found (NOT_FOUND)");
  EXPECT_EQ(lab.error, kNone);
  EXPECT_EQ(lab.run("scmi raw 0x114 0"), "error: usage: scmi raw PROTOCOL MESSAGE [N...]\n");
  EXPECT_EQ(lab.run("scmi raw 0x14 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27"),
            "error: scmi raw: no space in a fixed table\n");
}

TEST(ShellScmi, every_fault_is_a_named_error_and_the_next_command_works) {
  const std::pair<Fault, std::string_view> faults[] = {
      {Fault::Silence, "channel left busy"},    {Fault::WrongToken, "wrong token"},
      {Fault::WrongProtocol, "wrong protocol"}, {Fault::WrongMessage, "wrong protocol, message"},
      {Fault::WrongType, "message or type"},    {Fault::Short, "too short"},
      {Fault::ZeroLength, "too short"},         {Fault::Length3, "too short"},
      {Fault::Long, "longer than its memory"},  {Fault::ErrorBit, "error bit"},
      {Fault::Busy, "channel left busy"},       {Fault::StatusPositive, "outside the specification"},
      {Fault::StatusVendor, "vendor's own"},    {Fault::NoSmc, "nobody serves"}};
  for (const auto& [fault, words] : faults) {
    ScmiLab lab;
    lab.set(fault);
    const Lines said = lab.lines("scmi clock rate 6");
    ASSERT_EQ(said.size(), 1u);
    EXPECT_EQ(said[0].find("error: clock 6: "), 0u) << said[0];
    EXPECT_TRUE(has(said[0], words)) << said[0];
    EXPECT_EQ(lab.run("scmi clock rate 6"), "5000000000\n");
  }
}

TEST(ShellScmi, lists_that_lie_end_with_an_error) {
  for (const auto fault : {Fault::BadCounts, Fault::EndlessPages, Fault::EmptyPages}) {
    ScmiLab lab;
    lab.set(fault, 0);
    EXPECT_EQ(lab.lines("scmi clock rates 7").back().find("error: clock 7: "), 0u);
    EXPECT_LT(lab.sent(), 200u);
  }
}

TEST(ShellScmi, the_trace_tells_the_last_messages_in_words) {
  ScmiLab lab;
  lab.run("scmi clock rate 6; scmi clock rate 99");
  const Lines said = lab.lines("scmi trace");
  ASSERT_GE(said.size(), 3u);
  const std::string last = said.back();
  EXPECT_TRUE(has(last, "clock    RATE_GET")) << last;
  EXPECT_TRUE(has(last, "0x63")) << last;
  EXPECT_TRUE(has(last, "-4 not found (NOT_FOUND)")) << last;
  EXPECT_TRUE(has(said[said.size() - 2], "0 success"));
  EXPECT_TRUE(is_whole(lab.run("scmi trace -j")));
}

TEST(ShellScmi, the_trace_holds_the_newest_messages_only) {
  ScmiLab lab;
  lab.run("scmi clock list");
  EXPECT_EQ(lab.lines("scmi trace").size(), 1 + scmi::Client::kTraceLength);
}

TEST(ShellScmi, statistics_count_what_went_wrong) {
  ScmiLab lab;
  lab.run("scmi clock rate 1; scmi clock rate 1");
  lab.set(Fault::WrongToken);
  lab.run("scmi clock rate 1");
  EXPECT_EQ(lab.lines("scmi stats")[1],
            "       0 default        3        2         0         1    0             0       0          0");
  EXPECT_TRUE(has(lab.run("scmi stats -j"), "\"sent\":3,\"answered\":2,\"timed_out\":0,\"malformed\":1,"));
}

TEST(ShellScmi, bench_sends_as_many_calls_as_it_is_told) {
  ScmiLab lab;
  for (const char* what : {"", " rate", " attributes", " reset", " version", " ahead"}) {
    const uint32_t before = lab.sent();
    const std::string said = lab.run("bench scmi 10" + std::string(what));
    EXPECT_EQ(said.find("10 calls, "), 0u) << said;
    EXPECT_GE(lab.sent() - before, 10u);
    EXPECT_LE(lab.sent() - before, 15u);
  }
  EXPECT_EQ(lab.run("bench scmi 0"), "0 calls, 0 ticks, 0 ns each\n");
  lab.set(Fault::ErrorBit, 1, 5);
  EXPECT_EQ(lab.run("bench scmi 100"), "error: clock 0: platform set the channel's error bit\n");
  EXPECT_EQ(lab.run("bench scmi 10 nonsense"), "error: usage: bench scmi N [rate|attributes|reset|version|ahead]\n");
}

TEST(ShellScmi, older_platforms_work_as_well) {
  for (const auto release : {Release::V1_0, Release::V2_0, Release::V3_0, Release::V3_1}) {
    ScmiLab lab(release);
    EXPECT_EQ(lab.lines("scmi clock list").size(), 69u);
    EXPECT_EQ(lab.lines("scmi clock tree").size(), 69u);
    EXPECT_EQ(lab.run("scmi clock enable 13"), "");
    EXPECT_TRUE(lab.firmware.enabled(13));
    EXPECT_GE(lab.lines("scmi info").size(), 9u);
  }
}

}  // namespace
}  // namespace shell_test
