// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/instance.hh"

#include <gtest/gtest.h>

#include "scmi/reset.hh"
#include "tests/fake/platform.hh"
#include "tests/fake/result.hh"
#include "tests/fake/timeline.hh"

namespace {

using fake::kSuccess;
using scmi::command;
using scmi::Instance;
using scmi::Protocol;

struct Wires {
  fake::Timeline timeline;
  fake::Platform platform[Instance::kMostChannels + 1];
  scmi::Client client[Instance::kMostChannels + 1] = {
      {platform[0], timeline.time}, {platform[1], timeline.time}, {platform[2], timeline.time},
      {platform[3], timeline.time}, {platform[4], timeline.time}, {platform[5], timeline.time},
      {platform[6], timeline.time}, {platform[7], timeline.time}, {platform[8], timeline.time}};
};
static_assert(Instance::kMostChannels == 8);

TEST(ScmiInstance, the_first_channel_serves_what_has_none_of_its_own) {
  Wires wires;
  Instance instance("scmi");
  ASSERT_TRUE(instance.add(wires.client[0]));
  ASSERT_TRUE(instance.add(wires.client[1], 0x14));
  EXPECT_EQ(&instance.client(Protocol::Base), &wires.client[0]);
  EXPECT_EQ(&instance.client(Protocol::Clock), &wires.client[1]);
  EXPECT_EQ(&instance.client(Protocol::Reset), &wires.client[0]);
  EXPECT_EQ(instance.name(), "scmi");
  ASSERT_EQ(instance.channels().size(), 2u);
  EXPECT_EQ(instance.channels()[1].protocol, 0x14);
  EXPECT_TRUE(instance.channels()[1].serves(Protocol::Clock));
  EXPECT_FALSE(instance.channels()[1].serves(Protocol::Reset));
}

TEST(ScmiInstance, a_channel_for_one_protocol_knows_the_channel_of_base) {
  Wires wires;
  Instance instance("scmi");
  ASSERT_TRUE(instance.add(wires.client[0]));
  ASSERT_TRUE(instance.add(wires.client[1], 0x14));
  EXPECT_FALSE(wires.client[1].has(scmi::Quirk::TripletCountedAsOne));
  EXPECT_FALSE(wires.platform[0].server.seen.empty());
  EXPECT_TRUE(wires.platform[1].server.seen.empty());
}

TEST(ScmiInstance, channels_are_limited) {
  Wires wires;
  Instance instance("scmi");
  for (size_t i = 0; i < Instance::kMostChannels; ++i) ASSERT_TRUE(instance.add(wires.client[i], uint8_t(i)));
  EXPECT_EQ(error_of(instance.add(wires.client[Instance::kMostChannels], 0x16)), Error::NoSpace);
  EXPECT_EQ(instance.channels().size(), Instance::kMostChannels);
}

TEST(ScmiInstance, what_arrives_on_any_channel_is_delivered) {
  Wires wires;
  Instance instance("scmi");
  for (size_t i = 0; i < 3; ++i) ASSERT_TRUE(instance.add(wires.client[i], uint8_t(i)));
  const uint32_t event = scmi::Header::make(command(Protocol::Clock, 0), scmi::MessageType::Notification, 0).word;
  wires.platform[1].send({event, 1});
  wires.platform[2].send({event, 2});
  wires.platform[2].send({event, 3});
  EXPECT_EQ(instance.poll(), 3u);
  EXPECT_EQ(instance.poll(), 0u);
  EXPECT_EQ(wires.client[2].statistics().notifications, 2u);
}

TEST(ScmiInstance, channels_fail_and_count_each_for_itself) {
  Wires wires;
  Instance instance("scmi");
  ASSERT_TRUE(instance.add(wires.client[0]));
  ASSERT_TRUE(instance.add(wires.client[1], 0x14));
  wires.platform[0].server.on(command(Protocol::Reset, 1), {kSuccess, 5});
  wires.platform[1].server.spoil_next([](fake::Answer& a) { a.silent = true; });
  EXPECT_EQ(error_of(instance.client(Protocol::Clock).one_word(command(Protocol::Clock, 1))), Error::ChannelHeld);
  EXPECT_EQ(instance.client(Protocol::Reset).one_word(command(Protocol::Reset, 1)), 5u);
  EXPECT_EQ(wires.client[0].statistics().malformed, 0u);
  EXPECT_EQ(wires.client[1].statistics().malformed, 1u);
}

// In a process of its own: the table has no way back, and others use it too.
TEST(ScmiInstance, the_table_keeps_order_and_says_when_it_is_full) {
  const auto fill = [] {
    const size_t before = scmi::instances().size();
    size_t added = 0;
    for (Result<Instance*> fresh = scmi::add_instance("first"); fresh; fresh = scmi::add_instance("next")) {
      ++added;
      if (scmi::instances().size() != before + added) std::exit(1);
      if (&scmi::instances().back() != *fresh) std::exit(2);
      if (added > 100) std::exit(3);
    }
    if (added < 2) std::exit(4);
    if (scmi::instances()[before].name() != "first" || scmi::instances()[before + 1].name() != "next") std::exit(5);
    if (error_of(scmi::add_instance("over")) != Error::NoSpace) std::exit(6);
    std::exit(0);
  };
  EXPECT_EXIT(fill(), testing::ExitedWithCode(0), "");
}

// A reset channel of its own without a P2A area: what the platform sends for it comes over the default channel.
TEST(ScmiInstance, a_delayed_response_over_the_default_channel_reaches_the_client_that_waits) {
  Wires wires;
  Instance instance("scmi");
  ASSERT_TRUE(instance.add(wires.client[0]));
  ASSERT_TRUE(instance.add(wires.client[1], 0x16));
  fake::Server& server = wires.platform[1].server;
  server.on(command(Protocol::Reset, 4), [&](const fake::Words&) -> fake::Answer {
    const uint32_t done = server.last().word | uint32_t(scmi::MessageType::DelayedResponse) << 8;
    wires.platform[0].send({done, kSuccess, 5});
    return {kSuccess};
  });
  scmi::reset::Reset reset(instance.client(Protocol::Reset));
  EXPECT_TRUE(reset.pulse_and_wait(scmi::reset::Id(5)));
  EXPECT_EQ(wires.client[0].statistics().late, 0u);
}

TEST(ScmiInstance, a_notification_over_the_default_channel_reaches_the_listener_of_another) {
  Wires wires;
  Instance instance("scmi");
  ASSERT_TRUE(instance.add(wires.client[0]));
  ASSERT_TRUE(instance.add(wires.client[1], 0x16));
  unsigned heard = 0;
  constexpr auto kIssued = command(Protocol::Reset, 0);
  ASSERT_TRUE(instance.client(Protocol::Reset)
                  .listen(
                      kIssued,
                      [](void* count, scmi::Header, std::span<const uint32_t>) { ++*static_cast<unsigned*>(count); },
                      &heard));
  wires.platform[0].send({scmi::Header::make(kIssued, scmi::MessageType::Notification, 0).word, 1, 5, 0});
  instance.poll();
  EXPECT_EQ(heard, 1u);
}

}  // namespace
