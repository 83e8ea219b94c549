// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/client.hh"

#include <gtest/gtest.h>

#include <array>
#include <set>

#include "scmi/clock.hh"
#include "tests/fake/channel.hh"

namespace {

using fake::Answer;
using fake::Channel;
using fake::kManners;
using fake::kSuccess;
using fake::Words;
using scmi::command;
using scmi::Header;
using scmi::Protocol;
using Manner = fake::Platform::Manner;

constexpr auto kClockVersion = command(Protocol::Clock, 0x0);
constexpr auto kClockAttributes = command(Protocol::Clock, 0x3);
constexpr auto kRateGet = command(Protocol::Clock, 0x6);

// Succeeds only when a whole exchange does: asked and answered, with the right value.
testing::AssertionResult works(Channel& c) {
  const auto before = c.client.statistics();
  c.server.on(command(Protocol::Reset, 0x1), {kSuccess, 4711});
  const auto word = c.client.one_word(command(Protocol::Reset, 0x1));
  if (!word) return testing::AssertionFailure() << "the next command failed: " << text(word.error());
  if (*word != 4711) return testing::AssertionFailure() << "the next command brought " << *word;
  if (c.client.statistics().answered != before.answered + 1) return testing::AssertionFailure() << "not counted";
  return testing::AssertionSuccess();
}

TEST(ScmiClient, nothing_is_asked_before_somebody_wants_the_answer) {
  Channel c;
  EXPECT_EQ(c.server.seen.size(), 0u);
  EXPECT_EQ(c.client.statistics().sent, 0u);
  EXPECT_EQ(c.client.trace(0), nullptr);
}

TEST(ScmiClient, a_command_goes_out_as_the_specification_lays_it_out) {
  Channel c;
  c.server.on(command(Protocol::Clock, 0x5), {kSuccess});
  ASSERT_TRUE(c.client.order(scmi::clock::wire::RateSet{.flags = 8u, .clock = 3u, .low = 0x11u, .high = 0x22u}));
  ASSERT_EQ(c.server.seen.size(), 1u);
  const Words& message = c.server.seen[0];
  EXPECT_EQ(message[0] & 0xff, 0x05u);        // message
  EXPECT_EQ(message[0] >> 8 & 3, 0u);         // type: command
  EXPECT_EQ(message[0] >> 10 & 0xff, 0x14u);  // protocol
  EXPECT_EQ(message[0] >> 28, 0u);            // reserved
  EXPECT_EQ(message, (Words{message[0], 8, 3, 0x11, 0x22}));
}

TEST(ScmiClient, the_version_is_asked_once_for_each_protocol) {
  Channel c;
  c.server.speaks(Protocol::Clock, 0x20000);
  c.server.speaks(Protocol::Reset, 0x30001);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(c.client.version(Protocol::Clock), 0x20000u);
    EXPECT_EQ(c.client.version(Protocol::Reset), 0x30001u);
  }
  EXPECT_EQ(c.server.seen.size(), 2u);
}

TEST(ScmiClient, a_version_that_was_refused_is_asked_again) {
  Channel c;
  EXPECT_EQ(error_of(c.client.version(Protocol::Clock)), Error::NotFound);
  c.server.speaks(Protocol::Clock, 0x10000);
  EXPECT_EQ(c.client.version(Protocol::Clock), 0x10000u);
}

TEST(ScmiClient, vendor_protocols_and_numbers_below_base_have_versions_too) {
  Channel c;
  for (const auto protocol : {Protocol(0x80), Protocol(0xff), Protocol(0x00), Protocol(0x20)}) {
    c.server.speaks(protocol, 0x10000u + uint32_t(protocol));
    EXPECT_EQ(c.client.version(protocol), 0x10000u + uint32_t(protocol));
    EXPECT_EQ(c.server.last().protocol(), uint8_t(protocol));
  }
}

