// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/reset.hh"

#include <gtest/gtest.h>

#include "tests/fake/channel.hh"

namespace {

using fake::Answer;
using fake::join;
using fake::kSuccess;
using fake::text;
using fake::Words;
using scmi::command;
using scmi::Header;
using scmi::MessageType;
using scmi::Protocol;
using scmi::reset::Id;
using Attributes = scmi::reset::wire::DomainAttributes;

constexpr scmi::Command message(uint8_t id) { return command(Protocol::Reset, id); }

struct ScmiReset : testing::Test {
  fake::Channel c;
  fake::Server& server = c.server;
  scmi::reset::Reset reset{c.client};

  Words arguments() { return Words(server.seen.back().begin() + 1, server.seen.back().end()); }
  void completes(Words payload) {
    server.on(message(4), [this, payload](const Words&) -> Answer {
      const uint32_t done = server.last().word | uint32_t(MessageType::DelayedResponse) << 8;
      c.timeline.after(100'000, [this, done, payload] { c.platform.send(join({{done}, payload})); });
      return {kSuccess};
    });
  }
};

TEST_F(ScmiReset, the_number_of_domains_is_half_a_word) {
  server.on(message(1), {kSuccess, 0xffff'0010});
  EXPECT_EQ(reset.count(), 16u);
}

TEST_F(ScmiReset, a_domain_tells_its_name_latency_and_abilities) {
  server.on(message(3), join({{kSuccess, 0xe000'0000, 1500}, text("usb_controller_0")}));
  const auto info = reset.info(Id(3));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->name.text(), "usb_controller_0");
  EXPECT_EQ(info->latency, 1500u);
  EXPECT_TRUE(info->has(Attributes::kAsynchronous));
  EXPECT_TRUE(info->has(Attributes::kNotify));
  EXPECT_TRUE(info->has(Attributes::kExtendedName));
  EXPECT_EQ(arguments(), Words{3});
}

TEST_F(ScmiReset, a_latency_may_be_unknown) {
  server.on(message(3), join({{kSuccess, 0, 0xffff'ffff}, text("pcie")}));
  EXPECT_EQ(reset.info(Id(0))->latency, scmi::reset::kUnknownLatency);
}

TEST_F(ScmiReset, a_whole_name_has_up_to_64_characters) {
  const std::string name(64, 'r');
  server.on(message(6), join({{kSuccess, 0}, text(name, 64)}));
  EXPECT_EQ(reset.name(Id(3))->text(), name);
  EXPECT_EQ(arguments(), Words{3});
}

TEST_F(ScmiReset, a_line_is_asserted_and_released) {
  server.on(message(4), {kSuccess});
  EXPECT_EQ(error_of(reset.set_asserted(Id(2), true)), kNone);
  EXPECT_EQ(arguments(), (Words{2, 1 << 1, 0}));
  EXPECT_EQ(error_of(reset.set_asserted(Id(2), false)), kNone);
  EXPECT_EQ(arguments(), (Words{2, 0, 0}));
  EXPECT_EQ(error_of(reset.set_asserted(Id(2), true, 0x8000'0001)), kNone);
  EXPECT_EQ(arguments(), (Words{2, 1 << 1, 0x8000'0001}));
}

TEST_F(ScmiReset, a_pulse_is_the_platforms_to_end) {
  server.on(message(4), {kSuccess});
  EXPECT_EQ(error_of(reset.pulse(Id(2))), kNone);
  EXPECT_EQ(arguments(), (Words{2, 1 << 0, 0}));
}

TEST_F(ScmiReset, a_pulse_can_be_waited_for) {
  completes({kSuccess, 2});
  EXPECT_EQ(error_of(reset.pulse_and_wait(Id(2))), kNone);
  EXPECT_EQ(arguments(), (Words{2, 1 << 0 | 1 << 2, 0}));
  EXPECT_GE(c.timeline.elapsed(), 100'000u);
}

TEST_F(ScmiReset, a_pulse_that_ends_badly_says_why) {
  completes({uint32_t(Error::HardwareError), 2});
  EXPECT_EQ(error_of(reset.pulse_and_wait(Id(2))), Error::HardwareError);
  completes({kSuccess, 3});
  EXPECT_EQ(error_of(reset.pulse_and_wait(Id(2))), Error::Malformed) << "another domain";
  completes({kSuccess});
  EXPECT_EQ(error_of(reset.pulse_and_wait(Id(2))), Error::ReplyShort);
  server.on(message(4), Error::NotSupported);
  EXPECT_EQ(error_of(reset.pulse_and_wait(Id(2))), Error::NotSupported);
}

TEST_F(ScmiReset, notifications_are_switched) {
  server.on(message(5), {kSuccess});
  EXPECT_EQ(error_of(reset.notify(Id(1), true)), kNone);
  EXPECT_EQ(arguments(), (Words{1, 1}));
  EXPECT_EQ(error_of(reset.notify(Id(1), false)), kNone);
  EXPECT_EQ(arguments(), (Words{1, 0}));
}

TEST_F(ScmiReset, every_refusal_keeps_its_name) {
  for (const uint8_t id : {0x1, 0x3, 0x4, 0x5, 0x6}) server.on(message(id), Error::Denied);
  EXPECT_EQ(error_of(reset.count()), Error::Denied);
  EXPECT_EQ(error_of(reset.info(Id(0))), Error::Denied);
  EXPECT_EQ(error_of(reset.name(Id(0))), Error::Denied);
  EXPECT_EQ(error_of(reset.set_asserted(Id(0), true)), Error::Denied);
  EXPECT_EQ(error_of(reset.pulse(Id(0))), Error::Denied);
  EXPECT_EQ(error_of(reset.notify(Id(0), true)), Error::Denied);
}

TEST_F(ScmiReset, every_answer_one_word_too_short_is_short) {
  server.on(message(1), {kSuccess});
  server.on(message(3), join({{kSuccess, 1}, text("")}));
  server.on(message(6), join({{kSuccess}, text("", 64)}));
  EXPECT_EQ(error_of(reset.count()), Error::ReplyShort);
  EXPECT_EQ(error_of(reset.info(Id(0))), Error::ReplyShort);
  EXPECT_EQ(error_of(reset.name(Id(0))), Error::ReplyShort);
}

}  // namespace
