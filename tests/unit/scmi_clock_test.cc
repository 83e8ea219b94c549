// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/clock.hh"

#include <gtest/gtest.h>

#include "tests/fake/channel.hh"
#include "tests/fake/rates.hh"

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
using scmi::clock::Id;
using scmi::clock::Round;
using Attributes = scmi::clock::wire::Attributes;

constexpr scmi::Command message(uint8_t id) { return command(Protocol::Clock, id); }
constexpr uint64_t kFastest = 0x1'2a05'f200;  // 5 GHz

struct ScmiClock : testing::Test {
  fake::Channel c;
  fake::Server& server = c.server;
  scmi::clock::Clock clock{c.client};

  Words arguments() { return Words(server.seen.back().begin() + 1, server.seen.back().end()); }
};

TEST_F(ScmiClock, counts_come_out_of_one_word) {
  server.on(message(1), {kSuccess, 0xff05'0140});
  const auto counts = clock.counts();
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->clocks, 0x140u);
  EXPECT_EQ(counts->pending, 5u);
}

TEST_F(ScmiClock, attributes_of_version_1_have_no_delay) {
  server.on(message(3), join({{kSuccess, 1}, text("uart")}));
  const auto info = clock.info(Id(7));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->name.text(), "uart");
  EXPECT_TRUE(info->enabled());
  EXPECT_EQ(info->enable_delay, 0u);
  EXPECT_EQ(arguments(), Words{7});
}

