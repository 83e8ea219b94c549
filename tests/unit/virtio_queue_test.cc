// SPDX-License-Identifier: BSD-2-Clause
// What both formats of a ring promise. The device's end is tests/fake/virtio_ring.hh.
#include "virtio/queue.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "tests/fake/result.hh"
#include "tests/fake/virtio_lab.hh"

namespace {

using fake::Format;
using fake::kFormats;
using fake::QueueLab;
using fake::VirtioRing;
using virtio::Queue;

// What a device returns for a tag: all that it may write, filled with this.
std::byte answer_of(uint16_t tag) { return std::byte(~tag); }

// Serves a request of post(): checks what it reads, fills what it may write.
void serve(QueueLab& lab, const VirtioRing::Chain& chain, uint16_t tag) {
  for (size_t i = 0; i < chain.pieces.size(); ++i) {
    const auto& piece = chain.pieces[i];
    const std::byte expected = piece.writable ? std::byte{} : std::byte(tag + i + 1);
    ASSERT_TRUE(std::all_of(piece.at, piece.at + piece.length, [&](std::byte b) { return b == expected; }));
  }
  const std::vector<std::byte> answer(chain.writable(), answer_of(tag));
  lab.ring().give(chain.id, chain.write(answer));
}

TEST(VirtioQueue, a_request_goes_there_and_its_answer_comes_back) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab lab(format, 8, 8, 4);
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_EQ(lab.queue.packed(), format.packed);
    EXPECT_EQ(lab.queue.event_index(), format.event_index);
    EXPECT_EQ(lab.queue.indirect(), format.indirect);
    EXPECT_FALSE(lab.queue.pop());
    EXPECT_FALSE(lab.queue.is_out(1));

    lab.post(1, 3, 2);
    EXPECT_TRUE(lab.queue.is_out(1));
    EXPECT_EQ(lab.queue.outstanding(), 1u);
    EXPECT_EQ(lab.kicks(), 1u);
    EXPECT_EQ(lab.bell.width, 4u);
    EXPECT_FALSE(lab.queue.pop()) << "the device did nothing yet";

    const auto chain = lab.ring().take();
    ASSERT_TRUE(chain);
    EXPECT_EQ(chain->indirect, format.indirect);
    ASSERT_EQ(chain->pieces.size(), 3u);
    EXPECT_EQ(chain->readable(), 16u);
    EXPECT_EQ(chain->writable(), 8u);
    EXPECT_FALSE(lab.ring().take()) << "there was one";
    serve(lab, *chain, 1);
    EXPECT_EQ(*lab.piece(1, 2), answer_of(1));

    const virtio::Used used = lab.pop();
    ASSERT_TRUE(used);
    EXPECT_EQ(used.tag, 1u);
    EXPECT_EQ(used.length, 8u);
    EXPECT_FALSE(lab.queue.is_out(1));
    EXPECT_EQ(lab.queue.outstanding(), 0u);
    EXPECT_FALSE(lab.queue.pop());
    EXPECT_EQ(lab.queue.error(), kNone);
    lab.ring().check_device_area();
  }
}

TEST(VirtioQueue, the_doorbell_has_the_width_of_its_bus) {
  for (const bool wide : {false, true}) {
    QueueLab lab({}, 4, 4, 1);
    ASSERT_EQ(lab.start(), kNone);
    lab.queue.set_doorbell({QueueLab::kBell, QueueLab::kQueue, wide});
    lab.post(0, 1, 1);
    EXPECT_EQ(lab.kicks(), 1u);
    EXPECT_EQ(lab.bell.width, wide ? 4u : 2u);
  }
}

TEST(VirtioQueue, nobody_asks_to_be_interrupted) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab lab(format, 4, 4, 1);
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_FALSE(lab.ring().wants_interrupt());
  }
}

