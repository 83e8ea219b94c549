// SPDX-License-Identifier: BSD-2-Clause
// Notifications, delayed responses and whatever else arrives without being asked for.
#include <gtest/gtest.h>

#include <vector>

#include "scmi/clock.hh"
#include "scmi/reset.hh"
#include "tests/fake/channel.hh"

namespace {

using fake::Answer;
using fake::Channel;
using fake::kManners;
using fake::kSuccess;
using fake::Words;
using scmi::command;
using scmi::Header;
using scmi::MessageType;
using scmi::Protocol;
using Manner = fake::Platform::Manner;

constexpr auto kRateSet = command(Protocol::Clock, 0x5);
constexpr auto kRateGet = command(Protocol::Clock, 0x6);
constexpr auto kRateChanged = scmi::clock::wire::kRateChanged;

uint32_t notification(scmi::Command event, uint32_t token = 0) {
  return Header::make(event, MessageType::Notification, token).word;
}
uint32_t delayed(Header of) { return of.word | uint32_t(MessageType::DelayedResponse) << 8; }

struct Listener {
  struct Event {
    uint32_t header;
    Words payload;
    bool operator==(const Event&) const = default;
  };
  std::vector<Event> heard;
  static void hear(void* context, Header header, std::span<const uint32_t> payload) {
    static_cast<Listener*>(context)->heard.push_back({header.word, Words(payload.begin(), payload.end())});
  }
};

TEST(ScmiEvents, a_notification_reaches_its_listener_with_all_its_words) {
  Channel c;
  Listener rates, others;
  ASSERT_TRUE(c.client.listen(kRateChanged, Listener::hear, &rates));
  ASSERT_TRUE(c.client.listen(scmi::reset::wire::kResetIssued, Listener::hear, &others));
  const uint32_t header = notification(kRateChanged, 77);
  c.platform.send({header, 0, 3, 0x8000'0000, 1});
  EXPECT_EQ(c.client.poll(), 1u);
  EXPECT_EQ(rates.heard, (std::vector<Listener::Event>{{header, {0, 3, 0x8000'0000, 1}}}));
  EXPECT_TRUE(others.heard.empty());
  EXPECT_EQ(c.client.statistics().notifications, 1u);
  EXPECT_EQ(c.platform.held(), 0u);
}

TEST(ScmiEvents, a_notification_that_nobody_wants_is_counted_and_dropped) {
  Channel c;
  c.platform.send({notification(kRateChanged), 0, 3, 1, 0});
  EXPECT_EQ(c.client.poll(), 1u);
  EXPECT_EQ(c.client.poll(), 0u);
  EXPECT_EQ(c.client.statistics().notifications, 1u);
}

TEST(ScmiEvents, the_second_listener_of_an_event_takes_the_place_of_the_first) {
  Channel c;
  Listener first, second;
  ASSERT_TRUE(c.client.listen(kRateChanged, Listener::hear, &first));
  ASSERT_TRUE(c.client.listen(kRateChanged, Listener::hear, &second));
  c.platform.send({notification(kRateChanged), 1});
  c.client.poll();
  EXPECT_TRUE(first.heard.empty());
  EXPECT_EQ(second.heard.size(), 1u);
}

TEST(ScmiEvents, a_full_table_of_listeners_says_so_and_still_takes_known_events) {
  Channel c;
  Listener listener;
  unsigned taken = 0;
  while (taken < 100 && c.client.listen(command(Protocol::Sensor, uint8_t(taken)), Listener::hear, &listener)) ++taken;
  EXPECT_GE(taken, 4u);
  EXPECT_EQ(error_of(c.client.listen(kRateChanged, Listener::hear, &listener)), Error::NoSpace);
  EXPECT_TRUE(c.client.listen(command(Protocol::Sensor, 0), Listener::hear, &listener));
}

TEST(ScmiEvents, notifications_that_arrive_during_a_command_are_delivered) {
  Channel c(Manner::Later);
  Listener listener;
  ASSERT_TRUE(c.client.listen(kRateChanged, Listener::hear, &listener));
  c.server.on(kRateGet, [&](const Words&) -> Answer {
    for (uint32_t i = 0; i < 5; ++i) c.platform.send({notification(kRateChanged, i), i});
    return {kSuccess, 9, 0};
  });
  EXPECT_EQ(c.client.call(scmi::clock::wire::RateGet{.clock = 0u}), 9u);
  EXPECT_EQ(listener.heard.size(), 5u);
  EXPECT_EQ(c.client.statistics().answered, 1u);
}

TEST(ScmiEvents, a_notification_may_have_no_payload_or_more_than_anybody_knows) {
  Channel c;
  Listener listener;
  ASSERT_TRUE(c.client.listen(kRateChanged, Listener::hear, &listener));
  c.platform.send({notification(kRateChanged)});
  Words big{notification(kRateChanged)};
  for (uint32_t i = 0; i < 1000; ++i) big.push_back(i);
  c.platform.send(big);
  c.platform.send({notification(kRateChanged), 5, 6}, 11);  // ends within a word
  EXPECT_EQ(c.client.poll(), 3u);
  ASSERT_EQ(listener.heard.size(), 3u);
  EXPECT_TRUE(listener.heard[0].payload.empty());
  const Words& cut = listener.heard[1].payload;
  EXPECT_GE(cut.size(), 25u);
  for (uint32_t i = 0; i < cut.size(); ++i) ASSERT_EQ(cut[i], i);
  EXPECT_EQ(listener.heard[2].payload, Words{5});
}

TEST(ScmiEvents, what_is_no_message_is_counted_as_unexpected) {
  Channel c;
  Listener listener;
  ASSERT_TRUE(c.client.listen(kRateChanged, Listener::hear, &listener));
  for (uint32_t length = 0; length < 4; ++length) c.platform.send({notification(kRateChanged), 1}, length);
  c.platform.send({notification(kRateChanged) | 1u << 28, 1});  // reserved
  c.platform.send({notification(kRateChanged) | 1u << 31, 1});
  c.platform.send({uint32_t(kRateChanged) | 1u << 8, 1});  // the unused type
  EXPECT_EQ(c.client.poll(), 7u);
  EXPECT_EQ(c.client.statistics().unexpected, 7u);
  EXPECT_TRUE(listener.heard.empty());
}

TEST(ScmiEvents, a_platform_that_never_stops_sending_does_not_keep_us) {
  Channel c;
  for (uint32_t i = 0; i < 500; ++i) c.platform.send({notification(kRateChanged), i});
  unsigned total = 0, rounds = 0;
  for (; total < 500; ++rounds) {
    const unsigned some = c.client.poll();
    ASSERT_GT(some, 0u);
    ASSERT_LE(some, 64u);
    total += some;
  }
  EXPECT_GT(rounds, 5u);
}

// A platform that carries a rate change out in its own time.
struct Slow : Channel {
  explicit Slow(Manner manner = Manner::AtOnce) : Channel(manner) { server.on(kRateGet, {kSuccess, 5, 0}); }
  void completes_after(Ticks delay, Words payload) {
    server.on(kRateSet, [this, delay, payload](const Words&) -> Answer {
      const uint32_t header = delayed(server.last());
      timeline.after(delay, [this, header, payload] { platform.send(fake::join({{header}, payload})); });
      return {kSuccess};
    });
  }
  Result<uint64_t> set() { return scmi::clock::Clock(client).set_rate_and_wait(scmi::clock::Id(3), 100); }
  bool works() { return client.call(scmi::clock::wire::RateGet{.clock = 0u}) == 5u; }
};

TEST(ScmiEvents, a_delayed_response_comes_after_the_reply) {
  for (const Manner manner : kManners) {
    Slow c(manner);
    c.completes_after(500'000, {kSuccess, 3, 99, 1});
    EXPECT_EQ(c.set(), 0x1'0000'0063u);
    const auto s = c.client.statistics();
    EXPECT_EQ(s.delayed, 1u);
    EXPECT_EQ(s.answered, 1u);
    EXPECT_EQ(s.late, 0u);
    EXPECT_TRUE(c.works());
  }
}

TEST(ScmiEvents, a_delayed_response_may_overtake_the_reply) {
  for (const Manner manner : kManners) {
    Slow c(manner);
    c.server.on(kRateSet, [&](const Words&) -> Answer {
      c.platform.send({delayed(c.server.last()), kSuccess, 3, 99, 0});
      return {kSuccess};
    });
    EXPECT_EQ(c.set(), 99u);
    EXPECT_TRUE(c.works());
  }
}

TEST(ScmiEvents, a_delayed_response_is_known_again_though_the_buffer_had_to_be_waited_for) {
  Slow c(Manner::Later);
  c.server.spoil_next([](Answer& a) { a.silent = true; });
  EXPECT_FALSE(c.works());
  const uint32_t lost = c.server.last().word;
  c.timeline.after(10'000, [&c, lost] { c.platform.send({lost, kSuccess, 1, 0}); });
  c.completes_after(1000, {kSuccess, 3, 99, 0});
  EXPECT_EQ(error_of(c.set()), kNone);
}

TEST(ScmiEvents, a_delayed_failure_is_the_commands_failure) {
  Slow c;
  c.completes_after(1000, {uint32_t(Error::HardwareError)});
  EXPECT_EQ(error_of(c.set()), Error::HardwareError);
  c.completes_after(1000, {uint32_t(-200), 3, 99, 0});
  EXPECT_EQ(error_of(c.set()), Error::VendorStatus);
  EXPECT_TRUE(c.works());
}

TEST(ScmiEvents, a_command_that_is_refused_is_not_waited_for) {
  for (const Manner manner : kManners) {
    Slow c(manner);
    c.server.on(kRateSet, Error::Denied);
    EXPECT_EQ(error_of(c.set()), Error::Denied);
    EXPECT_LT(c.timeline.elapsed(), 1000u);
    EXPECT_TRUE(c.works());
  }
}

TEST(ScmiEvents, a_delayed_response_that_does_not_come_times_out_and_is_dropped_when_it_does) {
  Slow c;
  c.server.on(kRateSet, {kSuccess});
  EXPECT_EQ(error_of(c.set()), Error::Timeout);
  EXPECT_GE(c.timeline.elapsed(), 1000 * scmi::Client::kDelayedLimit);
  EXPECT_LE(c.timeline.elapsed(), 1000 * scmi::Client::kDelayedLimit * 11 / 10);
  EXPECT_EQ(c.client.trace(0)->result, int32_t(Error::Timeout));
  const uint32_t late = delayed(c.server.last());
  c.platform.send({late, kSuccess, 3, 1, 1});
  c.completes_after(1000, {kSuccess, 3, 7, 0});
  EXPECT_EQ(c.set(), 7u);
  const auto s = c.client.statistics();
  EXPECT_EQ(s.late, 1u);
  EXPECT_EQ(s.delayed, 1u);
  EXPECT_EQ(s.sent, s.answered + s.timed_out + s.malformed);
  EXPECT_EQ(s.timed_out, 1u);
}

TEST(ScmiEvents, a_delayed_response_with_another_header_is_not_ours) {
  for (const uint32_t flip : {1u << 18, 1u << 10, 1u, 1u << 27}) {
    Slow c;
    c.server.on(kRateSet, [&](const Words&) -> Answer {
      c.platform.send({delayed(c.server.last()) ^ flip, kSuccess, 3, 666, 0});
      c.platform.send({delayed(c.server.last()), kSuccess, 3, 5, 0});
      return {kSuccess};
    });
    EXPECT_EQ(c.set(), 5u) << std::hex << flip;
    EXPECT_EQ(c.client.statistics().late, 1u);
  }
}

TEST(ScmiEvents, only_the_first_of_two_delayed_responses_counts) {
  Slow c;
  c.server.on(kRateSet, [&](const Words&) -> Answer {
    c.platform.send({delayed(c.server.last()), kSuccess, 3, 5, 0});
    c.platform.send({delayed(c.server.last()), kSuccess, 3, 6, 0});
    return {kSuccess};
  });
  EXPECT_EQ(c.set(), 5u);
  c.client.poll();
  EXPECT_EQ(c.client.statistics().late, 1u);
}

TEST(ScmiEvents, a_delayed_response_of_any_length_is_bounded) {
  for (size_t size = 0; size <= 200; ++size) {
    Slow c;
    Words payload(size, 9);
    if (size) payload[0] = kSuccess;
    if (size > 1) payload[1] = 3;
    c.completes_after(100, payload);
    const auto rate = c.set();
    if (size >= 4)
      EXPECT_EQ(rate, 0x9'0000'0009u) << size;
    else
      EXPECT_EQ(error_of(rate), size ? Error::ReplyShort : Error::Timeout) << size;
    ASSERT_TRUE(c.works());
  }
}

TEST(ScmiEvents, a_delayed_response_for_another_clock_is_malformed) {
  Slow c;
  c.completes_after(100, {kSuccess, 4, 5, 0});
  EXPECT_EQ(error_of(c.set()), Error::Malformed);
}

TEST(ScmiEvents, notifications_are_delivered_while_a_delayed_response_is_awaited) {
  Slow c;
  Listener listener;
  ASSERT_TRUE(c.client.listen(kRateChanged, Listener::hear, &listener));
  c.completes_after(100'000, {kSuccess, 3, 5, 0});
  c.timeline.after(50'000, [&] { c.platform.send({notification(kRateChanged), 0, 3, 5, 0}); });
  EXPECT_EQ(c.set(), 5u);
  EXPECT_EQ(listener.heard.size(), 1u);
}

TEST(ScmiEvents, a_flood_of_notifications_does_not_make_the_wait_for_a_delayed_response_longer) {
  Slow c;
  c.server.on(kRateSet, {kSuccess});
  c.platform.on_receive = [&] { c.platform.send({notification(kRateChanged), 1}); };
  EXPECT_EQ(error_of(c.set()), Error::Timeout);
  EXPECT_LE(c.timeline.elapsed(), 1000 * scmi::Client::kDelayedLimit * 11 / 10);
}

TEST(ScmiEvents, a_delayed_response_that_nobody_awaits_is_late) {
  Channel c;
  c.platform.send({Header::make(kRateSet, MessageType::DelayedResponse, 1).word, kSuccess, 3, 5, 0});
  EXPECT_EQ(c.client.poll(), 1u);
  EXPECT_EQ(c.client.statistics().late, 1u);
  EXPECT_EQ(c.client.statistics().delayed, 0u);
}

TEST(ScmiEvents, the_memory_of_an_arrival_is_back_before_its_listener_runs) {
  Channel c;
  struct Seen {
    Channel& channel;
    size_t held = 99;
  } seen{c};
  ASSERT_TRUE(c.client.listen(
      kRateChanged,
      [](void* context, Header, std::span<const uint32_t>) {
        auto& s = *static_cast<Seen*>(context);
        s.held = s.channel.platform.held();
      },
      &seen));
  c.platform.send({notification(kRateChanged), 1});
  c.client.poll();
  EXPECT_EQ(seen.held, 0u);
}

TEST(ScmiEvents, a_listener_may_send_a_command_of_its_own) {
  Slow c;
  struct Seen {
    Slow& channel;
    bool worked = false;
  } seen{c};
  ASSERT_TRUE(c.client.listen(
      kRateChanged,
      [](void* context, Header, std::span<const uint32_t>) {
        auto& s = *static_cast<Seen*>(context);
        s.worked = s.channel.works();
      },
      &seen));
  c.platform.send({notification(kRateChanged), 1});
  c.client.poll();
  EXPECT_TRUE(seen.worked);
}

}  // namespace
