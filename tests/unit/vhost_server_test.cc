// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/server.hh"

#include "scmi/base.hh"
#include "tests/unit/vhost_lab.hh"

namespace vhost_test {
namespace {
namespace clock = scmi::clock::wire;
namespace reset = scmi::reset::wire;

constexpr uint32_t kUart0 = 12, kResetMmc0 = 5;
constexpr uint32_t kAsynchronous = reset::Reset::kAutonomous | reset::Reset::kAsynchronous;

TEST(VhostServer, a_command_is_answered_and_the_guest_interrupted) {
  Lab it;
  it.rate_get(0);
  it.step();
  EXPECT_TRUE(it.answered_well(0));
  EXPECT_EQ(it.commands.used_index(), 1);
  EXPECT_EQ(it.commands.used_entry(0), (DriverRing::Used{0, 16}));
  EXPECT_TRUE(rang(it.call));
}

TEST(VhostServer, commands_that_are_in_flight_together_are_all_answered) {
  Lab it;
  for (uint32_t slot = 0; slot < 8; ++slot) it.rate_get(slot);
  it.step();
  for (uint32_t slot = 0; slot < 8; ++slot) EXPECT_TRUE(it.answered_well(slot)) << slot;
  EXPECT_EQ(it.commands.used_index(), 8);
}

TEST(VhostServer, an_error_is_answered_with_its_status_alone) {
  Lab it;
  it.rate_get(1, 999);
  it.step();
  EXPECT_EQ(it.answer(1, 3), (Words{it.good(1)[0], uint32_t(-4), 0xdead'beef}));
  EXPECT_EQ(it.commands.used_entry(0), (DriverRing::Used{2, 8}));
}

TEST(VhostServer, a_command_without_room_for_its_reply_gets_an_error_or_nothing) {
  Lab it;
  it.send(0, clock::RateGet::kCommand, {6}, 12);
  it.step();
  EXPECT_EQ(it.answer(0, 3), (Words{it.good(0)[0], uint32_t(-10), 0xdead'beef}));
  it.send(1, clock::RateGet::kCommand, {6}, 4);
  it.send(2, clock::RateGet::kCommand, {6}, 0);
  it.step();
  EXPECT_EQ(it.commands.used_entry(1), (DriverRing::Used{2, 0}));
  EXPECT_EQ(it.commands.used_entry(2), (DriverRing::Used{4, 0}));
  EXPECT_EQ(it.answer(1, 1), Words{0xdead'beef});
}

TEST(VhostServer, a_command_without_a_header_comes_back_empty) {
  Lab it;
  it.commands.descriptor(0, 0x10000, 3, DriverRing::kNext, 1);
  it.commands.descriptor(1, 0x10200, 128, DriverRing::kWrite);
  it.commands.offer(0);
  it.backend.queue(0).kicked = true;
  it.step();
  EXPECT_EQ(it.commands.used_entry(0), (DriverRing::Used{0, 0}));
}

TEST(VhostServer, a_command_longer_than_any_is_refused_and_answered) {
  for (const uint32_t size : {uint32_t{4073}, uint32_t{100'000}}) {
    Lab it;
    it.guest.put(0x20000, {it.good(0)[0], 6});
    it.commands.descriptor(0, 0x20000, size, DriverRing::kNext, 1);
    it.commands.descriptor(1, Lab::answer_at(0), 128, DriverRing::kWrite);
    it.commands.offer(0);
    it.backend.queue(0).kicked = true;
    it.step();
    EXPECT_EQ(it.answer(0, 2), (Words{it.good(0)[0], uint32_t(-10)})) << size;
  }
}

TEST(VhostServer, a_delay_holds_answers_back_and_then_gives_them_in_order) {
  Lab it({.release = scmi::platform::Release::V3_2, .agent = 1, .delay = 5'000});
  it.rate_get(0);
  it.step();
  it.rate_get(1);
  it.step(1'000);
  EXPECT_EQ(it.commands.used_index(), 0);
  EXPECT_EQ(it.server.due(), it.now + 4'000);
  it.step(4'000);
  EXPECT_EQ(it.commands.used_index(), 1);
  it.step(1'000);
  EXPECT_EQ(it.commands.used_index(), 2);
  EXPECT_TRUE(it.answered_well(0) && it.answered_well(1));
}

TEST(VhostServer, what_is_only_slow_is_answered_before_the_queue_stops) {
  Lab it({.release = scmi::platform::Release::V3_2, .agent = 1, .delay = 5'000});
  it.rate_get(0);
  it.step();
  it.handle(FrontEnd::with(Request::GetVringBase, VringState{0, 0}));
  EXPECT_EQ(it.commands.used_index(), 1);
  EXPECT_TRUE(it.answered_well(0));
}

TEST(VhostServer, a_notification_goes_to_the_guest_that_asked_for_it) {
  Lab it;
  it.offer_event_buffers(2);
  it.send(0, clock::RateNotify::kCommand, {kUart0, 1});
  it.step();
  it.rate_get(1);
  scmi::platform::Request request{.header = {uint32_t(clock::RateSet::kCommand)}, .size = 16, .words = {}};
  request.words = {0, kUart0, 48'000'000, 0};
  uint32_t reply[26];
  ASSERT_EQ(it.server.platform().serve(2, request, {reply, sizeof reply}), 8u);
  it.step();
  ASSERT_EQ(it.events.used_index(), 1);
  const Words event = it.event(0);
  ASSERT_EQ(event.size(), 5u);
  EXPECT_EQ(scmi::Header{event[0]}.type(), scmi::MessageType::Notification);
  EXPECT_EQ(event[2], kUart0);
  EXPECT_EQ(event[3], 48'000'000u);
  EXPECT_TRUE(rang(it.event_call));
}

TEST(VhostServer, a_delayed_response_waits_until_there_is_a_buffer) {
  Lab it;
  it.send(0, reset::Reset::kCommand, {kResetMmc0, kAsynchronous, 0});
  it.step();
  EXPECT_EQ(it.answer(0, 2)[1], 0u);
  it.step(10'000);
  it.step(10'000);
  EXPECT_EQ(it.events.used_index(), 0);
  it.offer_event_buffers(1);
  it.step();
  ASSERT_EQ(it.events.used_index(), 1);
  const scmi::Header header{it.event(0)[0]};
  EXPECT_EQ(header.type(), scmi::MessageType::DelayedResponse);
  EXPECT_EQ(it.event(0)[1], 0u);
}

TEST(VhostServer, notifications_that_nobody_takes_are_dropped_and_counted) {
  Lab it;
  for (uint32_t i = 0; i < 40; ++i)
    it.server.platform().notify(1, scmi::command(scmi::Protocol::Base, 0), {1, i, 0, 0});
  it.step();
  EXPECT_GT(it.server.dropped(), 0u);
  const uint32_t kept = 40 - it.server.dropped();
  for (uint32_t i = 0; i < 40; i += 8) {
    it.offer_event_buffers(8);
    it.step();
  }
  EXPECT_EQ(it.events.used_index(), kept);
}

TEST(VhostServer, without_the_feature_nothing_is_sent_and_an_asynchronous_command_is_refused) {
  Lab it({}, Lab::kFeatures & ~uint64_t{1});
  it.offer_event_buffers(1);
  it.send(0, reset::Reset::kCommand, {kResetMmc0, kAsynchronous, 0});
  it.step();
  EXPECT_NE(it.answer(0, 2)[1], 0u);
  it.step(10'000);
  EXPECT_EQ(it.events.used_index(), 0);
}

TEST(VhostServer, an_event_buffer_too_small_breaks_the_event_queue_and_no_other) {
  Lab it;
  it.offer_event_buffers(1, 4);
  it.server.platform().notify(1, scmi::command(scmi::Protocol::Base, 0), {1, 2, 3, 4});
  it.step();
  EXPECT_TRUE(it.printed.has("too small")) << it.printed.text;
  it.rate_get(0);
  it.step();
  EXPECT_TRUE(it.answered_well(0));
}

TEST(VhostServer, a_guest_that_breaks_its_ring_is_left_alone_until_it_starts_anew) {
  Lab it;
  it.commands.available_index() = 100;
  it.backend.queue(0).kicked = true;
  it.step();
  EXPECT_TRUE(it.printed.has("available index jumped")) << it.printed.text;
  const std::string once = it.printed.text;
  it.backend.queue(0).kicked = true;
  it.step();
  EXPECT_EQ(it.printed.text, once) << "said once";
  it.handle(FrontEnd::with(Request::GetVringBase, VringState{0, 0}));
  it.commands.available_index() = 0;
  for (Message& message : FrontEnd::ring(0, it.commands, it.kick.get(), it.call.get())) it.handle(std::move(message));
  it.rate_get(0);
  it.step();
  EXPECT_TRUE(it.answered_well(0));
}

TEST(VhostServer, another_table_of_the_same_memory_changes_nothing) {
  Lab it({.release = scmi::platform::Release::V3_2, .agent = 1, .delay = 5'000});
  it.rate_get(0);
  it.step();
  it.handle(FrontEnd::memory_table(it.guest));
  it.step(5'000);
  EXPECT_TRUE(it.answered_well(0));
  EXPECT_EQ(it.commands.used_index(), 1);
}

TEST(VhostServer, another_front_end_finds_the_platform_as_after_power_on) {
  Lab it;
  it.send(0, clock::RateSet::kCommand, {0, kUart0, 48'000'000, 0});
  it.step();
  EXPECT_EQ(it.answer(0, 2)[1], 0u);
  EXPECT_EQ(it.server.platform().state().clocks[kUart0].rate, 48'000'000u);
  it.server.serve(&it.backend);
  EXPECT_EQ(it.server.platform().state().clocks[kUart0].rate, 24'000'000u);
}

TEST(VhostServer, a_device_that_is_reset_hears_nothing_of_its_life_before) {
  Lab it;
  it.server.platform().notify(1, scmi::command(scmi::Protocol::Base, 0), {1, 2, 3, 4});
  it.step();
  for (const uint32_t queue : {0u, 1u}) it.handle(FrontEnd::with(Request::GetVringBase, VringState{queue, 0}));
  for (Message& message : FrontEnd::ring(0, it.commands, it.kick.get(), it.call.get())) it.handle(std::move(message));
  for (Message& message : FrontEnd::ring(1, it.events, it.kick.get(), it.call.get())) it.handle(std::move(message));
  it.offer_event_buffers(1);
  it.step();
  EXPECT_EQ(it.events.used_index(), 0);
}

TEST(VhostServer, the_log_has_a_line_for_each_message) {
  Lab it;
  it.offer_event_buffers(1);
  it.rate_get(5);
  it.rate_get(6, 999);
  it.send(7, scmi::command(scmi::Protocol(0x42), 9));
  it.server.platform().notify(1, scmi::clock::wire::kRateChanged, {1, 12, 3, 0});
  it.step();
  for (const char* line :
       {"<- clock RATE_GET token 5 0x6\n", "-> clock RATE_GET token 5 SUCCESS, 16 bytes\n",
        "-> clock RATE_GET token 6 not found (NOT_FOUND), 8 bytes\n", "<- protocol 0x42:0x9 token 7\n",
        "=> clock RATE_CHANGED token 0 notification 0x1 0xc 0x3 0x0\n"})
    EXPECT_TRUE(it.printed.has(line)) << line << it.printed.text;
}

}  // namespace
}  // namespace vhost_test