TEST(VirtioQueue, requests_come_back_in_any_order) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab lab(format, 16, 6, 2);
    ASSERT_EQ(lab.start(), kNone);
    ASSERT_EQ(lab.queue.tags(), 6u);
    std::vector<VirtioRing::Chain> chains;
    for (uint16_t tag = 0; tag < 6; ++tag) {
      lab.post(tag, 2, 1);
      chains.push_back(*lab.ring().take());
    }
    for (const uint16_t tag : {4, 1, 5, 0, 2, 3}) {
      serve(lab, chains[tag], tag);
      const auto used = lab.pop();
      ASSERT_TRUE(used);
      EXPECT_EQ(used.tag, tag);
    }
    EXPECT_EQ(lab.queue.outstanding(), 0u);
  }
}

// With everything that can differ on the way: how many are out, how long a chain is, in which order they come back,
// when either side looks.
TEST(VirtioQueue, requests_go_round_the_ring_in_any_pattern) {
  for (const Format& format : kFormats)
    for (const uint16_t limit : {4, 8, 7}) {
      if (limit == 7 && !format.packed) continue;
      SCOPED_TRACE(format.name() + ", " + std::to_string(limit));
      QueueLab lab(format, limit, format.indirect ? 5 : 2, 3);
      ASSERT_EQ(lab.start(), kNone);
      const uint16_t tags = lab.queue.tags();
      std::mt19937 random(limit);
      std::map<uint16_t, VirtioRing::Chain> taken;
      std::vector<uint16_t> posted;
      unsigned done = 0;
      while (done < 5'000 && !testing::Test::HasFailure()) {
        if (const auto tag = uint16_t(random() % tags); !lab.queue.is_out(tag)) {
          const size_t segments = 1 + random() % 3;
          lab.post(tag, segments, random() % (segments + 1), 4);
          posted.push_back(tag);
        }
        if (random() % 2) lab.queue.kick();
        if (random() % 2)
          while (const auto chain = lab.ring().take()) {
            taken[posted.front()] = *chain;
            posted.erase(posted.begin());
          }
        while (!taken.empty() && random() % 2) {
          const auto some = std::next(taken.begin(), random() % taken.size());
          serve(lab, some->second, some->first);
          taken.erase(some);
        }
        while (random() % 4) {
          const auto used = lab.queue.pop();
          if (!used) break;
          ++done;
          const auto tag = uint16_t(used.tag);
          ASSERT_FALSE(taken.contains(tag));
          ASSERT_TRUE(used.length == 0 || *std::max_element(lab.piece(tag, 0), lab.piece(tag, 0) + 4) != std::byte{});
          lab.drop(tag);
        }
        ASSERT_EQ(lab.queue.error(), kNone);
      }
      lab.ring().check_device_area();
    }
}

struct Size {
  uint16_t limit;
  size_t requests;
  uint16_t segments;
  bool indirect;
  uint16_t split_size, split_tags, packed_size, packed_tags;  // 0: no such queue
};

// A tag has its descriptors in the ring where all fit, else in a table, else there are fewer tags. No chain is longer
// than the queue (2.7.5.3.1, 2.8.17), in a table neither.
constexpr Size kSizes[] = {
    {1, 1, 1, false, 1, 1, 1, 1},
    {1, 4, 1, false, 1, 1, 1, 1},
    {2, 1, 2, false, 2, 1, 2, 1},
    {2, 4, 2, false, 2, 1, 2, 1},
    {2, 4, 2, true, 2, 2, 2, 2},
    {2, 1, 3, false, 0, 0, 0, 0},
    {2, 2, 3, true, 0, 0, 0, 0},
    {3, 3, 1, false, 0, 0, 3, 3},
    {5, 9, 1, false, 0, 0, 5, 5},
    {6, 9, 2, true, 0, 0, 6, 6},
    {7, 9, 2, false, 0, 0, 6, 3},
    {8, 3, 2, false, 8, 3, 6, 3},
    {8, 3, 4, true, 4, 3, 4, 3},
    {8, 2, 8, true, 8, 2, 8, 2},
    {8, 2, 6, true, 8, 2, 6, 2},
    {8, 3, 3, false, 8, 2, 8, 2},
    {256, 16, 2, false, 32, 16, 32, 16},
    {256, 16, 34, true, 64, 16, 34, 16},
    {256, 300, 2, true, 256, 256, 256, 256},
    {1024, 8, 2, true, 16, 8, 16, 8},
    {1024, 1024, 1, true, 1024, 1024, 1024, 1024},
    {32768, 32768, 1, false, 32768, 32768, 32768, 32768},
    {32768, 16384, 2, false, 32768, 16384, 32768, 16384},
    {32768, 20000, 2, true, 32768, 20000, 20000, 20000},
};