TEST(ScmiClient, negotiation_changes_the_version_without_asking_again) {
  Channel c;
  c.server.speaks(Protocol::Clock, 0x30000);
  c.server.on(command(Protocol::Clock, 0x10), [](const Words& arguments) -> Answer {
    return arguments == Words{0x10000} ? Answer{kSuccess} : Answer(Error::NotSupported);
  });
  EXPECT_EQ(c.client.version(Protocol::Clock), 0x30000u);
  EXPECT_EQ(error_of(c.client.negotiate(Protocol::Clock, 0x50000)), Error::NotSupported);
  EXPECT_EQ(c.client.version(Protocol::Clock), 0x30000u);
  EXPECT_EQ(error_of(c.client.negotiate(Protocol::Clock, 0x10000)), kNone);
  EXPECT_EQ(c.client.version(Protocol::Clock), 0x10000u);
  EXPECT_EQ(c.server.count(kClockVersion), 1u);
}

TEST(ScmiClient, negotiation_reaches_vendor_protocols) {
  Channel c;
  c.server.on(command(Protocol(0x81), 0x10), {kSuccess});
  EXPECT_EQ(error_of(c.client.negotiate(Protocol(0x81), 0x10000)), kNone);
}

TEST(ScmiClient, message_attributes_name_the_message) {
  Channel c;
  c.server.speaks(Protocol::Clock, 0x20000);
  EXPECT_EQ(c.client.message_attributes(Protocol::Clock, 0x0), 0u);
  EXPECT_EQ(error_of(c.client.message_attributes(Protocol::Clock, 0x5)), Error::NotFound);
  EXPECT_EQ(c.server.seen.back()[1], 5u);
}

TEST(ScmiClient, every_status_becomes_the_error_of_its_number) {
  for (const Manner manner : kManners)
    for (int32_t status = -1; status >= -300; --status) {
      Channel c(manner);
      c.server.on(kRateGet, {uint32_t(status)});
      const Error want = status >= -12 ? Error(status) : status <= -128 ? Error::VendorStatus : Error::UnknownStatus;
      ASSERT_EQ(error_of(c.client.one_word(kRateGet)), want) << status;
      EXPECT_EQ(c.client.trace(0)->result, status);
      EXPECT_TRUE(works(c));
    }
}