TEST_F(ScmiClock, attributes_since_version_2_tell_the_delay_and_more) {
  server.on(message(3), join({{kSuccess, 0xf800'0002}, text("pll_cpu_0_high_f"), {250}}));
  const auto info = clock.info(Id(0));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->name.text(), "pll_cpu_0_high_f") << "sixteen characters, no end";
  EXPECT_FALSE(info->enabled());
  EXPECT_EQ(info->enable_delay, 250u);
  for (const uint32_t bit :
       {Attributes::kRestricted, Attributes::kExtendedConfig, Attributes::kParents, Attributes::kExtendedName,
        Attributes::kRateChangeRequestedNotify, Attributes::kRateChangedNotify})
    EXPECT_TRUE(info->has(bit)) << std::hex << bit;
}

TEST_F(ScmiClock, a_hole_in_the_ids_is_not_found) {
  EXPECT_EQ(error_of(clock.info(Id(5))), Error::NotFound);
  EXPECT_EQ(error_of(clock.rate(Id(5))), Error::NotFound);
}

TEST_F(ScmiClock, a_whole_name_has_up_to_64_characters) {
  const std::string name(64, 'n');
  server.on(message(8), join({{kSuccess, 0}, text(name, 64)}));
  EXPECT_EQ(clock.name(Id(3))->text(), name);
  EXPECT_EQ(arguments(), Words{3});
  server.on(message(8), join({{kSuccess, 0}, text("a_name_longer_than_16", 64)}));
  EXPECT_EQ(clock.name(Id(3))->text(), "a_name_longer_than_16");
  server.on(message(8), join({{kSuccess, 0}, text("cut", 60)}));
  EXPECT_EQ(error_of(clock.name(Id(3))), Error::ReplyShort);
}

TEST_F(ScmiClock, a_rate_joins_both_words) {
  server.on(message(6), {kSuccess, uint32_t(kFastest), uint32_t(kFastest >> 32)});
  EXPECT_EQ(clock.rate(Id(2)), kFastest);
  EXPECT_EQ(arguments(), Words{2});
  server.on(message(6), {kSuccess, 0xffff'ffff, 0xffff'ffff});
  EXPECT_EQ(clock.rate(Id(2)), UINT64_MAX);
}

TEST_F(ScmiClock, a_rate_is_set_with_both_words_and_the_rounding) {
  server.on(message(5), {kSuccess});
  EXPECT_EQ(error_of(clock.set_rate(Id(4), kFastest)), kNone);
  EXPECT_EQ(arguments(), (Words{1 << 3, 4, uint32_t(kFastest), 1}));
  EXPECT_EQ(error_of(clock.set_rate(Id(4), 100, Round::Down)), kNone);
  EXPECT_EQ(arguments(), (Words{0, 4, 100, 0}));
  EXPECT_EQ(error_of(clock.set_rate(Id(4), 100, Round::Up)), kNone);
  EXPECT_EQ(arguments(), (Words{1 << 2, 4, 100, 0}));
  server.on(message(5), Error::OutOfRange);
  EXPECT_EQ(error_of(clock.set_rate(Id(4), 1)), Error::OutOfRange);
}

TEST_F(ScmiClock, a_rate_set_asynchronously_is_the_one_that_the_completion_tells) {
  server.on(message(5), [this](const Words& arguments) -> Answer {
    EXPECT_EQ(arguments, (Words{1 << 2 | 1, 4, uint32_t(kFastest), 1}));
    const Header done{server.last().word | uint32_t(MessageType::DelayedResponse) << 8};
    c.timeline.after(300'000, [this, done] { c.platform.send({done.word, kSuccess, 4, 7, 1}); });
    return {kSuccess};
  });
  EXPECT_EQ(clock.set_rate_and_wait(Id(4), kFastest, Round::Up), 0x1'0000'0007u);
}

TEST_F(ScmiClock, enabling_has_one_bit_until_version_2_and_a_third_word_from_3) {
  for (const uint32_t version : {0x10000u, 0x20000u, 0x2ffffu}) {
    fake::Channel old;
    old.server.speaks(Protocol::Clock, version);
    old.server.on(message(7), {kSuccess});
    scmi::clock::Clock old_clock(old.client);
    EXPECT_EQ(error_of(old_clock.enable(Id(6), true)), kNone);
    EXPECT_EQ(Words(old.server.seen.back().begin() + 1, old.server.seen.back().end()), (Words{6, 1}));
    EXPECT_EQ(error_of(old_clock.enable(Id(6), false)), kNone);
    EXPECT_EQ(Words(old.server.seen.back().begin() + 1, old.server.seen.back().end()), (Words{6, 0}));
    EXPECT_EQ(old.server.seen.size(), 3u) << "the version is asked once";
  }
  for (const uint32_t version : {0x30000u, 0x30001u, 0x40000u}) {
    fake::Channel current;
    current.server.speaks(Protocol::Clock, version);
    current.server.on(message(7), {kSuccess});
    scmi::clock::Clock current_clock(current.client);
    EXPECT_EQ(error_of(current_clock.enable(Id(6), true)), kNone);
    EXPECT_EQ(Words(current.server.seen.back().begin() + 1, current.server.seen.back().end()), (Words{6, 1, 0}));
    EXPECT_EQ(error_of(current_clock.enable(Id(6), false)), kNone);
    EXPECT_EQ(Words(current.server.seen.back().begin() + 1, current.server.seen.back().end()), (Words{6, 0, 0}));
  }
}

TEST_F(ScmiClock, enabling_follows_the_version_that_was_negotiated) {
  server.speaks(Protocol::Clock, 0x30000);
  server.on(message(7), {kSuccess});
  server.on(message(0x10), {kSuccess});
  EXPECT_EQ(error_of(clock.enable(Id(6), true)), kNone);
  EXPECT_EQ(arguments(), (Words{6, 1, 0}));
  EXPECT_EQ(error_of(c.client.negotiate(Protocol::Clock, 0x20000)), kNone);
  EXPECT_EQ(error_of(clock.enable(Id(6), true)), kNone);
  EXPECT_EQ(arguments(), (Words{6, 1}));
}

TEST_F(ScmiClock, enabling_without_a_version_fails_and_changes_nothing) {
  server.on(message(7), {kSuccess});
  EXPECT_EQ(error_of(clock.enable(Id(6), true)), Error::NotFound);
  EXPECT_EQ(server.count(message(7)), 0u);
}

TEST_F(ScmiClock, the_configuration_tells_state_and_extended_value) {
  server.on(message(0xb), {kSuccess, 0x0001'0000, 0xffff'fff1, 50});
  const auto config = clock.config(Id(9), 1);
  ASSERT_TRUE(config);
  EXPECT_TRUE(config->enabled());
  EXPECT_EQ(config->attributes, 0x0001'0000u);
  EXPECT_EQ(config->extended_value, 50u);
  EXPECT_EQ(arguments(), (Words{9, 1}));
  server.on(message(0xb), {kSuccess, 0, 0xffff'fffe, 0});
  EXPECT_FALSE(clock.config(Id(9))->enabled());
  EXPECT_EQ(arguments(), (Words{9, 0}));
}

TEST_F(ScmiClock, an_extended_value_leaves_the_state_alone) {
  server.on(message(7), {kSuccess});
  EXPECT_EQ(error_of(clock.set_extended(Id(9), 0x80, 1234)), kNone);
  EXPECT_EQ(arguments(), (Words{9, 0x80u << 16 | 3, 1234}));
}

TEST_F(ScmiClock, a_parent_is_read_and_set) {
  server.on(message(0xd), {kSuccess});
  server.on(message(0xe), {kSuccess, 17});
  EXPECT_EQ(clock.parent(Id(4)), Id(17));
  EXPECT_EQ(arguments(), Words{4});
  EXPECT_EQ(error_of(clock.set_parent(Id(4), Id(18))), kNone);
  EXPECT_EQ(arguments(), (Words{4, 18}));
  server.on(message(0xd), Error::InvalidParameters);
  EXPECT_EQ(error_of(clock.set_parent(Id(4), Id(18))), Error::InvalidParameters);
}

TEST_F(ScmiClock, permissions_are_a_word_of_bits) {
  using scmi::clock::wire::GetPermissions;
  server.on(message(0xf), {kSuccess, GetPermissions::kState | GetPermissions::kRate});
  EXPECT_EQ(clock.permissions(Id(4)), GetPermissions::kState | GetPermissions::kRate);
}

TEST_F(ScmiClock, both_kinds_of_notification_are_switched) {
  server.on(message(9), {kSuccess});
  server.on(message(0xa), {kSuccess});
  EXPECT_EQ(error_of(clock.notify_rate(Id(4), true)), kNone);
  EXPECT_EQ(arguments(), (Words{4, 1}));
  EXPECT_EQ(error_of(clock.notify_rate(Id(4), false)), kNone);
  EXPECT_EQ(arguments(), (Words{4, 0}));
  EXPECT_EQ(error_of(clock.notify_rate_requests(Id(5), true)), kNone);
  EXPECT_EQ(server.last().message(), 0xa);
  EXPECT_EQ(arguments(), (Words{5, 1}));
}

TEST_F(ScmiClock, a_discrete_list_is_no_triplet) {
  server.on(message(4), {kSuccess, 2, 10, 0, uint32_t(kFastest), 1});
  const auto rates = fake::rates_of(c.client, 3);
  EXPECT_EQ(rates.hertz, (std::vector<uint64_t>{10, kFastest}));
  EXPECT_EQ(rates.end, kNone);
  EXPECT_FALSE(rates.triplet);
  EXPECT_EQ(arguments(), (Words{3, 0}));
}

TEST_F(ScmiClock, a_range_is_a_triplet_of_lowest_highest_and_step) {
  server.on(message(4), {kSuccess, 1u << 12 | 3, 1000, 0, uint32_t(kFastest), 1, 500, 0});
  const auto rates = fake::rates_of(c.client, 3);
  EXPECT_EQ(rates.hertz, (std::vector<uint64_t>{1000, kFastest, 500}));
  EXPECT_EQ(rates.end, kNone);
  EXPECT_TRUE(rates.triplet);
  EXPECT_EQ(server.seen.size(), 1u) << "a triplet of three asks nobody who the vendor is";
}

TEST_F(ScmiClock, a_triplet_of_another_size_is_not_believed) {
  server.on(message(3), join({{kSuccess}, text("x")}));
  for (const uint32_t counts : {0u, 2u, 4u, 1u << 16 | 3}) {
    server.on(message(4), {kSuccess, 1u << 12 | counts, 1, 0, 2, 0, 3, 0, 4, 0});
    EXPECT_EQ(fake::rates_of(c.client, 3).end, Error::BadCount) << std::hex << counts;
  }
}

TEST_F(ScmiClock, every_answer_one_word_too_short_is_short) {
  for (const uint8_t id : {0x1, 0xe, 0xf, 0x4, 0xc}) server.on(message(id), {kSuccess});
  server.on(message(3), join({{kSuccess}, text("")}));
  server.on(message(6), {kSuccess, 1});
  server.on(message(8), join({{kSuccess}, text("", 64)}));
  server.on(message(0xb), {kSuccess, 1, 2});
  EXPECT_EQ(error_of(clock.counts()), Error::ReplyShort);
  EXPECT_EQ(error_of(clock.info(Id(0))), Error::ReplyShort);
  EXPECT_EQ(error_of(clock.rate(Id(0))), Error::ReplyShort);
  EXPECT_EQ(error_of(clock.name(Id(0))), Error::ReplyShort);
  EXPECT_EQ(error_of(clock.config(Id(0))), Error::ReplyShort);
  EXPECT_EQ(error_of(clock.parent(Id(0))), Error::ReplyShort);
  EXPECT_EQ(error_of(clock.permissions(Id(0))), Error::ReplyShort);
  EXPECT_EQ(error_of(clock.rates(Id(0)).next()), Error::ReplyShort);
  EXPECT_EQ(error_of(clock.possible_parents(Id(0)).next()), Error::ReplyShort);
}

}  // namespace