TEST(VirtioQueue, as_many_tags_as_fit_can_be_out_at_once) {
  for (const Size& size : kSizes)
    for (const bool packed : {false, true}) {
      SCOPED_TRACE(std::string(packed ? "packed " : "split ") + std::to_string(size.limit) + " for " +
                   std::to_string(size.requests) + " of " + std::to_string(size.segments) +
                   (size.indirect ? ", tables" : ""));
      QueueLab lab({packed, size.indirect, false}, size.limit, size.requests, size.segments);
      const uint16_t tags = packed ? size.packed_tags : size.split_tags;
      ASSERT_EQ(lab.start(), tags ? kNone : Error::NoQueue);
      if (!tags) continue;
      EXPECT_EQ(lab.area.size, packed ? size.packed_size : size.split_size);
      EXPECT_EQ(lab.queue.size(), lab.area.size);
      ASSERT_EQ(lab.queue.tags(), tags);
      std::byte memory[64]{};
      lab.lent.add(memory, sizeof memory);
      const std::vector<virtio::Segment> segments(size.segments, {Dma::address(memory), 1});
      for (unsigned turn = 0; turn < 3; ++turn) {
        for (uint16_t tag = 0; tag < tags; ++tag) lab.queue.post(tag, segments, size.segments - 1);
        EXPECT_EQ(lab.queue.outstanding(), tags);
        std::vector<uint16_t> ids;
        while (const auto chain = lab.ring().take()) {
          ASSERT_EQ(chain->pieces.size(), size.segments);
          ids.push_back(chain->id);
        }
        ASSERT_EQ(ids.size(), tags);
        std::ranges::reverse(ids);
        for (const uint16_t id : ids) lab.ring().give(id, 1);
        std::vector<bool> back(tags);
        while (const auto used = lab.queue.pop()) {
          EXPECT_EQ(used.length, 1u);
          EXPECT_FALSE(back[used.tag]);
          back[used.tag] = true;
        }
        EXPECT_EQ(lab.queue.outstanding(), 0u);
        EXPECT_EQ(lab.queue.error(), kNone);
      }
      lab.ring().check_device_area();
    }
}

TEST(VirtioQueue, sizes_that_no_queue_has_are_refused) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    for (const uint16_t limit : {0, 32769, 65535}) EXPECT_EQ(QueueLab(format, limit, 4, 1).start(), Error::NoQueue);
    for (const uint16_t limit : {3, 6, 255, 1000})
      EXPECT_EQ(QueueLab(format, limit, 1, 1).start(), format.packed ? kNone : Error::NoQueue);
    EXPECT_EQ(QueueLab(format, 8, 0, 1).start(), Error::NoQueue) << "nobody has a request";
  }
}

TEST(VirtioQueue, the_arena_has_to_have_room_for_the_whole_ring) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab roomy(format, 64, 64, 2);
    ASSERT_EQ(roomy.start(), kNone);
    const size_t needed = roomy.arena.used();
    QueueLab tight(format, 64, 64, 2, needed);
    EXPECT_EQ(tight.start(), kNone);
    QueueLab small(format, 64, 64, 2, needed - 1);
    EXPECT_EQ(small.start(), Error::NoSpace);
    EXPECT_EQ(small.arena.used(), 0u);
    EXPECT_EQ(small.start(2), kNone) << "a smaller ring fits";
  }
}

TEST(VirtioQueue, one_that_was_not_started_brings_nothing_back) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab lab(format, 8, 8, 2, 64);
    EXPECT_FALSE(lab.queue.pop());
    EXPECT_EQ(lab.queue.error(), kNone);
    EXPECT_EQ(lab.start(), Error::NoSpace);
    EXPECT_FALSE(lab.queue.pop());
    QueueLab once(format, 4, 4, 1);
    ASSERT_EQ(once.start(), kNone);
    once.post(1, 1, 0);
    serve(once, *once.ring().take(), 1);
    EXPECT_EQ(once.start(0), Error::NoQueue);
    EXPECT_FALSE(once.queue.pop()) << "what came before is forgotten";
    EXPECT_EQ(once.queue.outstanding(), 0u);
  }
}

