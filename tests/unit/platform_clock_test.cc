// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/platform_agent.hh"

namespace platform_test {
namespace {

namespace wire = scmi::clock::wire;
using scmi::command;
using scmi::Protocol;
using scmi::platform::kReference;
using scmi::platform::Release;

constexpr uint32_t kAsync = wire::RateSet::kAsynchronous, kIgnore = wire::RateSet::kIgnoreDelayed;
constexpr uint32_t kUp = 1 << 2, kNearest = 2 << 2;

/// All rates that DESCRIBE_RATES tells, page after page, in replies of `room` bytes.
std::vector<uint64_t> rates(TestAgent& agent, uint32_t clock, uint32_t room, unsigned& pages) {
  std::vector<uint64_t> all;
  for (pages = 0; pages < 1000;) {
    const Reply reply = agent.ask(wire::DescribeRates::kCommand, {clock, uint32_t(all.size())}, room);
    if (reply.status != 0 || reply.words.size() != 1 + 2 * (reply.word(0) & 0xfff)) return {};
    ++pages;
    for (size_t i = 1; i < reply.words.size(); i += 2) all.push_back(scmi::join(reply.words[i], reply.words[i + 1]));
    if (reply.word(0) >> 16 == 0) return all;
  }
  return {};
}

TEST(PlatformClock, attributes_count_clocks_and_pending_changes) {
  World world;
  EXPECT_EQ(world.firmware.ask(wire::ProtocolAttributes{}).words, Words{4 << 16 | 72});
  world.platform->set_hears(1, false);
  EXPECT_EQ(world.firmware.ask(wire::ProtocolAttributes{}).words, Words{72});
}

TEST(PlatformClock, every_clock_tells_its_name_state_and_delay) {
  World world;
  unsigned holes = 0;
  for (uint32_t id = 0; id < kReference.clocks.size(); ++id) {
    const auto& clock = kReference.clocks[id];
    const Reply reply = world.firmware.ask(wire::Attributes{.clock = id});
    if (!clock.name || !(clock.seen_by & 2)) {
      EXPECT_EQ(reply.status, kNotFound) << id;
      ++holes;
      continue;
    }
    EXPECT_EQ(reply.words.size(), 6u) << id;
    EXPECT_EQ(reply.text(1, 16), std::string(clock.name).substr(0, 15)) << id;
    EXPECT_EQ(reply.word(5), clock.enable_delay) << id;
  }
  EXPECT_EQ(holes, 4u);
}

TEST(PlatformClock, attribute_bits_say_what_a_clock_can_do) {
  World world;
  const auto bits = [&](uint32_t id) { return world.firmware.ask(wire::Attributes{.clock = id}).word(0); };
  EXPECT_EQ(bits(Oscillator), 0xc000'0003u);  // on, restricted
  EXPECT_EQ(bits(Silent), 0x0000'0003u);      // no notifications
  EXPECT_EQ(bits(Uart0), 0xd000'0001u);       // parents
  EXPECT_EQ(bits(LongName), 0xf000'0000u);    // extended name
  EXPECT_EQ(bits(AudioClock), 0xd800'0000u);  // extended configuration
}

TEST(PlatformClock, an_agent_without_a_channel_for_events_is_not_offered_any) {
  World world;
  world.platform->set_hears(1, false);
  EXPECT_EQ(world.firmware.ask(wire::Attributes{.clock = Uart0}).word(0), 0x1000'0001u);
  EXPECT_EQ(world.firmware.status(wire::RateNotify{.clock = Uart0, .enable = 1}), kNotSupported);
  EXPECT_EQ(world.firmware.set_rate(Uart0, 48'000'000, kAsync), kNotSupported);
  EXPECT_EQ(world.firmware.rate(Uart0), 24'000'000u);
}

TEST(PlatformClock, version_1_0_has_no_delay_and_one_attribute_bit) {
  World world(Release::V2_0);
  const Reply reply = world.firmware.ask(wire::Attributes{.clock = Uart0});
  EXPECT_EQ(reply.words.size(), 5u);
  EXPECT_EQ(reply.word(0), 1u);
}

TEST(PlatformClock, version_2_0_has_names_and_notifications_but_no_parents) {
  World world(Release::V3_1);
  const Reply reply = world.firmware.ask(wire::Attributes{.clock = LongName});
  EXPECT_EQ(reply.words.size(), 6u);
  EXPECT_EQ(reply.word(0), 0xe000'0000u);
}

TEST(PlatformClock, a_name_of_fifteen_letters_is_short_and_one_of_sixteen_is_long) {
  World world;
  EXPECT_EQ(world.firmware.ask(wire::Attributes{.clock = FifteenLetters}).text(1, 16), "fifteen-letters");
  EXPECT_EQ(world.firmware.status(wire::NameGet{.clock = FifteenLetters}), kNotFound);
  EXPECT_EQ(world.firmware.ask(wire::Attributes{.clock = SixteenLetters}).text(1, 16), "sixteen--letter");
  EXPECT_EQ(world.firmware.ask(wire::NameGet{.clock = SixteenLetters}).text(1, 64), "sixteen--letters");
}

TEST(PlatformClock, the_longest_names_arrive_whole) {
  World world;
  const Reply reply = world.firmware.ask(wire::NameGet{.clock = LongestName});
  EXPECT_EQ(reply.word(0), 0u);
  EXPECT_EQ(reply.text(1, 64), kReference.clocks[LongestName].name);
}

TEST(PlatformClock, lists_of_rates_arrive_whole_whatever_the_room) {
  World world;
  for (const uint32_t room : {80u, 84u, 104u, 128u, 4072u}) {
    unsigned pages;
    const auto all = rates(world.firmware, CpuCluster0, room, pages);
    ASSERT_EQ(all.size(), 241u) << room;
    EXPECT_EQ(all.front(), 200'000'000u);
    EXPECT_EQ(all.back(), 3'200'000'000u);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    EXPECT_EQ(pages, (241 + (room / 4 - 3) / 2 - 1) / ((room / 4 - 3) / 2)) << room;
  }
}

TEST(PlatformClock, rates_above_4_ghz_have_their_upper_word) {
  World world;
  unsigned pages;
  EXPECT_EQ(rates(world.firmware, Serdes, 104, pages).back(), 5'000'000'000u);
  EXPECT_EQ(world.firmware.ask(wire::RateGet{.clock = Serdes}).words, (Words{705'032'704, 1}));
}

TEST(PlatformClock, a_range_is_three_words_in_one_page) {
  World world;
  EXPECT_EQ(world.firmware.ask(wire::DescribeRates{.clock = Spi0, .index = 0}).words,
            (Words{0x1003, 1'000'000, 0, 200'000'000, 0, 1'000'000, 0}));
  EXPECT_EQ(world.firmware.status(wire::DescribeRates{.clock = Spi0, .index = 1}), kOutOfRange);
}

TEST(PlatformClock, an_index_past_the_last_rate_is_out_of_range) {
  World world;
  for (const uint32_t index : {241u, 242u, 0xffff'ffffu})
    EXPECT_EQ(world.firmware.status(wire::DescribeRates{.clock = CpuCluster0, .index = index}), kOutOfRange);
  EXPECT_EQ(world.firmware.ask(wire::DescribeRates{.clock = CpuCluster0, .index = 240}).words.size(), 3u);
}

// Every message about a clock, with an id beyond the count, in a hole, and of a clock that the agent may not see.
TEST(PlatformClock, ids_that_are_no_clocks_are_not_found) {
  constexpr uint32_t kWords[] = {1, 2, 4, 1, 3, 1, 2, 2, 2, 2, 2, 1, 1};  // from message 3 on
  World world;
  for (uint8_t message = 3; message <= 0xf; ++message)
    for (const uint32_t id : {72u, 0xffffu, 0xffff'ffffu, uint32_t(Hole), uint32_t(SecondariesUart)}) {
      Words payload(kWords[message - 3]);
      payload[message == 5 ? 1 : 0] = id;
      EXPECT_EQ(world.firmware.ask(command(Protocol::Clock, message), payload).status, kNotFound)
          << int(message) << ' ' << id;
    }
}

TEST(PlatformClock, a_rate_of_the_list_is_set_and_read_back) {
  World world;
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000), kSuccess);
  EXPECT_EQ(world.firmware.rate(Mmc0), 52'000'000u);
  EXPECT_EQ(world.firmware.set_rate(Serdes, 3'125'000'000), kSuccess);
  EXPECT_EQ(world.firmware.rate(Serdes), 3'125'000'000u);
}

TEST(PlatformClock, a_rate_between_two_is_rounded_as_the_flags_say) {
  World world;
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 51'500'000), kSuccess);
  EXPECT_EQ(world.firmware.rate(Mmc0), 50'000'000u);
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 50'500'000, kUp), kSuccess);
  EXPECT_EQ(world.firmware.rate(Mmc0), 52'000'000u);
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 50'500'000, kNearest), kSuccess);
  EXPECT_EQ(world.firmware.rate(Mmc0), 50'000'000u);
}

TEST(PlatformClock, a_rate_that_cannot_be_is_invalid_and_changes_nothing) {
  World world;
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 399'999), kInvalid);
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 208'000'001, kUp), kInvalid);
  EXPECT_EQ(world.firmware.rate(Mmc0), 400'000u);
}

TEST(PlatformClock, reserved_rate_flags_are_invalid) {
  World world;
  for (const uint32_t flags : {3u << 2, 1u << 4, 1u << 31, 0xffff'fff0u})
    EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000, flags), kInvalid) << flags;
  EXPECT_EQ(world.firmware.rate(Mmc0), 400'000u);
}

TEST(PlatformClock, an_asynchronous_change_happens_later_and_is_answered_with_its_token) {
  World world;
  EXPECT_EQ(world.firmware.set_rate(Serdes, 5'000'000'000, kAsync), kSuccess);
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'001, kAsync), kSuccess);
  const uint32_t header = world.firmware.last.word;
  EXPECT_TRUE(world.platform->pending());
  EXPECT_EQ(world.firmware.rate(Mmc0), 400'000u);
  EXPECT_EQ(world.firmware.event(), Words{});
  world.platform->complete();
  EXPECT_FALSE(world.platform->pending());
  EXPECT_EQ(world.firmware.rate(Mmc0), 52'000'000u);
  const Words first = world.firmware.event();
  EXPECT_EQ(Words(first.begin() + 1, first.end()), (Words{0, Serdes, 705'032'704, 1}));
  EXPECT_EQ(world.firmware.event(), (Words{header | 2 << 8, 0, Mmc0, 52'000'000, 0}));
}

TEST(PlatformClock, an_asynchronous_change_can_go_without_a_delayed_response) {
  World world;
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000, kAsync | kIgnore), kSuccess);
  world.platform->complete();
  EXPECT_EQ(world.firmware.rate(Mmc0), 52'000'000u);
  EXPECT_EQ(world.firmware.event(), Words{});
}

TEST(PlatformClock, more_asynchronous_changes_than_announced_are_busy) {
  World world;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000, kAsync), kSuccess);
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000, kAsync), kBusy);
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 25'000'000), kSuccess);
  world.platform->complete();
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000, kAsync), kSuccess);
}

TEST(PlatformClock, delayed_responses_are_not_lost_to_a_flood_of_notifications) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::RateChangeRequestedNotify{.clock = Mmc0, .enable = 1}), kSuccess);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(world.firmware.set_rate(Serdes, 1'250'000'000, kAsync), kSuccess);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000), kSuccess);
  world.platform->complete();
  unsigned delayed = 0, notifications = 0;
  for (Words event = world.firmware.event(); !event.empty(); event = world.firmware.event())
    ++((event[0] >> 8 & 3) == 2 ? delayed : notifications);
  EXPECT_EQ(delayed, 4u);
  EXPECT_EQ(notifications, 12u);
  EXPECT_EQ(world.platform->outbox(1).dropped(), 88u);
}

TEST(PlatformClock, with_no_room_for_a_delayed_response_the_command_is_busy) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::RateChangeRequestedNotify{.clock = Mmc0, .enable = 1}), kSuccess);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000), kSuccess);
  EXPECT_EQ(world.firmware.set_rate(Serdes, 1'250'000'000, kAsync), kBusy);
  EXPECT_NE(world.firmware.event(), Words{});
  EXPECT_EQ(world.firmware.set_rate(Serdes, 1'250'000'000, kAsync), kSuccess);
}

TEST(PlatformClock, a_change_is_told_to_those_who_asked_with_the_agent_that_made_it) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::RateNotify{.clock = Serdes, .enable = 1}), kSuccess);
  EXPECT_EQ(world.secondary.set_rate(Serdes, 1'250'000'000), kSuccess);
  EXPECT_EQ(world.firmware.event(), (Words{notification(wire::kRateChanged), 2, Serdes, 1'250'000'000, 0}));
  EXPECT_EQ(world.secondary.set_rate(Serdes, 1'250'000'000), kSuccess);  // no change
  EXPECT_EQ(world.firmware.event(), Words{});
  EXPECT_EQ(world.secondary.event(), Words{});
}

TEST(PlatformClock, notifications_end_when_they_are_switched_off) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::RateNotify{.clock = Mmc0, .enable = 1}), kSuccess);
  EXPECT_EQ(world.firmware.status(wire::RateNotify{.clock = Mmc0, .enable = 0}), kSuccess);
  EXPECT_EQ(world.secondary.set_rate(Mmc0, 52'000'000), kSuccess);
  EXPECT_EQ(world.firmware.event(), Words{});
}

TEST(PlatformClock, a_request_is_told_with_the_rate_that_was_wished) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::RateChangeRequestedNotify{.clock = Mmc0, .enable = 1}), kSuccess);
  EXPECT_EQ(world.secondary.set_rate(Mmc0, 400'001), kSuccess);
  EXPECT_EQ(world.firmware.event(), (Words{notification(wire::kRateChangeRequested), 2, Mmc0, 400'001, 0}));
  EXPECT_EQ(world.firmware.event(), Words{});
}

TEST(PlatformClock, notifications_are_refused_by_a_clock_without_any_and_with_a_bad_switch) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::RateNotify{.clock = Silent, .enable = 1}), kNotSupported);
  EXPECT_EQ(world.firmware.status(wire::RateChangeRequestedNotify{.clock = Silent, .enable = 1}), kNotSupported);
  EXPECT_EQ(world.firmware.status(wire::RateNotify{.clock = Mmc0, .enable = 2}), kInvalid);
  EXPECT_EQ(world.firmware.status(wire::RateChangeRequestedNotify{.clock = Mmc0, .enable = 2}), kInvalid);
}

TEST(PlatformClock, a_clock_is_enabled_and_disabled_and_attributes_say_so) {
  World world;
  EXPECT_FALSE(world.firmware.enabled(Mmc0));
  EXPECT_EQ(world.firmware.enable(Mmc0, true), kSuccess);
  EXPECT_TRUE(world.firmware.enabled(Mmc0));
  EXPECT_EQ(world.firmware.enable(Mmc0, false), kSuccess);
  EXPECT_FALSE(world.firmware.enabled(Mmc0));
}

TEST(PlatformClock, setting_the_state_that_is_there_succeeds) {
  World world;
  EXPECT_EQ(world.firmware.enable(Mmc0, false), kSuccess);
  EXPECT_EQ(world.firmware.enable(Uart0, true), kSuccess);
  EXPECT_EQ(world.firmware.enable(Uart0, true), kSuccess);
  EXPECT_EQ(world.firmware.enable(Uart0, false), kSuccess);  // one request is withdrawn once
  EXPECT_FALSE(world.firmware.enabled(Uart0));
}

TEST(PlatformClock, before_3_0_a_configuration_is_one_bit_and_two_words) {
  for (const Release release : {Release::V1_0, Release::V3_1}) {
    World world(release);
    EXPECT_EQ(world.firmware.status(wire::ConfigSet{.clock = Mmc0, .attributes = 1}), kSuccess);
    EXPECT_TRUE(world.firmware.enabled(Mmc0));
    EXPECT_EQ(world.firmware.status(wire::ConfigSet{.clock = Mmc0, .attributes = 2}), kInvalid);
    EXPECT_EQ(world.firmware.enable(Mmc0, false), kProtocolError);
    EXPECT_TRUE(world.firmware.enabled(Mmc0));
  }
}

TEST(PlatformClock, an_agent_that_negotiated_2_0_speaks_its_layout) {
  World world;
  EXPECT_EQ(world.firmware.ask(command(Protocol::Clock, 0x10), {0x20000}).status, kSuccess);
  EXPECT_EQ(world.firmware.status(wire::ConfigSet{.clock = Mmc0, .attributes = 1}), kSuccess);
  EXPECT_EQ(world.firmware.ask(wire::Attributes{.clock = Mmc0}).word(0), 0xc000'0001u);
  EXPECT_EQ(world.firmware.status(wire::ParentGet{.clock = Mmc0}), kNotFound);
}

TEST(PlatformClock, reserved_configuration_bits_are_invalid) {
  World world;
  for (const uint32_t attributes : {2u, 4u, 1u | 1u << 15, 1u | 1u << 24, 1u | 1u << 31})
    EXPECT_EQ(world.firmware.status(wire::ConfigSet3{.clock = Mmc0, .attributes = attributes, .extended_value = 0u}),
              kInvalid)
        << attributes;
  EXPECT_FALSE(world.firmware.enabled(Mmc0));
}

TEST(PlatformClock, a_duty_cycle_is_set_without_touching_the_state) {
  World world;
  const auto set = [&](uint32_t id, uint32_t attributes, uint32_t value) {
    return world.firmware.status(wire::ConfigSet3{.clock = id, .attributes = attributes, .extended_value = value});
  };
  const auto get = [&] { return world.firmware.ask(wire::ConfigGet{.clock = Pwm0, .flags = 1}).words; };
  EXPECT_EQ(get(), (Words{0, 0, 25}));
  EXPECT_EQ(set(Pwm0, 1 << 16 | 3, 60), kSuccess);
  EXPECT_EQ(get(), (Words{0, 0, 60}));
  EXPECT_EQ(set(Pwm0, 1 << 16 | 1, 61), kSuccess);
  EXPECT_EQ(get(), (Words{0, 1, 61}));
  EXPECT_EQ(set(Pwm0, 1 << 16 | 3, 0), kInvalid);
  EXPECT_EQ(set(Pwm0, 1 << 16 | 3, 101), kInvalid);
  EXPECT_EQ(set(Pwm0, 2 << 16 | 3, 60), kNotSupported);
  EXPECT_EQ(set(Mmc0, 1 << 16 | 3, 60), kNotSupported);
  EXPECT_EQ(get(), (Words{0, 1, 61}));
}

TEST(PlatformClock, a_configuration_is_read_back) {
  World world;
  EXPECT_EQ(world.firmware.ask(wire::ConfigGet{.clock = Uart0, .flags = 0}).words, (Words{0, 1, 0}));
  EXPECT_EQ(world.firmware.ask(wire::ConfigGet{.clock = Mmc0, .flags = 0}).words, (Words{0, 0, 0}));
  EXPECT_EQ(world.firmware.status(wire::ConfigGet{.clock = Mmc0, .flags = 1}), kNotSupported);
  EXPECT_EQ(world.firmware.status(wire::ConfigGet{.clock = Pwm0, .flags = 2}), kNotSupported);
  EXPECT_EQ(world.firmware.status(wire::ConfigGet{.clock = Pwm0, .flags = 0x101}), kInvalid);
}

TEST(PlatformClock, possible_parents_arrive_whole) {
  World world;
  const auto& expected = kReference.clocks[Clkout0].parents;
  Words all;
  for (unsigned pages = 0; pages < 10; ++pages) {
    const Reply reply = world.firmware.ask(wire::PossibleParentsGet{.clock = Clkout0, .index = uint32_t(all.size())});
    ASSERT_EQ(reply.status, kSuccess);
    ASSERT_EQ(reply.words.size(), 1 + (reply.word(0) & 0xff));
    all.insert(all.end(), reply.words.begin() + 1, reply.words.end());
    if (reply.word(0) >> 24 == 0) break;
  }
  EXPECT_EQ(all, Words(expected.begin(), expected.end()));
  EXPECT_EQ(world.firmware.status(wire::PossibleParentsGet{.clock = Clkout0, .index = uint32_t(all.size())}),
            kOutOfRange);
}

TEST(PlatformClock, a_parent_is_chosen_among_the_possible_ones) {
  World world;
  const auto parent = [&] { return world.firmware.ask(wire::ParentGet{.clock = Clkout1}).words; };
  EXPECT_EQ(parent(), Words{0});
  EXPECT_EQ(world.firmware.status(wire::ParentSet{.clock = Clkout1, .parent = 2}), kSuccess);
  EXPECT_EQ(parent(), Words{2});
  for (const uint32_t other : {3u, 72u, uint32_t(Hole), 0xffff'ffffu, 0x1'0002u})
    EXPECT_EQ(world.firmware.status(wire::ParentSet{.clock = Clkout1, .parent = other}), kInvalid) << other;
  EXPECT_EQ(parent(), Words{2});
}

TEST(PlatformClock, a_clock_without_parents_says_so) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::PossibleParentsGet{.clock = I2c0, .index = 0}), kNotSupported);
  EXPECT_EQ(world.firmware.status(wire::ParentGet{.clock = I2c0}), kNotSupported);
  EXPECT_EQ(world.firmware.status(wire::ParentSet{.clock = I2c0, .parent = 0}), kNotSupported);
}

TEST(PlatformClock, a_parent_changes_no_rate) {
  World world;
  const uint64_t before = world.firmware.rate(Clkout1);
  EXPECT_EQ(world.firmware.status(wire::ParentSet{.clock = Clkout1, .parent = 2}), kSuccess);
  EXPECT_EQ(world.firmware.set_rate(2, 600'000'000), kSuccess);
  EXPECT_EQ(world.firmware.rate(Clkout1), before);
}

TEST(PlatformClock, permissions_tell_what_is_denied_then) {
  World world;
  const auto may = [](TestAgent& agent, uint32_t id) { return agent.ask(wire::GetPermissions{.clock = id}).word(0); };
  EXPECT_EQ(may(world.firmware, Uart0), 0xe000'0000u);
  EXPECT_EQ(may(world.firmware, I2c0), 0xa000'0000u);
  EXPECT_EQ(may(world.firmware, Oscillator), 0u);
  EXPECT_EQ(may(world.secondary, I2c3), 0x2000'0000u);
  EXPECT_EQ(may(world.observer, Uart0), 0u);
  EXPECT_EQ(world.firmware.set_rate(Oscillator, 24'000'000), kDenied);
  EXPECT_EQ(world.firmware.enable(Oscillator, true), kDenied);
  EXPECT_EQ(world.secondary.enable(I2c3, true), kDenied);
  EXPECT_EQ(world.secondary.set_rate(I2c3, 100'000'000), kSuccess);
  EXPECT_EQ(world.observer.set_rate(Uart0, 48'000'000), kDenied);
  EXPECT_EQ(world.observer.enable(Uart0, false), kDenied);
  EXPECT_EQ(world.observer.status(wire::ParentSet{.clock = Uart0, .parent = 0}), kDenied);
  EXPECT_EQ(world.observer.rate(Uart0), 24'000'000u);
}

}  // namespace
}  // namespace platform_test
