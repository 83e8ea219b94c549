// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/platform/smt.hh"

#include <gtest/gtest.h>

#include "tests/unit/platform_shared.hh"

namespace platform_test {
namespace {

namespace base = scmi::base::wire;
namespace clock = scmi::clock::wire;
using scmi::Area;
using scmi::Protocol;
using scmi::platform::Channel;
using scmi::platform::EventChannel;

TEST(PlatformSmt, a_channel_begins_free_and_without_error) {
  World world;
  SharedChannel shared(*world.platform, 1);
  EXPECT_EQ(shared.area().status, Area::kFree);
}

TEST(PlatformSmt, a_command_is_answered_in_place_and_the_channel_given_back) {
  World world;
  SharedChannel shared(*world.platform, 1);
  shared.send(clock::RateGet::kCommand, {Serdes});
  shared.channel.serve();
  EXPECT_EQ(shared.area().status, Area::kFree);
  EXPECT_EQ(shared.message(), (Words{shared.header, 0, 705'032'704, 1}));
}

TEST(PlatformSmt, a_ring_without_a_command_changes_nothing) {
  World world;
  SharedChannel shared(*world.platform, 1);
  shared.area().length = 8;
  shared.area().message[0] = 0x1234;
  shared.channel.serve();
  EXPECT_EQ(shared.area().length, 8u);
  EXPECT_EQ(shared.area().message[0], 0x1234u);
  EXPECT_EQ(shared.area().status, Area::kFree);
}

TEST(PlatformSmt, a_length_that_cannot_be_is_answered_with_the_error_bit_and_protocol_error) {
  for (const uint32_t length : {0u, 1u, 3u, 129u - 24, 4096u, 0xffff'ffffu}) {
    World world;
    SharedChannel shared(*world.platform, 1);
    shared.send(base::Attributes::kCommand, {});
    shared.area().length = length;
    shared.channel.serve();
    EXPECT_EQ(shared.area().status, Area::kFree | Area::kError) << length;
    EXPECT_EQ(shared.message(), (Words{shared.header, uint32_t(kProtocolError)})) << length;
    shared.send(base::Attributes::kCommand, {});
    shared.channel.serve();
    EXPECT_EQ(shared.area().status, Area::kFree);
    EXPECT_EQ(shared.message().size(), 3u);
  }
}

TEST(PlatformSmt, a_damaged_message_is_an_error_event) {
  World world;
  SharedChannel shared(*world.platform, 1);
  EXPECT_EQ(world.secondary.status(base::NotifyErrors{.enable = 1}), kSuccess);
  shared.send(base::Attributes::kCommand, {});
  shared.area().length = 2;
  shared.channel.serve();
  EXPECT_EQ(world.secondary.event(), (Words{notification(base::kErrorEvent), 1, 1, shared.header, 0}));
}

TEST(PlatformSmt, a_request_as_long_as_the_area_is_read_without_leaving_it) {
  World world;
  SharedChannel shared(*world.platform, 1);
  shared.send(base::Attributes::kCommand, Words(25));
  EXPECT_EQ(shared.area().length, 104u);
  shared.channel.serve();
  EXPECT_EQ(shared.message(), (Words{shared.header, uint32_t(kProtocolError)}));
}

TEST(PlatformSmt, replies_stay_within_a_small_area) {
  World world;
  SharedChannel shared(*world.platform, 1, 104);  // 80 bytes for messages
  shared.send(clock::DescribeRates::kCommand, {CpuCluster0, 0});
  shared.channel.serve();
  EXPECT_EQ(shared.message().size(), 19u);
  EXPECT_EQ(shared.message()[2], (241u - 8) << 16 | 8);
}

TEST(PlatformSmt, replies_stay_short_in_a_large_area) {
  World world;
  SharedChannel shared(*world.platform, 1, 4096);
  shared.send(clock::DescribeRates::kCommand, {CpuCluster0, 0});
  shared.channel.serve();
  EXPECT_LE(shared.area().length, Channel::kMostReply);
  EXPECT_EQ(shared.message()[2], (241u - 11) << 16 | 11);
}

TEST(PlatformSmt, a_channel_of_one_protocol_does_not_serve_another) {
  World world;
  SharedChannel shared(*world.platform, 1, 128, uint8_t(Protocol::Reset));
  shared.send(clock::RateGet::kCommand, {Uart0});
  shared.channel.serve();
  EXPECT_EQ(shared.message(), (Words{shared.header, uint32_t(kNotSupported)}));
  shared.send(scmi::command(Protocol::Reset, 0), {});
  shared.channel.serve();
  EXPECT_EQ(shared.message(), (Words{shared.header, 0, 0x30001}));
}

TEST(PlatformSmt, each_channel_speaks_for_its_agent) {
  World world;
  SharedChannel first(*world.platform, 1), second(*world.platform, 2);
  for (SharedChannel* each : {&first, &second}) {
    each->send(base::DiscoverAgent::kCommand, {0xffff'ffff});
    each->channel.serve();
  }
  EXPECT_EQ(first.message()[2], 1u);
  EXPECT_EQ(second.message()[2], 2u);
}

TEST(PlatformSmt, a_channel_handed_back_is_free_and_empty) {
  World world;
  SharedChannel shared(*world.platform, 1);
  shared.send(base::Attributes::kCommand, {});
  shared.channel.give_up();
  EXPECT_EQ(shared.area().status, Area::kFree);
  EXPECT_EQ(shared.area().length, 0u);
}

TEST(PlatformSmt, events_come_one_by_one_as_the_agent_takes_them) {
  World world;
  SharedMemory memory(64);
  EventChannel events(*world.platform, 1);
  events.open(&memory.area());
  EXPECT_FALSE(events.deliver());
  EXPECT_EQ(memory.area().status, Area::kFree);

  EXPECT_EQ(world.firmware.status(clock::RateNotify{.clock = Mmc0, .enable = 1}), kSuccess);
  EXPECT_EQ(world.secondary.set_rate(Mmc0, 52'000'000), kSuccess);
  EXPECT_EQ(world.secondary.set_rate(Mmc0, 25'000'000), kSuccess);
  EXPECT_TRUE(events.deliver());
  EXPECT_EQ(memory.area().status, 0u);
  EXPECT_EQ(memory.message(), (Words{notification(clock::kRateChanged), 2, Mmc0, 52'000'000, 0}));
  EXPECT_TRUE(events.waiting());
  EXPECT_FALSE(events.deliver());  // the first has not been taken
  EXPECT_EQ(memory.message()[3], 52'000'000u);

  memory.area().status = Area::kFree;
  EXPECT_TRUE(events.deliver());
  EXPECT_EQ(without_token(memory.message()[0]), notification(clock::kRateChanged));
  EXPECT_EQ(memory.message()[3], 25'000'000u);
  EXPECT_FALSE(events.waiting());
}

TEST(PlatformSmt, an_agent_is_offered_events_once_its_channel_is_open) {
  World world;
  world.platform->set_hears(1, false);
  EXPECT_EQ(world.firmware.status(clock::RateNotify{.clock = Mmc0, .enable = 1}), kNotSupported);
  SharedMemory memory(64);
  EventChannel events(*world.platform, 1);
  events.open(&memory.area());
  EXPECT_EQ(world.firmware.status(clock::RateNotify{.clock = Mmc0, .enable = 1}), kSuccess);
}

TEST(PlatformSmt, tokens_of_notifications_roll) {
  World world;
  EXPECT_EQ(world.firmware.status(base::NotifyErrors{.enable = 1}), kSuccess);
  for (uint32_t i = 0; i < 2000; ++i) {
    world.platform->report_error(2, {0}, false);
    const Words event = world.firmware.event();
    ASSERT_EQ(event.size(), 5u);
    EXPECT_EQ(event[0] >> 18, i & 0x3ff);
    EXPECT_EQ(event[0] >> 28, 0u);
  }
}

TEST(PlatformSmt, work_is_announced_until_it_is_taken_up) {
  World world;
  EXPECT_FALSE(world.platform->has_work());
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000, 1), kSuccess);
  EXPECT_TRUE(world.platform->has_work());
  world.platform->rest();
  EXPECT_FALSE(world.platform->has_work());
  EXPECT_EQ(world.firmware.rate(Mmc0), 400'000u);
  EXPECT_FALSE(world.platform->has_work());
  world.platform->complete();
  EXPECT_TRUE(world.platform->has_work());
}

}  // namespace
}  // namespace platform_test