TEST(ScmiClient, a_positive_status_is_no_success) {
  for (const Manner manner : kManners)
    for (const uint32_t status : {1u, 2u, 0x7fff'ffffu}) {
      Channel c(manner);
      c.server.on(kRateGet, {status, 1, 2});
      EXPECT_EQ(error_of(c.client.one_word(kRateGet)), Error::UnknownStatus);
      EXPECT_TRUE(works(c));
    }
  EXPECT_EQ(scmi::check_status(INT32_MIN).error(), Error::VendorStatus);
}

TEST(ScmiClient, an_error_may_bring_its_status_alone_or_more) {
  for (const Manner manner : kManners) {
    Channel c(manner);
    c.server.on(kClockAttributes, Error::Denied);
    EXPECT_EQ(error_of(c.client.call(scmi::clock::wire::Attributes{.clock = 0u})), Error::Denied);
    c.server.on(kClockAttributes, Words(8, uint32_t(Error::Busy)));
    EXPECT_EQ(error_of(c.client.call(scmi::clock::wire::Attributes{.clock = 0u})), Error::Busy);
  }
}

struct Fault {
  const char* what;
  void (*spoil)(Answer&);
  Error at_once, later;
};

// Where answers are queued, what is not ours is somebody else's late answer: only the silence remains to be reported.
constexpr Fault kFaults[] = {
    {"token", [](Answer& a) { a.flip = 1u << 18; }, Error::WrongToken, Error::Timeout},
    {"every bit of the token", [](Answer& a) { a.flip = 0x3ffu << 18; }, Error::WrongToken, Error::Timeout},
    {"protocol", [](Answer& a) { a.flip = 2u << 10; }, Error::WrongMessage, Error::Timeout},
    {"message", [](Answer& a) { a.flip = 1u; }, Error::WrongMessage, Error::Timeout},
    {"type delayed", [](Answer& a) { a.flip = 2u << 8; }, Error::WrongMessage, Error::Timeout},
    {"type notification", [](Answer& a) { a.flip = 3u << 8; }, Error::WrongMessage, Error::Timeout},
    {"type unused", [](Answer& a) { a.flip = 1u << 8; }, Error::WrongMessage, Error::Timeout},
    {"reserved bit", [](Answer& a) { a.flip = 1u << 28; }, Error::WrongMessage, Error::Timeout},
    {"token and protocol", [](Answer& a) { a.flip = 1u << 18 | 1u << 10; }, Error::WrongMessage, Error::Timeout},
    {"no payload", [](Answer& a) { a.words = {kSuccess}; }, Error::ReplyShort, Error::ReplyShort},
    {"half a word", [](Answer& a) { a.length = 10; }, Error::ReplyShort, Error::ReplyShort},
    {"no status", [](Answer& a) { a.length = 4; }, Error::ReplyShort, Error::ReplyShort},
    {"half a status", [](Answer& a) { a.length = 7; }, Error::ReplyShort, Error::ReplyShort},
    {"no header", [](Answer& a) { a.length = 3; }, Error::ReplyShort, Error::Timeout},
    {"zero length", [](Answer& a) { a.length = 0; }, Error::ReplyShort, Error::Timeout},
};

TEST(ScmiClient, every_fault_has_a_name_and_the_next_command_works) {
  for (const Fault& fault : kFaults)
    for (const Manner manner : kManners) {
      SCOPED_TRACE(fault.what);
      Channel c(manner);
      c.server.on(kRateGet, {kSuccess, 5});
      ASSERT_EQ(c.client.one_word(kRateGet), 5u);
      c.server.spoil_next(fault.spoil);
      const Ticks start = c.timeline.elapsed();
      const Error want = manner == Manner::AtOnce ? fault.at_once : fault.later;
      EXPECT_EQ(error_of(c.client.one_word(kRateGet)), want);
      EXPECT_LE(c.timeline.elapsed() - start, 1000 * scmi::Client::kDefaultLimit + 500);
      EXPECT_EQ(c.client.trace(manner == Manner::AtOnce || want == Error::ReplyShort ? 0 : 1)->result, int32_t(want));
      if (manner == Manner::Later && want == Error::Timeout && !c.platform.outgoing()) continue;
      EXPECT_TRUE(works(c));
      EXPECT_TRUE(works(c));
      const auto s = c.client.statistics();
      EXPECT_EQ(s.sent, s.answered + s.timed_out + s.malformed);
      EXPECT_EQ(s.answered, 3u);
      EXPECT_EQ(c.platform.held(), 0u);
    }
}

TEST(ScmiClient, silence_of_a_channel_that_answers_at_once_is_its_fault) {
  Channel c;
  c.server.spoil_next([](Answer& a) { a.silent = true; });
  EXPECT_EQ(error_of(c.client.one_word(kRateGet)), Error::ChannelHeld);
  EXPECT_TRUE(works(c));
}

TEST(ScmiClient, silence_times_out_and_the_late_reply_is_dropped) {
  Channel c(Manner::Later);
  c.server.on(kRateGet, {kSuccess, 222});
  c.server.spoil_next([](Answer& a) { a.silent = true; });
  const Ticks start = c.timeline.elapsed();
  EXPECT_EQ(error_of(c.client.one_word(kRateGet)), Error::Timeout);
  EXPECT_GE(c.timeline.elapsed() - start, 1000 * scmi::Client::kDefaultLimit);
  EXPECT_LE(c.timeline.elapsed() - start, 1000 * scmi::Client::kDefaultLimit + 500);
  c.platform.send({c.server.last().word, kSuccess, 111});
  EXPECT_EQ(c.client.one_word(kRateGet), 222u);
  const auto s = c.client.statistics();
  EXPECT_EQ(s.late, 1u);
  EXPECT_EQ(s.timed_out, 1u);
  EXPECT_EQ(s.answered, 1u);
}

TEST(ScmiClient, a_late_reply_between_command_and_answer_is_dropped_too) {
  Channel c(Manner::Later);
  c.server.on(kRateGet, [&](const Words&) -> Answer {
    c.platform.send({Header{c.server.last().word ^ 1u << 18}.word, kSuccess, 111}, {}, kNone);
    return {kSuccess, 222};
  });
  EXPECT_EQ(c.client.one_word(kRateGet), 222u);
  EXPECT_EQ(c.client.statistics().late, 1u);
}

TEST(ScmiClient, a_buffer_stays_the_platforms_until_it_answers) {
  Channel c(Manner::Later);
  c.server.spoil_next([](Answer& a) { a.silent = true; });
  EXPECT_EQ(error_of(c.client.one_word(kRateGet)), Error::Timeout);
  const auto before = c.server.seen.size();
  EXPECT_EQ(error_of(c.client.one_word(kRateGet)), Error::Busy);
  EXPECT_EQ(error_of(c.client.raw(kRateGet, {}, {})), Error::Busy);
  EXPECT_EQ(c.server.seen.size(), before) << "nothing may be written into a buffer in flight";
  c.timeline.after(5000, [&] { c.platform.send({c.server.last().word, kSuccess, 1}); });
  EXPECT_TRUE(works(c));
}

TEST(ScmiClient, an_error_of_the_transport_ends_the_wait) {
  Channel c(Manner::Later);
  c.server.spoil_next([](Answer& a) { a.silent = true; });
  c.timeline.after(1000, [&] { c.platform.send({c.server.last().word}, {}, Error::ChannelError); });
  EXPECT_EQ(error_of(c.client.one_word(kRateGet)), Error::ChannelError);
  EXPECT_TRUE(works(c));
}

TEST(ScmiClient, an_answer_within_the_limit_is_waited_for) {
  Channel c(Manner::Later);
  c.server.spoil_next([](Answer& a) { a.silent = true; });
  c.timeline.after(25'000, [&] { c.platform.send({c.server.last().word, kSuccess, 33}); });
  EXPECT_EQ(c.client.one_word(kRateGet), 33u);
  EXPECT_EQ(c.client.statistics().timed_out, 0u);
}

TEST(ScmiClient, a_longer_reply_of_a_newer_platform_is_taken_as_far_as_known) {
  for (const Manner manner : kManners) {
    Channel c(manner);
    c.server.on(kRateGet, {kSuccess, 1, 2, 3, 4, 5});
    EXPECT_EQ(c.client.one_word(kRateGet), 1u);
    EXPECT_EQ(c.client.call(scmi::clock::wire::RateGet{.clock = 0u}), 0x2'0000'0001u);
    c.server.on(kClockAttributes, fake::join({{kSuccess, 7}, fake::text("uart"), {9, 10, 11}}));
    const auto reply = c.client.call(scmi::clock::wire::Attributes{.clock = 0u});
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->enable_delay, 9u);
  }
}

TEST(ScmiClient, the_missing_tail_of_an_older_platform_reads_as_zero_not_as_stale_memory) {
  for (const Manner manner : kManners) {
    Channel c(manner);
    c.server.on(kClockAttributes, fake::join({{kSuccess, 7}, fake::text("uart")}));
    const auto reply = c.client.call(scmi::clock::wire::Attributes{.clock = 0u});
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->enable_delay, 0u);
  }
}

