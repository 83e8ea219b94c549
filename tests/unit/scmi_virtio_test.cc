// SPDX-License-Identifier: BSD-2-Clause
// SCMI over virtio (Virtio 1.2, 5.17): the device is tests/fake/virtio_core.hh, the platform in it
// tests/fake/server.hh.
#include "scmi/virtio.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>

#include "scmi/client.hh"
#include "scmi/clock.hh"
#include "tests/fake/result.hh"
#include "tests/fake/server.hh"
#include "tests/fake/virtio_board.hh"
#include "tests/fake/virtio_device.hh"
#include "tests/fake/virtio_lab.hh"
#include "tests/unit/fdt_build.hh"

namespace {

using fake::Answer;
using fake::Format;
using fake::kFormats;
using fake::kSuccess;
using fake::Words;
using scmi::command;
using scmi::Header;
using scmi::MessageType;
using scmi::Protocol;
using scmi::VirtioTransport;
using Chain = fake::VirtioCore::Chain;

constexpr uint64_t kP2aChannels = 1;
constexpr auto kRateGet = command(Protocol::Clock, 0x6);
constexpr auto kAttributes = command(Protocol::Clock, 0x1);
constexpr auto kRateChanged = command(Protocol::Clock, 0x0);

struct Link : fake::VirtioBoard<1 << 16> {
  explicit Link(uint64_t features = kFormats[1].features() | kP2aChannels, std::vector<uint16_t> limits = {64, 64})
      : device(virtio::Type::Scmi, features, std::move(limits)) {
    core.memory.add(memory.get(), kMemory);
    core.serve = [this](uint16_t queue, const Chain& chain) { return serve(queue, chain); };
    server.on(kAttributes, [this](const Words&) -> Answer { return {kSuccess, ++asked}; });
    server.on(kRateGet, [](const Words& arguments) -> Answer { return {kSuccess, 1000 + arguments.at(0), 7}; });
  }
  explicit Link(const Format& format) : Link(format.features() | kP2aChannels) {}

  std::optional<uint32_t> serve(uint16_t queue, const Chain& chain) {
    if (queue == 1) {
      EXPECT_EQ(chain.readable(), 0u) << "events are written";
      EXPECT_EQ(chain.writable(), VirtioTransport::kMessage);
      events.push_back(chain);
      return {};
    }
    const auto bytes = chain.read();
    EXPECT_EQ(chain.writable(), VirtioTransport::kMessage);
    EXPECT_EQ(bytes.size() % 4, 0u);
    Words message(bytes.size() / 4);
    std::memcpy(message.data(), bytes.data(), bytes.size());
    const Answer answer = server.serve(message);
    Words reply = answer.words;
    reply.insert(reply.begin(), message.at(0) ^ answer.flip);
    if (answer.silent || postponing) {
      kept.push_back({chain, reply});
      return {};
    }
    const uint32_t written = chain.write(std::as_bytes(std::span(reply)));
    return answer.length.value_or(written);
  }
  /// Answers what was postponed.
  void answer(size_t index) {
    const auto [chain, reply] = kept.at(index);
    kept.erase(kept.begin() + ptrdiff_t(index));
    core.complete(0, chain.id, chain.write(std::as_bytes(std::span(reply))));
  }
  /// Sends an event; false: there is no buffer.
  bool send(const Words& message, std::optional<uint32_t> length = {}) {
    if (events.empty()) return false;
    const Chain chain = events.front();
    events.pop_front();
    const uint32_t written = chain.write(std::as_bytes(std::span(message)));
    core.complete(1, chain.id, length.value_or(written));
    return true;
  }
  /// One exchange, with its own answer.
  Error ask() {
    const auto rate = client.call(scmi::clock::wire::RateGet{.clock = 5u});
    if (rate) EXPECT_EQ(*rate, 7ull << 32 | 1005);
    return error_of(rate);
  }
  void start() { ASSERT_EQ(error_of(transport.start()), kNone); }