TEST(VirtioQueue, starting_again_begins_afresh_in_the_same_memory) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab lab(format, 8, 4, 2);
    ASSERT_EQ(lab.start(), kNone);
    const auto area = lab.area;
    const size_t used = lab.arena.used();
    for (unsigned turn = 0; turn < 5; ++turn) {
      // It is left in the middle of things: one is out, one was given and not seen, the device broke the rules.
      for (uint16_t tag = 0; tag < 3; ++tag) lab.post(tag, 2, 1);
      serve(lab, *lab.ring().take(), 0);
      EXPECT_EQ(lab.pop().tag, 0u);
      serve(lab, *lab.ring().take(), 1);
      if (turn % 2) {
        lab.ring().put_used(4711, 0);
        EXPECT_EQ(lab.pop().tag, 1u);
        EXPECT_FALSE(lab.pop());
        EXPECT_EQ(lab.queue.error(), Error::UsedId);
      }
      ASSERT_EQ(lab.start(), kNone);
      EXPECT_EQ(lab.area.descriptors, area.descriptors);
      EXPECT_EQ(lab.area.driver, area.driver);
      EXPECT_EQ(lab.area.device, area.device);
      EXPECT_EQ(lab.arena.used(), used);
      EXPECT_EQ(lab.queue.outstanding(), 0u);
      EXPECT_EQ(lab.queue.error(), kNone);
      EXPECT_FALSE(lab.queue.pop()) << "what came before is forgotten";
    }
  }
}

TEST(VirtioQueue, a_device_may_offer_less_after_a_reset_and_not_more_than_there_is_memory) {
  for (const bool packed : {false, true}) {
    QueueLab lab({packed, false, false}, 8, 16, 1);
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_EQ(lab.queue.tags(), 8u);
    ASSERT_EQ(lab.start(4), kNone);
    EXPECT_EQ(lab.queue.tags(), 4u);
    lab.post(3, 1, 0);
    serve(lab, *lab.ring().take(), 3);
    EXPECT_EQ(lab.pop().tag, 3u);
    EXPECT_EQ(lab.start(16), Error::NoSpace);
    EXPECT_EQ(lab.start(8), kNone);
    EXPECT_EQ(lab.queue.tags(), 8u);
  }
}

TEST(VirtioQueue, a_mistake_of_ours_stops_the_firmware) {
  QueueLab lab({}, 4, 4, 2);
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.queue.tags(), 2u);
  const virtio::Segment segments[3]{};
  lab.queue.post(0, std::span(segments).first(1), 1);
  EXPECT_DEATH(lab.queue.post(0, std::span(segments).first(1), 1), "panic") << "it is out";
  EXPECT_DEATH(lab.queue.post(1, {}, 0), "panic") << "nothing";
  EXPECT_DEATH(lab.queue.post(1, segments, 3), "panic") << "more than it has descriptors for";
  EXPECT_DEATH(lab.queue.post(2, std::span(segments).first(1), 1), "panic") << "fewer tags than were asked for";
}

TEST(VirtioQueue, the_length_is_what_the_device_wrote_and_no_more_than_it_might) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    for (const uint32_t length : {0u, 1u, 15u, 16u, 17u, 24u, 0x8000'0000u, 0xffff'ffffu}) {
      QueueLab lab(format, 4, 4, 3);
      ASSERT_EQ(lab.start(), kNone);
      lab.post(0, 3, 1);  // 8 bytes to read, 16 to write
      const auto chain = lab.ring().take();
      ASSERT_TRUE(chain);
      lab.ring().give(chain->id, length);
      const auto used = lab.queue.pop();
      EXPECT_EQ(bool(used), length <= 16);
      EXPECT_EQ(lab.queue.error(), length <= 16 ? kNone : Error::UsedLength);
      if (used) EXPECT_EQ(used.length, length);
      EXPECT_EQ(lab.queue.is_out(0), length > 16) << "what was not taken stays out";
    }
  }
}