TEST(ScmiClient, tokens_roll_through_all_values_and_wrap) {
  for (const Manner manner : kManners) {
    Channel c(manner);
    c.server.on(kRateGet, {kSuccess, 1});
    std::set<uint32_t> tokens;
    for (unsigned i = 0; i < 3000; ++i) {
      ASSERT_EQ(c.client.one_word(kRateGet), 1u) << i;
      const uint32_t token = c.server.last().token();
      if (i) {
        const uint32_t before = Header{c.server.seen[i - 1][0]}.token();
        ASSERT_EQ(token, (before + 1) & 0x3ff);
      }
      tokens.insert(token);
    }
    EXPECT_EQ(tokens.size(), 1024u);
    EXPECT_EQ(c.client.statistics().answered, 3000u);
  }
}

TEST(ScmiClient, statistics_add_up_over_a_mixed_life) {
  Channel c(Manner::Later);
  c.server.on(kRateGet, {kSuccess, 1});
  const auto get = [&] { return error_of(c.client.one_word(kRateGet)); };
  EXPECT_EQ(get(), kNone);
  c.server.spoil_next([](Answer& a) { a.words = {uint32_t(Error::Denied)}; });
  EXPECT_EQ(get(), Error::Denied);
  c.server.spoil_next([](Answer& a) { a.words = {77}; });
  EXPECT_EQ(get(), Error::UnknownStatus);
  c.server.spoil_next([](Answer& a) { a.words = {kSuccess}; });
  EXPECT_EQ(get(), Error::ReplyShort);
  c.server.spoil_next([](Answer& a) { a.silent = true; });
  EXPECT_EQ(get(), Error::Timeout);
  EXPECT_EQ(get(), Error::Busy);
  c.platform.send({c.server.last().word, kSuccess, 1});
  c.platform.send({Header::make(command(Protocol::Clock, 0x0), scmi::MessageType::Notification, 0).word, 0, 1, 2, 3});
  c.platform.send({0x1000'0000, 0});
  EXPECT_EQ(c.client.poll(), 3u);
  EXPECT_EQ(get(), kNone);
  const auto s = c.client.statistics();
  EXPECT_EQ(s.sent, 6u);
  EXPECT_EQ(s.answered, 3u);
  EXPECT_EQ(s.timed_out, 1u);
  EXPECT_EQ(s.malformed, 2u);
  EXPECT_EQ(s.late, 1u);
  EXPECT_EQ(s.notifications, 1u);
  EXPECT_EQ(s.unexpected, 1u);
  EXPECT_EQ(s.delayed, 0u);
}

TEST(ScmiClient, the_trace_shows_the_last_messages_newest_first) {
  for (const Manner manner : kManners) {
    Channel c(manner);
    c.server.on(kRateGet, {kSuccess, 1, 2});
    for (uint32_t clock = 0; clock < 100; ++clock) (void)c.client.call(scmi::clock::wire::RateGet{.clock = clock});
    for (size_t i = 0; i < scmi::Client::kTraceLength; ++i) {
      const scmi::TraceEntry* entry = c.client.trace(i);
      ASSERT_NE(entry, nullptr);
      EXPECT_EQ(entry->first, 99 - i);
      EXPECT_EQ(entry->header.word, c.server.seen[99 - i][0]);
      EXPECT_EQ(entry->result, 0);
      EXPECT_EQ(entry->length, 16u);
    }
    EXPECT_EQ(c.client.trace(scmi::Client::kTraceLength), nullptr);
    EXPECT_EQ(c.client.trace(SIZE_MAX), nullptr);
  }
}

TEST(ScmiClient, the_trace_of_a_short_life_is_short) {
  Channel c;
  c.server.on(kRateGet, {kSuccess, 1});
  (void)c.client.one_word(kRateGet);
  (void)c.client.one_word(kRateGet);
  EXPECT_NE(c.client.trace(1), nullptr);
  EXPECT_EQ(c.client.trace(2), nullptr);
}

TEST(ScmiClient, an_arrival_of_its_own_is_traced_with_its_type) {
  Channel c;
  const Header event = Header::make(command(Protocol::Clock, 0x0), scmi::MessageType::Notification, 5);
  c.platform.send({event.word, 42, 1});
  EXPECT_EQ(c.client.poll(), 1u);
  EXPECT_EQ(c.client.trace(0)->header.word, event.word);
  EXPECT_EQ(c.client.trace(0)->first, 42u);
  EXPECT_EQ(c.client.trace(0)->length, 12u);
}

TEST(ScmiClient, a_raw_message_goes_out_and_comes_back_word_for_word) {
  for (const Manner manner : kManners)
    for (size_t size = 0; size <= 25; ++size) {
      Channel c(manner);
      Words request(size);
      for (size_t i = 0; i < size; ++i) request[i] = uint32_t(0x100 + i);
      c.server.on(command(Protocol(0x90), 0x77), [](const Words& arguments) -> Answer {
        Words echo{kSuccess};
        for (const uint32_t word : arguments) echo.push_back(~word);
        if (echo.size() > 25) echo.pop_back();
        return echo;
      });
      std::array<uint32_t, 30> reply;
      reply.fill(0xabab'abab);
      const size_t came = std::min<size_t>(size, 24);
      ASSERT_EQ(c.client.raw(command(Protocol(0x90), 0x77), request, reply), 4 * came);
      EXPECT_EQ(Words(c.server.seen[0].begin() + 1, c.server.seen[0].end()), request);
      for (size_t i = 0; i < reply.size(); ++i) ASSERT_EQ(reply[i], i < came ? ~request[i] : 0u) << size << ' ' << i;
      EXPECT_TRUE(works(c));
    }
}

TEST(ScmiClient, a_raw_reply_longer_than_its_memory_tells_its_length) {
  for (const Manner manner : kManners) {
    Channel c(manner);
    c.server.on(kRateGet, {kSuccess, 1, 2, 3, 4, 5});
    std::array<uint32_t, 4> reply{};
    EXPECT_EQ(c.client.raw(kRateGet, {}, std::span(reply).first<2>()), 20u);
    EXPECT_EQ(reply, (std::array<uint32_t, 4>{1, 2, 0, 0}));
    EXPECT_EQ(c.client.raw(kRateGet, {}, {}), 20u);
  }
}

TEST(ScmiClient, a_reply_that_ends_within_a_word_brings_its_bytes_and_no_stale_ones) {
  for (const Manner manner : kManners)
    for (uint32_t bytes = 0; bytes <= 12; ++bytes) {
      Channel c(manner);
      Answer answer{kSuccess, 0xffff'ffff, 0xffff'ffff, 0xffff'ffff, 0xffff'ffff};
      answer.length = 8 + bytes;
      c.server.on(kRateGet, answer);
      std::array<uint32_t, 4> reply{7, 7, 7, 7};
      ASSERT_EQ(c.client.raw(kRateGet, {}, reply), bytes);
      const auto* byte = reinterpret_cast<const unsigned char*>(reply.data());
      for (uint32_t i = 0; i < sizeof reply; ++i) ASSERT_EQ(byte[i], i < bytes ? 0xff : 0) << bytes << ' ' << i;
    }
}

TEST(ScmiClient, a_raw_request_that_does_not_fit_is_not_sent) {
  for (const Manner manner : kManners) {
    Channel c(manner);
    EXPECT_EQ(error_of(c.client.raw(kRateGet, Words(26), {})), Error::NoSpace);
    EXPECT_TRUE(c.server.seen.empty());
    EXPECT_EQ(c.client.statistics().sent, 0u);
    EXPECT_EQ(c.client.capacity(), 104u);
    EXPECT_TRUE(works(c));
  }
}

TEST(ScmiClient, a_raw_message_reports_faults_like_any_other) {
  Channel c;
  std::array<uint32_t, 2> reply{};
  EXPECT_EQ(error_of(c.client.raw(command(Protocol(0x33), 1), {}, reply)), Error::NotFound);
  c.server.spoil_next([](Answer& a) { a.flip = 1u << 18; });
  EXPECT_EQ(error_of(c.client.raw(kRateGet, {}, reply)), Error::WrongToken);
}

}  // namespace