  fake::VirtioDevice device;
  fake::VirtioCore& core = device.core;
  fake::Server server;
  VirtioTransport transport{device, host};
  scmi::Client client{transport, timeline.time};

  uint32_t asked = 0;
  bool postponing = false;
  struct Kept {
    Chain chain;
    Words reply;
  };
  std::vector<Kept> kept;
  std::deque<Chain> events;
};

TEST(ScmiVirtio, a_command_is_read_and_its_reply_written_in_one_request) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    Link link(format);
    link.start();
    EXPECT_EQ(link.transport.capacity(), VirtioTransport::kMessage);
    EXPECT_TRUE(link.transport.has_events());
    EXPECT_EQ(link.ask(), kNone);
    ASSERT_EQ(link.server.seen.size(), 1u);
    EXPECT_EQ(link.server.seen[0], (Words{link.server.last().word, 5})) << "as long as it is, and no longer";
    EXPECT_EQ(link.ask(), kNone);
    EXPECT_EQ(link.client.statistics().answered, 2u);
    EXPECT_EQ(link.transport.error(), kNone);
  }
}

TEST(ScmiVirtio, features_are_those_that_it_knows) {
  Link link(kFormats[7].features() | kP2aChannels | 1 << 1 | 1ull << 35 | 1ull << 40);
  link.start();
  EXPECT_EQ(link.core.accepted(), kFormats[7].features() | kP2aChannels);
}

TEST(ScmiVirtio, without_events_there_is_one_queue) {
  Link link(kFormats[1].features(), {64});
  link.start();
  EXPECT_FALSE(link.transport.has_events());
  EXPECT_EQ(link.ask(), kNone);
  EXPECT_EQ(link.client.poll(), 0u);
}

TEST(ScmiVirtio, events_that_are_offered_without_a_queue_end_the_start) {
  Link link(kFormats[0].features() | kP2aChannels, {64});
  EXPECT_EQ(error_of(link.transport.start()), Error::NoQueue);
  EXPECT_EQ(link.ask(), Error::Broken) << "nothing is waited for";
  EXPECT_EQ(link.timeline.elapsed() / 1000, 0u);
}

TEST(ScmiVirtio, events_always_find_buffers) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    Link link(format);
    link.start();
    EXPECT_EQ(link.events.size(), VirtioTransport::kEvents) << "before the first command";
    static unsigned heard;
    heard = 0;
    ASSERT_TRUE(link.client.listen(
        kRateChanged,
        [](void*, Header, std::span<const uint32_t> payload) {
          ASSERT_EQ(payload.size(), 2u);
          EXPECT_EQ(payload[1], heard++);
        },
        nullptr));
    const uint32_t header = Header::make(kRateChanged, MessageType::Notification, 0).word;
    uint32_t sent = 0;
    for (unsigned round = 0; round < 30; ++round) {
      for (unsigned i = 0; i < 1 + round % VirtioTransport::kEvents; ++i) ASSERT_TRUE(link.send({header, 1, sent++}));
      if (round % 3 == 0)
        EXPECT_EQ(link.ask(), kNone) << "a command does not mind them";
      else
        EXPECT_EQ(link.client.poll(), 1 + round % VirtioTransport::kEvents);
      link.client.poll();
      link.core.run(1);
      EXPECT_EQ(link.events.size(), VirtioTransport::kEvents) << "each is fed back at once";
      EXPECT_EQ(heard, sent);
    }
    EXPECT_EQ(link.client.statistics().notifications, sent);
  }
}