// Everything that a ring of four can say about requests that are not out.
TEST(VirtioQueue, a_request_that_is_not_out_cannot_come_back) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    for (const uint32_t id : {0u, 2u, 3u, 4u, 5u, 7u, 8u, 255u, 0x7fffu, 0x8000u, 0xffffu, 0x1'0002u, 0xffff'ffffu}) {
      if (format.packed && id > 0xffff) continue;
      QueueLab lab(format, 4, 4, 1);
      ASSERT_EQ(lab.start(), kNone);
      lab.post(1, 1, 0);
      ASSERT_TRUE(lab.ring().take());
      lab.ring().put_used(id, 0);
      EXPECT_FALSE(lab.queue.pop());
      EXPECT_EQ(lab.queue.error(), Error::UsedId) << id;
      EXPECT_TRUE(lab.queue.is_out(1));
    }
  }
}

TEST(VirtioQueue, a_request_comes_back_once) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab lab(format, 4, 4, 1);
    ASSERT_EQ(lab.start(), kNone);
    lab.post(2, 1, 0);
    lab.post(3, 1, 0);
    const auto chain = lab.ring().take();
    ASSERT_TRUE(chain && lab.ring().take());
    lab.ring().give(chain->id, 8);
    lab.ring().put_used(chain->id, 8);
    EXPECT_EQ(lab.pop().tag, 2u);
    EXPECT_FALSE(lab.queue.pop());
    EXPECT_EQ(lab.queue.error(), Error::UsedId);
    EXPECT_TRUE(lab.queue.is_out(3));
  }
}

TEST(VirtioQueue, after_a_fault_it_stands_still_until_it_is_started) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab lab(format, 4, 4, 1);
    ASSERT_EQ(lab.start(), kNone);
    for (uint16_t tag = 0; tag < 3; ++tag) lab.post(tag, 1, 0);
    for (unsigned i = 0; i < 3; ++i) ASSERT_TRUE(lab.ring().take());
    lab.ring().put_used(3, 0);
    lab.ring().give(1, 8);  // one that would be right
    for (unsigned i = 0; i < 5; ++i) EXPECT_FALSE(lab.queue.pop());
    EXPECT_EQ(lab.queue.error(), Error::UsedId);
    lab.post(3, 1, 0);  // by somebody who did not ask for the error
    lab.queue.kick();
    ASSERT_TRUE(lab.ring().take());
    lab.ring().give(2, 8);
    lab.ring().give(3, 8);
    for (unsigned i = 0; i < 5; ++i) EXPECT_FALSE(lab.queue.pop());
    EXPECT_EQ(lab.queue.error(), Error::UsedId) << "the first fault is what counts";
    ASSERT_EQ(lab.start(), kNone);
    lab.post(0, 1, 0);
    serve(lab, *lab.ring().take(), 0);
    EXPECT_EQ(lab.pop().tag, 0u);

    lab.post(0, 1, 0);
    lab.ring().give(lab.ring().take()->id, 9);  // too much, and from now on all is as it should be
    EXPECT_FALSE(lab.queue.pop());
    for (const uint16_t tag : {1, 2}) {
      lab.post(tag, 1, 0);
      lab.queue.kick();
      serve(lab, *lab.ring().take(), tag);
      EXPECT_FALSE(lab.queue.pop());
    }
    EXPECT_EQ(lab.queue.error(), Error::UsedLength);
  }
}

