// SPDX-License-Identifier: BSD-2-Clause
// What is particular to the packed format (2.8).
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tests/fake/result.hh"
#include "tests/fake/virtio_lab.hh"

namespace {

using fake::QueueLab;

constexpr uint16_t kNext = 1, kWrite = 2, kIndirect = 4, kAvailable = 1 << 7, kUsed = 1 << 15;

struct Entry {
  uint64_t address;
  uint32_t length;
  uint16_t id, flags;
};

Entry entry(uint64_t table, size_t index) {
  Entry e;
  std::memcpy(&e, reinterpret_cast<const std::byte*>(table) + 16 * index, sizeof e);
  return e;
}

void put_flags(QueueLab& lab, size_t index, uint16_t flags) {
  std::memcpy(lab.ring().descriptors().data() + 16 * index + 14, &flags, 2);
}

constexpr fake::Format kPlain{.packed = true, .indirect = false, .event_index = false};
constexpr fake::Format kTables{.packed = true, .indirect = true, .event_index = false};
constexpr fake::Format kEvents{.packed = true, .indirect = false, .event_index = true};

TEST(VirtioPacked, the_ring_is_laid_out_as_specified) {
  QueueLab lab(kPlain, 3, 2, 1);
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.area.size, 2u);
  lab.post(1, 1, 0, 32);
  Entry e = entry(lab.area.descriptors, 0);
  EXPECT_EQ(e.address, Dma::address(lab.piece(1, 0)));
  EXPECT_EQ(e.length, 32u);
  EXPECT_EQ(e.id, 1u);
  EXPECT_EQ(e.flags, kWrite | kAvailable);
  EXPECT_EQ(entry(lab.area.driver, 0).address >> 16 & 3, 1u) << "RING_EVENT_FLAGS_DISABLE";
  lab.post(0, 1, 1);
  EXPECT_EQ(entry(lab.area.descriptors, 1).flags, kAvailable);
  // The second turn: the bits are inverted.
  lab.ring().give(lab.ring().take()->id, 0);
  EXPECT_EQ(lab.pop().tag, 1u);
  lab.post(1, 1, 1);
  e = entry(lab.area.descriptors, 0);
  EXPECT_EQ(e.flags, kUsed);
}

TEST(VirtioPacked, a_chain_ends_with_its_buffer_id_and_may_go_over_the_end_of_the_ring) {
  QueueLab lab(kPlain, 6, 3, 2);
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.area.size, 6u);
  for (uint16_t tag : {0, 1, 2}) {
    lab.post(tag, tag == 0 ? 1 : 2, 1);
    lab.ring().give(lab.ring().take()->id, 0);
    EXPECT_EQ(lab.pop().tag, tag);
  }
  lab.post(2, 2, 1);
  EXPECT_EQ(entry(lab.area.descriptors, 5).flags, kAvailable | kNext);
  EXPECT_EQ(entry(lab.area.descriptors, 0).flags, kUsed | kWrite) << "the second turn has begun";
  EXPECT_EQ(entry(lab.area.descriptors, 0).id, 2u);
  const auto chain = lab.ring().take();
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->descriptors, 2u);
  lab.ring().give(2, 8);
  EXPECT_EQ(lab.pop().tag, 2u);
}

TEST(VirtioPacked, a_table_says_only_what_may_be_written) {
  QueueLab lab(kTables, 4, 4, 3);
  ASSERT_EQ(lab.start(), kNone);
  lab.post(3, 3, 2);
  const Entry e = entry(lab.area.descriptors, 0);
  EXPECT_EQ(e.flags, kAvailable | kIndirect);
  EXPECT_EQ(e.id, 3u);
  EXPECT_EQ(e.length, 3 * 16u);
  EXPECT_EQ(entry(e.address, 0).flags, 0u);
  EXPECT_EQ(entry(e.address, 1).flags, 0u);
  EXPECT_EQ(entry(e.address, 2).flags, kWrite);
}

TEST(VirtioPacked, flags_that_are_not_those_of_a_used_descriptor_are_nothing) {
  QueueLab lab(kPlain, 4, 4, 1);
  ASSERT_EQ(lab.start(), kNone);
  for (unsigned turn = 0; turn < 8; ++turn) {  // two turns of the ring, with either wrap counter
    const bool wrap = turn / 4 % 2 == 0;
    lab.post(2, 1, 0);
    ASSERT_TRUE(lab.ring().take());
    for (unsigned flags = 0; flags < 0x10000; flags += 1) {
      if (flags >= 16 && flags % 128) continue;
      if (bool(flags & kAvailable) == wrap && bool(flags & kUsed) == wrap) continue;
      put_flags(lab, turn % 4, uint16_t(flags));
      ASSERT_FALSE(lab.queue.pop()) << flags;
      ASSERT_EQ(lab.queue.error(), kNone) << flags;
    }
    lab.ring().give(2, 1);
    EXPECT_EQ(lab.pop().tag, 2u);
  }
}

TEST(VirtioPacked, a_used_descriptor_where_nothing_is_out_is_a_fault) {
  QueueLab lab(kPlain, 4, 4, 1);
  ASSERT_EQ(lab.start(), kNone);
  put_flags(lab, 0, kAvailable | kUsed);
  EXPECT_FALSE(lab.queue.pop());
  EXPECT_EQ(lab.queue.error(), Error::UsedId);
}

