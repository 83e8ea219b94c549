// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/shmem.hh"

#include <gtest/gtest.h>

#include "scmi/client.hh"
#include "tests/fake/peer.hh"
#include "tests/fake/result.hh"
#include "tests/fake/timeline.hh"

namespace {

using fake::Answer;
using fake::kSuccess;
using fake::Peer;
using fake::Words;
using scmi::Area;
using scmi::command;
using scmi::Completion;
using scmi::Header;
using scmi::MessageType;
using scmi::Protocol;

constexpr auto kRateGet = command(Protocol::Clock, 0x6);
constexpr Completion kCompletions[] = {Completion::OnReturn, Completion::Polled};

struct Link {
  explicit Link(Completion completion = Completion::OnReturn, uint32_t size = 128, uint32_t event_size = 128)
      : peer(size, event_size),
        transport(peer.a2p.memory(), peer.p2a.memory(), peer.doorbell(), completion),
        client(transport, timeline.time) {
    peer.server.on(kRateGet, {kSuccess, 48'000'000, 1});
  }
  Error ask() {
    const auto word = client.one_word(kRateGet);
    EXPECT_EQ(word.value_or(48'000'000), 48'000'000u);
    return error_of(word);
  }
  Area& a2p() { return peer.a2p.area(); }

  fake::Timeline timeline;
  Peer peer;
  scmi::ShmemTransport transport;
  scmi::Client client;
};

TEST(ScmiShmem, request_and_reply_share_the_area) {
  for (const Completion completion : kCompletions) {
    Link link(completion);
    EXPECT_EQ(link.ask(), kNone);
    EXPECT_EQ(link.ask(), kNone);
    EXPECT_EQ(link.peer.rings, 2u);
    EXPECT_EQ(link.client.statistics().answered, 2u);
  }
}

TEST(ScmiShmem, a_command_lies_there_as_the_specification_says) {
  Link link;
  unsigned rung = 0;
  link.peer.on_ring = [&] {
    ++rung;
    EXPECT_EQ(link.peer.a2p.word(0), 0u);                 // reserved
    EXPECT_EQ(link.peer.a2p.word(1), 0u);                 // neither free nor error
    EXPECT_EQ(link.peer.a2p.word(4), 0u);                 // no interrupt wanted
    EXPECT_EQ(link.peer.a2p.word(5), 12u);                // header and two words
    EXPECT_EQ(link.peer.a2p.word(6) & 0x3ffff, 0x1444u);  // the message
    EXPECT_EQ(link.peer.a2p.word(7), 0xaau);
    EXPECT_EQ(link.peer.a2p.word(8), 0xbbu);
    link.peer.serve();
  };
  link.peer.server.on(command(Protocol(0x05), 0x44), {kSuccess, 5});
  uint32_t reply[1];
  EXPECT_EQ(link.client.raw(command(Protocol(0x05), 0x44), Words{0xaa, 0xbb}, reply), 4u);
  EXPECT_EQ(reply[0], 5u);
  EXPECT_EQ(rung, 1u);
}

TEST(ScmiShmem, the_capacity_is_what_the_area_leaves) {
  EXPECT_EQ(Link(Completion::OnReturn, 128).client.capacity(), 104u);
  EXPECT_EQ(Link(Completion::Polled, 4096).client.capacity(), 4072u);
}

TEST(ScmiShmem, the_whole_area_may_be_used_in_both_directions) {
  for (const Completion completion : kCompletions) {
    Link link(completion, 256);
    link.peer.server.on(kRateGet, [](const Words& arguments) -> Answer {
      Words answer(57, arguments.back());
      answer[0] = kSuccess;
      return answer;
    });
    Words request(57, 1), reply(56);
    request.back() = 0x77;
    ASSERT_EQ(link.client.raw(kRateGet, request, reply), 224u);
    EXPECT_EQ(reply, Words(56, 0x77));
  }
}

TEST(ScmiShmem, a_doorbell_that_nobody_serves_is_named_and_the_channel_stays_ours) {
  for (const Completion completion : kCompletions)
    for (const int64_t refused : {int64_t{-1}, int64_t{1}, int64_t{0xffff'ffff}}) {
      Link link(completion);
      EXPECT_EQ(link.ask(), kNone);
      link.peer.call_result = refused;
      EXPECT_EQ(link.ask(), Error::NoConduit);
      EXPECT_EQ(link.ask(), Error::NoConduit);
      EXPECT_NE(link.a2p().status & Area::kFree, 0u);
      link.peer.call_result = 0;
      EXPECT_EQ(link.ask(), kNone);
      EXPECT_EQ(link.client.statistics().malformed, 2u);
    }
}

TEST(ScmiShmem, a_channel_left_busy_is_the_platforms_fault_and_reclaimed) {
  Link link;
  link.peer.server.spoil_next([](Answer& a) { a.held = true; });
  EXPECT_EQ(link.ask(), Error::ChannelHeld);
  EXPECT_EQ(link.client.trace(0)->result, int32_t(Error::ChannelHeld));
  EXPECT_EQ(link.ask(), kNone);
}

TEST(ScmiShmem, a_channel_busy_for_ever_costs_each_command_its_error_and_no_wait) {
  Link link;
  link.peer.on_ring = [] {};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(link.ask(), Error::ChannelHeld);
  EXPECT_LT(link.timeline.elapsed(), 1000u);
  link.peer.on_ring = [&] { link.peer.serve(); };
  EXPECT_EQ(link.ask(), kNone);
}

TEST(ScmiShmem, the_error_bit_is_named) {
  for (const Completion completion : kCompletions) {
    Link link(completion);
    link.peer.server.spoil_next([](Answer& a) { a.error_bit = true; });
    EXPECT_EQ(link.ask(), Error::ChannelError);
    EXPECT_EQ(link.ask(), kNone);
  }
}

TEST(ScmiShmem, the_error_bit_of_a_channel_that_is_not_free_is_no_answer) {
  Link link;
  link.peer.on_ring = [&] { link.a2p().status = Area::kError; };
  EXPECT_EQ(link.ask(), Error::ChannelHeld);
}

TEST(ScmiShmem, every_length_is_bounded_by_the_area) {
  for (const Completion completion : kCompletions)
    for (const uint32_t length : {0u, 1u, 3u, 4u, 7u, 8u, 11u, 12u, 103u, 104u, 105u, 127u, 128u, 0x7fff'ffffu,
                                  0x8000'0000u, 0xffff'fffcu, 0xffff'ffffu}) {
      Link link(completion);
      link.peer.server.spoil_next([=](Answer& a) { a.length = length; });
      const Error error = link.ask();
      if (length > 104)
        EXPECT_EQ(error, Error::ReplyLong) << length;
      else if (length < 12)
        EXPECT_EQ(error, completion == Completion::Polled && length < 4 ? Error::Timeout : Error::ReplyShort) << length;
      else
        EXPECT_EQ(error, kNone) << length;
      EXPECT_EQ(link.ask(), kNone) << "after " << length;
    }
}

TEST(ScmiShmem, every_whole_length_brings_its_words_and_nothing_stale) {
  for (const Completion completion : kCompletions)
    for (uint32_t words = 0; words <= 24; ++words) {
      Link link(completion);
      for (size_t i = 6; i < 32; ++i) link.peer.a2p.word(i) = 0xdead'beef;
      Words answer(words + 1, 0x55);
      answer[0] = kSuccess;
      link.peer.server.on(kRateGet, answer);
      Words reply(30, 0x99);
      ASSERT_EQ(link.client.raw(kRateGet, {}, reply), 4 * words);
      for (uint32_t i = 0; i < 30; ++i) ASSERT_EQ(reply[i], i < words ? 0x55u : 0u);
    }
}

TEST(ScmiShmem, a_polled_channel_is_asked_for_before_it_is_used) {
  Link link(Completion::Polled);
  link.a2p().status = 0;  // the stage before us has left a command in it
  EXPECT_EQ(link.ask(), Error::Busy);
  EXPECT_EQ(link.peer.rings, 0u);
  link.timeline.after(10'000, [&] { link.a2p().status = Area::kFree; });
  EXPECT_EQ(link.ask(), kNone);
}

TEST(ScmiShmem, an_answer_that_takes_its_time_is_waited_for) {
  Link link(Completion::Polled);
  link.peer.on_ring = [&] { link.timeline.after(20'000, [&] { link.peer.serve(); }); };
  EXPECT_EQ(link.ask(), kNone);
  EXPECT_GE(link.timeline.elapsed(), 20'000u);
}

TEST(ScmiShmem, a_silent_platform_keeps_the_buffer_and_its_late_answer_is_dropped) {
  Link link(Completion::Polled);
  link.peer.on_ring = [] {};
  EXPECT_EQ(link.ask(), Error::Timeout);
  const Words held = link.peer.a2p.message();
  EXPECT_EQ(link.ask(), Error::Busy);
  EXPECT_EQ(link.peer.a2p.message(), held) << "the message in flight was touched";
  link.peer.on_ring = [&] { link.peer.serve(); };
  link.peer.serve();  // at last
  EXPECT_EQ(link.ask(), kNone);
  EXPECT_EQ(link.client.statistics().late, 1u);
  EXPECT_EQ(link.client.statistics().timed_out, 1u);
}

TEST(ScmiShmem, a_late_answer_with_a_fault_frees_the_buffer_as_well) {
  for (const uint32_t length : {0u, 2u, 5u, 105u, 0xffff'ffffu}) {
    Link link(Completion::Polled);
    link.peer.on_ring = [] {};
    EXPECT_EQ(link.ask(), Error::Timeout);
    link.peer.on_ring = [&] { link.peer.serve(); };
    link.peer.server.spoil_next([=](Answer& a) { a.length = length; });
    link.peer.serve();
    EXPECT_EQ(link.ask(), kNone) << length;
  }
}

TEST(ScmiShmem, a_notification_is_read_and_its_area_given_back) {
  for (const Completion completion : kCompletions) {
    Link link(completion);
    Words heard;
    ASSERT_TRUE(link.client.listen(
        command(Protocol::Clock, 0x0),
        [](void* context, Header, std::span<const uint32_t> payload) {
          static_cast<Words*>(context)->assign(payload.begin(), payload.end());
        },
        &heard));
    const uint32_t header = Header::make(command(Protocol::Clock, 0x0), MessageType::Notification, 9).word;
    ASSERT_TRUE(link.peer.notify({header, 0, 3, 100, 0}));
    ASSERT_FALSE(link.peer.notify({header, 0, 3, 200, 0})) << "not ours yet";
    EXPECT_EQ(link.client.poll(), 1u);
    EXPECT_EQ(heard, (Words{0, 3, 100, 0}));
    EXPECT_TRUE(link.peer.notify({header, 0, 3, 200, 0}));
    EXPECT_EQ(link.client.poll(), 1u);
    EXPECT_EQ(heard, (Words{0, 3, 200, 0}));
    EXPECT_EQ(link.client.poll(), 0u);
  }
}

TEST(ScmiShmem, notifications_and_commands_do_not_disturb_each_other) {
  for (const Completion completion : kCompletions) {
    Link link(completion);
    for (uint32_t i = 0; i < 10; ++i) {
      ASSERT_TRUE(link.peer.notify({Header::make(command(Protocol::Clock, 0), MessageType::Notification, i).word, i}));
      EXPECT_EQ(link.ask(), kNone);
      link.client.poll();
    }
    EXPECT_EQ(link.client.statistics().notifications, 10u);
    EXPECT_EQ(link.client.statistics().answered, 10u);
  }
}

TEST(ScmiShmem, every_length_in_the_event_area_is_bounded) {
  for (const uint32_t length : {0u, 1u, 3u, 4u, 8u, 104u, 105u, 128u, 0x8000'0000u, 0xffff'fffcu, 0xffff'ffffu}) {
    Link link;
    const Header header = Header::make(command(Protocol::Clock, 0x0), MessageType::Notification, 0);
    link.peer.p2a.put({header.word, 1});
    link.peer.p2a.area().length = length;
    link.peer.p2a.area().status = 0;
    const bool fits = length >= 4 && length <= 104;
    EXPECT_EQ(link.client.poll(), fits ? 1u : 0u) << length;
    EXPECT_NE(link.peer.p2a.area().status & Area::kFree, 0u) << "it has to be given back: " << length;
    EXPECT_EQ(link.client.statistics().notifications, fits ? 1u : 0u);
    EXPECT_EQ(link.ask(), kNone);
  }
}

TEST(ScmiShmem, an_event_area_smaller_than_a_message_can_be_read_no_further_than_it_goes) {
  for (uint32_t size = 24; size <= 64; size += 4) {
    Link link(Completion::OnReturn, 128, size);
    link.peer.p2a.area().length = size - 24;
    link.peer.p2a.area().status = 0;
    EXPECT_EQ(link.client.poll(), size > 24 ? 1u : 0u) << size;
  }
}

TEST(ScmiShmem, a_channel_without_an_event_area_has_no_events) {
  fake::Timeline timeline;
  Peer peer;
  peer.server.on(kRateGet, {kSuccess, 1});
  for (const Completion completion : kCompletions) {
    scmi::ShmemTransport transport(peer.a2p.memory(), {}, peer.doorbell(), completion);
    scmi::Client client(transport, timeline.time);
    EXPECT_EQ(client.poll(), 0u);
    EXPECT_EQ(client.one_word(kRateGet), 1u);
    EXPECT_EQ(client.poll(), 0u);
    EXPECT_EQ(transport.completion(), completion);
    EXPECT_EQ(&transport.a2p(), &peer.a2p.area());
  }
}

// Fills the event area again as soon as it is free.
struct Flood {
  explicit Flood(Link& l) : link(l) { pour(); }
  void pour() {
    link.peer.notify({Header::make(command(Protocol::Clock, 0x0), MessageType::Notification, 0).word, 1});
    link.timeline.after(1, [this] { pour(); });
  }
  Link& link;
};

TEST(ScmiShmem, a_flood_of_events_does_not_keep_a_command_from_its_answer) {
  for (const Completion completion : kCompletions) {
    Link link(completion);
    Flood flood(link);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(link.ask(), kNone);
  }
}

TEST(ScmiShmem, a_flood_of_events_does_not_make_a_wait_longer) {
  Link link(Completion::Polled);
  EXPECT_EQ(link.ask(), kNone);
  Flood flood(link);
  link.peer.on_ring = [] {};
  const Ticks start = link.timeline.elapsed();
  EXPECT_EQ(link.ask(), Error::Timeout);
  EXPECT_LE(link.timeline.elapsed() - start, 1000 * scmi::Client::kDefaultLimit + 500);
  EXPECT_GT(link.client.statistics().notifications, 100u);
}

}  // namespace