TEST(ScmiVirtio, a_delayed_response_may_overtake_the_reply) {
  Link link;
  link.start();
  for (const bool before : {true, false}) {
    link.server.on(command(Protocol::Clock, 0x5), [&](const Words&) -> Answer {
      const uint32_t header = (link.server.last().word & ~0x300u) | uint32_t(MessageType::DelayedResponse) << 8;
      const auto send = [&link, header] { EXPECT_TRUE(link.send({header, kSuccess, 5, 77, 0})); };
      if (before)
        send();
      else
        link.timeline.after(3'000, send);
      return {kSuccess};
    });
    link.client.expect(command(Protocol::Clock, 0x5));
    const auto done = link.client.await(
        link.client.order(scmi::clock::wire::RateSet{.flags = 1u, .clock = 5u, .low = 77u, .high = 0u}), 3);
    ASSERT_EQ(error_of(done), kNone);
    EXPECT_EQ((*done)[1], 77u);
  }
  EXPECT_EQ(link.client.statistics().delayed, 2u);
}

TEST(ScmiVirtio, many_commands_are_in_flight_and_answered_in_any_order) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    Link link(format);
    link.start();
    link.postponing = true;
    std::array<scmi::Flight, VirtioTransport::kCommands> flights;
    std::array<scmi::clock::wire::RateGet::Reply, VirtioTransport::kCommands> rates;
    for (uint32_t i = 0; i < flights.size(); ++i)
      ASSERT_EQ(error_of(link.client.begin(flights[i], scmi::clock::wire::RateGet{.clock = i}, rates[i])), kNone);
    EXPECT_EQ(link.transport.outgoing(), nullptr) << "every buffer is on its way";
    ASSERT_EQ(link.kept.size(), flights.size());
    for (unsigned n = 0; !link.kept.empty(); ++n) link.answer(n * 7 % link.kept.size());
    for (uint32_t i = 0; i < flights.size(); ++i) {
      EXPECT_EQ(error_of(link.client.finish(flights[i])), kNone);
      EXPECT_EQ(std::memcmp(&rates[i], Words{1000 + i, 7}.data(), 8), 0);
    }
    link.postponing = false;
    EXPECT_EQ(link.ask(), kNone);
    EXPECT_EQ(link.client.statistics().answered, flights.size() + 1);
  }
}

TEST(ScmiVirtio, one_more_than_there_are_buffers_waits_for_one) {
  Link link;
  link.start();
  link.postponing = true;
  std::array<scmi::Flight, VirtioTransport::kCommands> flights;
  std::array<scmi::clock::wire::RateGet::Reply, VirtioTransport::kCommands> rates;
  for (uint32_t i = 0; i < flights.size(); ++i)
    ASSERT_TRUE(link.client.begin(flights[i], scmi::clock::wire::RateGet{.clock = i}, rates[i]));
  link.timeline.after(5'000, [&] {
    link.postponing = false;
    link.answer(3);
  });
  EXPECT_EQ(link.ask(), kNone);
  EXPECT_GE(link.timeline.elapsed(), 5'000u);
  EXPECT_EQ(error_of(link.client.finish(flights[3])), kNone) << "it came while another was asked";
  EXPECT_EQ(error_of(link.client.finish(flights[4])), Error::Timeout);
  while (!link.kept.empty()) link.answer(0);
  EXPECT_EQ(error_of(link.client.finish(flights[5])), kNone);
}

TEST(ScmiVirtio, a_late_reply_is_dropped_and_its_buffer_comes_back) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    Link link(format);
    link.start();
    link.postponing = true;
    for (unsigned i = 0; i < VirtioTransport::kCommands; ++i) EXPECT_EQ(link.ask(), Error::Timeout);
    EXPECT_EQ(link.ask(), Error::Busy) << "all buffers are the device's";
    link.postponing = false;
    link.answer(0);
    EXPECT_EQ(link.ask(), kNone);
    while (!link.kept.empty()) link.answer(link.kept.size() / 2);
    for (unsigned i = 0; i < 2 * VirtioTransport::kCommands; ++i) EXPECT_EQ(link.ask(), kNone);
    EXPECT_EQ(link.client.statistics().late, VirtioTransport::kCommands);
    EXPECT_EQ(link.transport.error(), kNone) << "being slow is no fault";
  }
}

