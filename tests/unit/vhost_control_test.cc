// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/control.hh"

#include "scmi/base.hh"
#include "tests/unit/vhost_lab.hh"

namespace vhost_test {
namespace {

struct Controlled : Lab {
  std::string operator()(std::string_view line) {
    const std::string answer = control.execute(line);
    step();
    return answer;
  }
  /// Asks to hear of something.
  void ask(scmi::Command command, const Words& payload) {
    send(7, command, payload);
    step();
    EXPECT_EQ(answer(7, 2)[1], 0u);
    offer_event_buffers(4);
  }
  Control control{server};
};

TEST(VhostControl, a_rate_that_another_agent_sets_is_heard_of) {
  Controlled it;
  it.ask(scmi::clock::wire::RateNotify::kCommand, {12, 1});
  EXPECT_EQ(it("notify rate 12 48000000"), "ok");
  ASSERT_EQ(it.events.used_index(), 1);
  EXPECT_EQ(it.event(0)[3], 48'000'000u);
}

TEST(VhostControl, a_reset_by_another_agent_is_heard_of) {
  Controlled it;
  it.ask(scmi::reset::wire::ResetNotify::kCommand, {0, 1});
  EXPECT_EQ(it("notify reset 0"), "ok");
  ASSERT_EQ(it.events.used_index(), 1);
  EXPECT_EQ(scmi::Header{it.event(0)[0]}.protocol(), 0x16);
}

TEST(VhostControl, an_error_event_is_fatal_only_when_told) {
  Controlled it;
  it.ask(scmi::base::wire::NotifyErrors::kCommand, {1});
  EXPECT_EQ(it("notify error"), "ok");
  EXPECT_EQ(it("notify error fatal"), "ok");
  ASSERT_EQ(it.events.used_index(), 2);
  EXPECT_EQ(it.event(0)[2] >> 31, 0u);
  EXPECT_EQ(it.event(1)[2] >> 31, 1u);
}

TEST(VhostControl, a_raw_notification_goes_out_whatever_it_is) {
  Controlled it;
  it.offer_event_buffers(5);
  const char* const kLines[] = {"notify raw 0x42 7", "notify raw 0x42 7 1", "notify raw 0x42 7 1 2",
                                "notify raw 0x42 7 1 2 3", "notify raw 0x42 7 1 2 3 0xffffffff"};
  for (uint16_t i = 0; i < 5; ++i) {
    EXPECT_EQ(it(kLines[i]), "ok");
    ASSERT_EQ(it.events.used_index(), i + 1);
    EXPECT_EQ(it.event(i).size(), i + 1u);
    EXPECT_EQ(scmi::Header{it.event(i)[0]}.protocol(), 0x42);
  }
  EXPECT_EQ(it.event(4)[4], UINT32_MAX);
}

TEST(VhostControl, any_agent_can_be_made_to_act) {
  Controlled it;
  EXPECT_EQ(it("act 2 0x14 6 12"), "ok 24000000 0");
  EXPECT_EQ(it("act 3 0x14 5 0 12 48000000 0"), "error: agent 3: permission denied (DENIED)");
}

TEST(VhostControl, a_fault_is_set_and_refused) {
  Controlled it;
  EXPECT_EQ(it("fault silence"), "ok");
  it.rate_get(0);
  it.step();
  EXPECT_EQ(it.commands.used_index(), 0);
  EXPECT_TRUE(it("fault busy").starts_with("error: fault 'busy'"));
}

TEST(VhostControl, the_counts_are_those_of_the_messages) {
  Controlled it;
  it.offer_event_buffers(1);
  it.rate_get(0);
  it.rate_get(1);
  it("notify raw 0x10 0");
  EXPECT_EQ(it("stats"), "ok commands=2 answers=2 delayed=0 notifications=1 dropped=0");
}

TEST(VhostControl, what_it_does_not_know_is_an_error_of_one_line) {
  Controlled it;
  for (const char* line : {"", "no-such", "notify", "notify no-such", "notify rate", "notify rate 1", "notify rate x 1",
                           "notify error no", "notify raw 256 1", "notify raw 1 1 1 2 3 4 5", "act 0 0x14 6 1",
                           "act 9 0x14 6 1", "act 1", "fault", "notify reset 99", "notify rate 99 1"}) {
    const std::string answer = it(line);
    EXPECT_TRUE(answer.starts_with("error: ")) << line << ": " << answer;
    EXPECT_EQ(answer.find('\n'), std::string::npos);
  }
  EXPECT_FALSE(it.control.quits());
}

TEST(VhostControl, quit_is_heard) {
  Controlled it;
  EXPECT_EQ(it("quit"), "ok");
  EXPECT_TRUE(it.control.quits());
}

}  // namespace
}  // namespace vhost_test