TEST(VirtioQueue, requests_that_are_always_alike_are_prepared_once) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    constexpr uint16_t kTags = 3, kEach = 2;
    QueueLab lab(format, 8, kTags, kEach);
    std::array<std::array<std::byte, 16>, kTags * kEach> memory{};
    lab.lent.add(&memory, sizeof memory);
    std::array<virtio::Segment, kTags * kEach> segments;
    for (unsigned turn = 0; turn < 2; ++turn) {
      ASSERT_EQ(lab.start(), kNone);
      for (size_t i = 0; i < segments.size(); ++i) segments[i] = {Dma::address(&memory[i]), 16};
      lab.queue.prepare(segments, kEach);
      EXPECT_FALSE(lab.ring().take()) << "nothing is offered yet";
      for (unsigned round = 0; round < 20; ++round) {
        const auto tag = uint16_t(round * 2 % kTags);
        const uint32_t length = 1 + round % 16;
        lab.bell.rings = 0;
        lab.queue.send(tag, length);
        EXPECT_EQ(lab.queue.outstanding(), 1u);
        EXPECT_TRUE(lab.queue.is_out(tag));
        const auto chain = lab.ring().take();
        ASSERT_TRUE(chain);
        EXPECT_EQ(chain->indirect, lab.queue.indirect());
        ASSERT_EQ(chain->pieces.size(), 2u);
        EXPECT_EQ(chain->pieces[0].at, memory[tag * kEach].data());
        EXPECT_EQ(chain->pieces[0].length, length);
        EXPECT_FALSE(chain->pieces[0].writable);
        EXPECT_EQ(chain->pieces[1].at, memory[tag * kEach + 1].data());
        EXPECT_EQ(chain->pieces[1].length, 16u);
        EXPECT_TRUE(chain->pieces[1].writable);
        lab.ring().notify_always();
        EXPECT_EQ(lab.bell.rings, 1u);
        lab.ring().give(chain->id, 16);
        const auto used = lab.queue.pop();
        ASSERT_TRUE(used);
        EXPECT_EQ(used.tag, tag);
        EXPECT_EQ(used.length, 16u);
      }
      lab.queue.send(0, 16);
      lab.ring().give(lab.ring().take()->id, 17);
      EXPECT_FALSE(lab.queue.pop()) << "lengths are bounded as for any";
      EXPECT_EQ(lab.queue.error(), Error::UsedLength);
    }
    EXPECT_DEATH(lab.queue.send(0, 1), "panic") << "it is out";
  }
}

// A device that writes whatever it likes wherever it may, while the driver looks. What comes of it is not known; that
// only tags come back that were out, that lengths are bounded and that no other memory is touched is.
TEST(VirtioQueue, a_device_that_writes_while_we_look_gains_nothing) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name());
    QueueLab lab(format, 8, 8, 2);
    ASSERT_EQ(lab.start(), kNone);
    std::atomic<bool> over = false;
    std::thread device([&] {
      std::mt19937 random(7);
      const auto device_area = lab.ring().device_area(), descriptors = lab.ring().descriptors();
      while (!over) {
        const auto area = format.packed && random() % 8 ? descriptors : device_area;
        const size_t at = random() % area.size();
        // Small numbers, flags and indices that may be right.
        const unsigned value = random() % 4 ? random() % 8 : random() % 2 ? 0x80 : random();
        __atomic_store_n(reinterpret_cast<uint8_t*>(&area[at]), uint8_t(value), __ATOMIC_RELAXED);
      }
    });
    std::byte memory[16]{};
    const virtio::Segment segments[] = {{Dma::address(memory), 8}, {Dma::address(memory + 8), 8}};
    unsigned popped = 0, restarts = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (popped + restarts < 100 && std::chrono::steady_clock::now() < end) {
      bool out[8];
      for (uint16_t tag = 0; tag < lab.queue.tags(); ++tag) {
        if (!lab.queue.is_out(tag)) lab.queue.post(tag, segments, 1);
        out[tag] = true;
      }
      lab.queue.kick();
      while (const auto used = lab.queue.pop()) {
        ASSERT_LT(used.tag, lab.queue.tags());
        ASSERT_TRUE(out[used.tag]);
        out[used.tag] = false;
        ASSERT_LE(used.length, 8u);
        ++popped;
      }
      if (lab.queue.error() == kNone) continue;
      ++restarts;
      ASSERT_TRUE(lab.queue.start(lab.arena, 8, 2, format.features()));
    }
    over = true;
    device.join();
    EXPECT_GT(popped + restarts, 0u) << "the device was there";
  }
}

}  // namespace