TEST(ScmiVirtio, a_small_ring_carries_fewer_at_a_time) {
  Link link(kFormats[0].features() | kP2aChannels, {4, 2});
  link.start();
  EXPECT_EQ(link.events.size(), 2u);
  link.postponing = true;
  EXPECT_EQ(link.ask(), Error::Timeout);
  EXPECT_EQ(link.ask(), Error::Timeout);
  EXPECT_EQ(link.transport.outgoing(), nullptr);
  link.postponing = false;
  link.answer(1);
  for (unsigned i = 0; i < 10; ++i) EXPECT_EQ(link.ask(), kNone);
}

TEST(ScmiVirtio, tokens_and_indices_wrap_many_times) {
  for (const Format& format : {kFormats[0], kFormats[7]}) {
    SCOPED_TRACE(format.name());
    Link link(format);
    link.start();
    for (uint32_t i = 1; i <= 66'000; ++i) {
      ASSERT_EQ(link.client.one_word(kAttributes), i);
      link.server.seen.clear();
    }
    EXPECT_EQ(link.client.statistics().answered, 66'000u);
  }
}

struct Spoilt {
  std::function<void(Answer&)> how;
  Error error;
};

TEST(ScmiVirtio, what_is_no_answer_is_never_shown_as_one) {
  const Spoilt cases[] = {
      {[](Answer& a) { a.flip = 1u << 18; }, Error::WrongToken},
      {[](Answer& a) { a.flip = 1u << 27; }, Error::WrongToken},
      {[](Answer& a) { a.flip = 1; }, Error::WrongMessage},
      {[](Answer& a) { a.flip = 2u << 8; }, Error::WrongMessage},
      {[](Answer& a) { a.flip = 1u << 10; }, Error::WrongMessage},
      {[](Answer& a) { a.flip = 1u << 31; }, Error::WrongMessage},
      {[](Answer& a) { a.length = 0; }, Error::ReplyShort},
      {[](Answer& a) { a.length = 3; }, Error::ReplyShort},
      {[](Answer& a) { a.length = 4; }, Error::ReplyShort},
      {[](Answer& a) { a.length = 7; }, Error::ReplyShort},
      {[](Answer& a) { a.length = 8; }, Error::ReplyShort},
      {[](Answer& a) { a.length = 15; }, Error::ReplyShort},
      {[](Answer& a) { a.words[0] = uint32_t(-3); }, Error::Denied},
      {[](Answer& a) { a.words[0] = uint32_t(-77); }, Error::UnknownStatus},
      {[](Answer& a) { a.silent = true; }, Error::Timeout},
  };
  for (const Format& format : {kFormats[1], kFormats[7]})
    for (const Spoilt& spoilt : cases) {
      SCOPED_TRACE(format.name() + ", case " + std::to_string(&spoilt - cases));
      Link link(format);
      link.start();
      EXPECT_EQ(link.ask(), kNone);
      link.server.spoil_next(spoilt.how);
      EXPECT_EQ(link.ask(), spoilt.error);
      EXPECT_EQ(link.ask(), kNone) << "the next is not harmed";
      EXPECT_EQ(link.transport.error(), kNone);
    }
}

TEST(ScmiVirtio, a_full_length_reply_is_taken_and_one_byte_more_is_a_fault) {
  for (const Format& format : kFormats)
    for (const uint32_t length : {256u, 257u, 0xffff'fff0u}) {
      SCOPED_TRACE(format.name() + ", " + std::to_string(length));
      Link link(format);
      link.start();
      link.server.spoil_next([&](Answer& a) { a.length = length; });
      EXPECT_EQ(link.ask(), length == 256 ? kNone : Error::UsedLength);
      EXPECT_EQ(link.transport.error(), length == 256 ? kNone : Error::UsedLength);
    }
}

// Each hostile behaviour has its name, costs no time, and leaves a device that is reset.
TEST(ScmiVirtio, a_device_that_breaks_the_rules_is_taken_out_of_service) {
  struct Case {
    std::function<void(Link&)> how;
    Error split, packed;
  };
  const Case cases[] = {
      {[](Link& l) { l.core.ring(0).put_used(4711, 0, 2); }, Error::UsedId, Error::UsedId},
      {[](Link& l) { l.core.ring(0).put_used(0xffff, 0, 2); }, Error::UsedId, Error::UsedId},
      {[](Link& l) { l.core.ring(1).put_used(500, 4, 1); }, Error::UsedId, Error::UsedId},
      {[](Link& l) { EXPECT_TRUE(l.send({0}, 257)); }, Error::UsedLength, Error::UsedLength},
      {[](Link& l) {
         if (!l.core.ring(0).packed())
           l.core.ring(0).set_used_index(uint16_t(l.core.ring(0).used_index() + 9));
         else
           l.core.ring(0).put_used(9, 0, 2);
       },
       Error::UsedIndex, Error::UsedId},
      {[](Link& l) {
         if (!l.core.ring(1).packed())
           l.core.ring(1).set_used_index(uint16_t(l.core.ring(1).used_index() - 1));
         else
           l.core.ring(1).put_used(8, 0, 1);
       },
       Error::UsedIndex, Error::UsedId},
      {[](Link& l) { l.core.break_down(); }, Error::NeedsReset, Error::NeedsReset},
  };
  for (const Format& format : kFormats)
    for (const Case& c : cases) {
      SCOPED_TRACE(format.name() + ", case " + std::to_string(&c - cases));
      Link link(format);
      link.start();
      EXPECT_EQ(link.ask(), kNone);
      const size_t memory = link.arena.used();
      const Error expected = format.packed ? c.packed : c.split;
      link.postponing = true;
      bool once = false;
      link.core.on_notify = [&](uint16_t queue) {
        link.core.run(queue);
        if (queue == 0 && !once) {
          once = true;
          c.how(link);
        }
      };
      EXPECT_EQ(link.ask(), expected);
      EXPECT_EQ(link.transport.error(), expected);
      EXPECT_FALSE(link.transport.running());
      EXPECT_EQ(link.core.status_now(), 0u) << "it was reset";
      EXPECT_LT(link.timeline.elapsed(), 100'000u);

      EXPECT_EQ(link.ask(), Error::Broken);
      EXPECT_EQ(link.client.poll(), 0u);
      EXPECT_EQ(link.transport.outgoing(), nullptr);
      link.postponing = false;
      link.kept.clear();
      link.events.clear();
      link.start();
      EXPECT_EQ(link.ask(), kNone) << "started anew it works";
      EXPECT_EQ(link.events.size(), VirtioTransport::kEvents);
      EXPECT_EQ(link.arena.used(), memory);
    }
}

TEST(ScmiVirtio, commands_in_flight_end_when_the_device_does) {
  Link link;
  link.start();
  link.postponing = true;
  std::array<scmi::Flight, 3> flights;
  std::array<scmi::clock::wire::RateGet::Reply, 3> rates;
  for (uint32_t i = 0; i < 3; ++i)
    ASSERT_TRUE(link.client.begin(flights[i], scmi::clock::wire::RateGet{.clock = i}, rates[i]));
  link.core.ring(0).put_used(4711, 0);
  EXPECT_EQ(error_of(link.client.finish(flights[1])), Error::UsedId);
  EXPECT_EQ(error_of(link.client.finish(flights[0])), Error::Broken);
  // A command of before does not take the answer of one after the restart, in the same buffer.
  link.kept.clear();
  link.events.clear();
  link.postponing = false;
  link.start();
  for (unsigned i = 0; i < 2 * VirtioTransport::kCommands; ++i) EXPECT_EQ(link.ask(), kNone);
  EXPECT_EQ(error_of(link.client.finish(flights[2])), Error::Timeout);
}

TEST(ScmiVirtio, events_that_are_none_are_counted_and_fed_back) {
  Link link;
  link.start();
  const uint32_t header = Header::make(kRateChanged, MessageType::Notification, 0).word;
  for (const uint32_t length : {0u, 1u, 3u}) ASSERT_TRUE(link.send({header, 1, 2}, length));
  ASSERT_TRUE(link.send({header ^ 2u << 8}));
  ASSERT_TRUE(link.send({1u << 28 | header, 1, 2}));
  EXPECT_EQ(link.client.poll(), 5u);
  EXPECT_EQ(link.client.statistics().unexpected + link.client.statistics().notifications, 5u);
  EXPECT_GE(link.client.statistics().unexpected, 4u);
  link.core.run(1);
  EXPECT_EQ(link.events.size(), VirtioTransport::kEvents);
  EXPECT_EQ(link.ask(), kNone);
}

// An event for each that was fed back: there is no end of them.
TEST(ScmiVirtio, a_flood_of_events_keeps_no_command_from_its_answer) {
  Link link;
  link.start();
  const uint32_t header = Header::make(kRateChanged, MessageType::Notification, 0).word;
  const auto flood = [&] {
    while (link.send({header, 1, 2})) link.core.run(1);
  };
  link.core.on_notify = [&](uint16_t queue) {
    link.core.run(queue);
    if (queue == 1) flood();
  };
  flood();
  EXPECT_EQ(link.ask(), kNone);
  EXPECT_LE(link.client.poll(), 64u) << "nor anybody who polls";
  link.server.spoil_next([](Answer& a) { a.silent = true; });
  EXPECT_EQ(link.ask(), Error::Timeout);
  EXPECT_LT(link.timeline.elapsed(), 100'000u);
}

TEST(ScmiVirtio, a_reply_that_came_before_the_end_opens_no_buffer_after_it) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    Link link(format);
    link.start();
    link.postponing = true;
    EXPECT_EQ(link.ask(), Error::Timeout);
    link.answer(0);
    link.core.break_down();
    EXPECT_EQ(link.transport.silence(), Error::NeedsReset);
    EXPECT_EQ(link.ask(), Error::Broken);
    EXPECT_EQ(link.ask(), Error::Broken) << "and nobody is notified";
  }
}

TEST(ScmiVirtio, stopping_it_ends_everything) {
  Link link;
  link.start();
  EXPECT_EQ(link.ask(), kNone);
  EXPECT_EQ(error_of(link.transport.stop()), kNone);
  EXPECT_EQ(link.core.status_now(), 0u);
  EXPECT_EQ(link.ask(), Error::Broken);
  EXPECT_EQ(link.client.poll(), 0u);
  link.events.clear();
  link.start();
  EXPECT_EQ(link.ask(), kNone);
}

TEST(ScmiVirtio, too_little_memory_is_said_at_the_start) {
  Link link;
  ASSERT_TRUE(link.arena.take<std::byte>(link.arena.size() - 1000));
  EXPECT_EQ(error_of(link.transport.start()), Error::NoSpace);
  EXPECT_EQ(link.ask(), Error::Broken);
}

TEST(ScmiVirtio, the_tree_may_say_how_long_to_wait) {
  struct Case {
    std::vector<uint32_t> cells;
    uint32_t limit;
  };
  const Case cases[] = {{{}, scmi::kVirtioLimit},  {{50}, 50},
                        {{60'000}, 60'000},        {{60'001}, scmi::kVirtioLimit},
                        {{0}, scmi::kVirtioLimit}, {{0xffff'ffff}, scmi::kVirtioLimit}};
  for (const Case& c : cases) {
    TreeBuilder builder;
    builder.begin("scmi").string("compatible", "arm,scmi-virtio");
    if (!c.cells.empty()) builder.cells("arm,max-rx-timeout-ms", {c.cells[0]});
    builder.end();
    const DeviceTree tree = builder.open();
    const auto node = tree.find("/scmi");
    ASSERT_TRUE(node);
    const auto binding = scmi::read_virtio_binding(tree, *node);
    EXPECT_EQ(binding.name, "scmi");
    EXPECT_EQ(binding.limit, c.limit);
  }
}

}  // namespace