// 2.8.4: the length of a used descriptor that does not have VIRTQ_DESC_F_WRITE is reserved. A device that had nothing
// to write may leave there what was there.
TEST(VirtioPacked, what_had_nothing_to_write_has_no_length) {
  for (const fake::Format& format : {kPlain, kTables}) {
    QueueLab lab(format, 4, 4, 2);
    ASSERT_EQ(lab.start(), kNone);
    lab.post(1, 2, 2);
    const auto chain = lab.ring().take();
    ASSERT_TRUE(chain);
    lab.ring().put_used(1, 0x1234'5678, chain->descriptors);
    put_flags(lab, 0, kAvailable | kUsed);
    const auto used = lab.pop();
    EXPECT_EQ(lab.queue.error(), kNone);
    ASSERT_TRUE(used);
    EXPECT_EQ(used.tag, 1u);
    EXPECT_EQ(used.length, 0u);
  }
}

// Positions wrap at the end of the ring, which need not be a power of two, and the counter with them.
TEST(VirtioPacked, with_an_event_it_notifies_when_that_descriptor_is_among_the_new_ones) {
  for (const uint16_t size : {1, 2, 5, 8, 13}) {
    SCOPED_TRACE(size);
    QueueLab lab(kEvents, size, size, 1);
    ASSERT_EQ(lab.start(), kNone);
    std::byte byte{};
    lab.lent.add(&byte, 1);
    const virtio::Segment segment{Dma::address(&byte), 1};
    std::mt19937 random(size);
    unsigned place = 0;  // of 2 * size: those of a turn with the counter at 1, then those of one with 0
    const auto position = [&](unsigned p) { return uint16_t(p % size | (p / size % 2 == 0 ? 0x8000 : 0)); };
    unsigned told = 0, not_told = 0;
    for (unsigned turn = 0; turn < 5'000; ++turn) {
      // An event that has passed since the last time, is new, or lies ahead, within a turn of the ring.
      const uint16_t event = position(place + 2 * size + random() % (2 * size) - size);
      lab.ring().notify_at(event);
      const unsigned count = random() % (size + 1);
      bool reached = false;
      for (uint16_t tag = 0; tag < count; ++tag) {
        reached |= position(place) == event;
        lab.queue.post(tag, {&segment, 1}, 0);
        place = (place + 1) % (2 * size);
      }
      const unsigned kicks = lab.kicks();
      ASSERT_EQ(kicks, reached ? 1u : 0u) << "event " << event << ", " << count << " up to " << position(place);
      ++(kicks ? told : not_told);
      while (const auto chain = lab.ring().take()) lab.ring().give(chain->id, 1);
      while (lab.queue.pop()) {}
      ASSERT_EQ(lab.queue.outstanding(), 0u);
    }
    EXPECT_GT(told, 100u);
    EXPECT_GT(not_told, 100u);
  }
}

TEST(VirtioPacked, an_event_may_be_any_descriptor_of_a_chain) {
  for (const uint16_t event : {0, 1, 2, 3}) {
    QueueLab lab(kEvents, 4, 2, 2);
    ASSERT_EQ(lab.start(), kNone);
    lab.ring().notify_at(uint16_t(event | 0x8000));
    lab.post(0, 2, 1);
    EXPECT_EQ(lab.kicks(), event < 2 ? 1u : 0u);
    lab.post(1, 2, 1);
    EXPECT_EQ(lab.kicks(), event < 2 ? 0u : 1u);
  }
}

TEST(VirtioPacked, the_flags_of_the_event_structure_say_always_or_never) {
  for (const fake::Format& format : {kPlain, kEvents}) {
    QueueLab lab(format, 4, 4, 1);
    ASSERT_EQ(lab.start(), kNone);
    lab.post(0, 1, 1);
    EXPECT_EQ(lab.kicks(), 1u);
    lab.ring().notify_never();
    lab.post(1, 1, 1);
    EXPECT_EQ(lab.kicks(), 0u);
    lab.ring().notify_always();
    lab.post(2, 1, 1);
    EXPECT_EQ(lab.kicks(), 1u);
  }
}

// Once the feature is not there, an event means nothing: better to tell too often than to wait for ever.
TEST(VirtioPacked, an_event_without_its_feature_is_no_reason_for_silence) {
  QueueLab lab(kPlain, 4, 4, 1);
  ASSERT_EQ(lab.start(), kNone);
  for (const uint16_t flags : {2, 3}) {
    std::memcpy(lab.ring().device_area().data() + 2, &flags, 2);
    lab.queue.kick();
    EXPECT_EQ(lab.kicks(), 1u);
  }
}

// The largest ring and the counter at its end.
TEST(VirtioPacked, the_largest_ring_wraps) {
  QueueLab lab(kPlain, 32768, 3, 3, size_t{2} << 20);
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.area.size, 12u);
  QueueLab whole(kPlain, 32768, 32768, 1, size_t{2} << 20);
  ASSERT_EQ(whole.start(), kNone);
  std::byte byte{};
  whole.lent.add(&byte, 1);
  const virtio::Segment segment{Dma::address(&byte), 1};
  for (unsigned i = 0; i < 3 * 32768 + 5; ++i) {
    whole.queue.post(uint16_t(i % 7), {&segment, 1}, 0);
    whole.ring().give(whole.ring().take()->id, 1);
    ASSERT_EQ(whole.queue.pop().tag, i % 7);
  }
  EXPECT_EQ(whole.queue.error(), kNone);
}

}  // namespace
