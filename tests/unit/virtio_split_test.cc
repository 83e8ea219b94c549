// SPDX-License-Identifier: BSD-2-Clause
// What is particular to the split format (2.7).
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "tests/fake/result.hh"
#include "tests/fake/virtio_lab.hh"

namespace {

using fake::QueueLab;

template <class T>
T at(uint64_t address, size_t offset) {
  T value;
  std::memcpy(&value, reinterpret_cast<const std::byte*>(address) + offset, sizeof value);
  return value;
}

// Offsets and values of 2.7.5, 2.7.6 and 2.7.8, byte by byte.
TEST(VirtioSplit, the_ring_is_laid_out_as_specified) {
  QueueLab lab({}, 4, 2, 2);
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.area.size, 4u);
  lab.post(1, 2, 1, 32);
  const uint64_t entry = lab.area.descriptors + 2 * 16;
  EXPECT_EQ(at<uint64_t>(entry, 0), Dma::address(lab.piece(1, 0)));
  EXPECT_EQ(at<uint32_t>(entry, 8), 32u);
  EXPECT_EQ(at<uint16_t>(entry, 12), 1u) << "VIRTQ_DESC_F_NEXT";
  EXPECT_EQ(at<uint16_t>(entry, 14), 3u);
  EXPECT_EQ(at<uint64_t>(entry + 16, 0), Dma::address(lab.piece(1, 1)));
  EXPECT_EQ(at<uint16_t>(entry + 16, 12), 2u) << "VIRTQ_DESC_F_WRITE";
  EXPECT_EQ(at<uint16_t>(lab.area.driver, 0), 1u) << "VIRTQ_AVAIL_F_NO_INTERRUPT";
  EXPECT_EQ(at<uint16_t>(lab.area.driver, 2), 1u) << "idx";
  EXPECT_EQ(at<uint16_t>(lab.area.driver, 4), 2u) << "the head";
}

TEST(VirtioSplit, a_table_has_its_own_chain) {
  QueueLab lab({.packed = false, .indirect = true, .event_index = false}, 4, 4, 3);
  ASSERT_EQ(lab.start(), kNone);
  lab.post(3, 3, 2);
  const uint64_t entry = lab.area.descriptors + 3 * 16;
  EXPECT_EQ(at<uint32_t>(entry, 8), 3 * 16u);
  EXPECT_EQ(at<uint16_t>(entry, 12), 4u) << "VIRTQ_DESC_F_INDIRECT alone";
  const auto table = at<uint64_t>(entry, 0);
  EXPECT_EQ(at<uint16_t>(table, 12), 1u);
  EXPECT_EQ(at<uint16_t>(table, 14), 1u);
  EXPECT_EQ(at<uint16_t>(table, 16 + 12), 1u);
  EXPECT_EQ(at<uint16_t>(table, 16 + 14), 2u);
  EXPECT_EQ(at<uint16_t>(table, 32 + 12), 2u);
  EXPECT_EQ(at<uint64_t>(table, 32), Dma::address(lab.piece(3, 2)));
}

// Requests of one byte without allocation, so that many are quick.
struct Quick {
  explicit Quick(QueueLab& of) : lab(of) { lab.lent.add(&byte, 1); }
  void post(uint16_t tag) {
    const virtio::Segment segment{Dma::address(&byte), 1};
    lab.queue.post(tag, {&segment, 1}, 0);
  }
  // The device takes all that there is and gives it back.
  void serve() {
    while (const auto chain = lab.ring().take()) lab.ring().give(chain->id, 1);
    while (lab.queue.pop()) {}
  }
  QueueLab& lab;
  std::byte byte{};
};

TEST(VirtioSplit, indices_of_16_bits_wrap) {
  for (const uint16_t size : {1, 2, 8}) {
    SCOPED_TRACE(size);
    QueueLab lab({}, size, size, 1);
    ASSERT_EQ(lab.start(), kNone);
    Quick quick(lab);
    unsigned sent = 0;
    while (sent < 2 * 65536 + 100) {
      for (uint16_t tag = 0; tag < size; ++tag, ++sent) quick.post(tag);
      quick.serve();
      ASSERT_EQ(lab.queue.outstanding(), 0u) << sent;
      ASSERT_EQ(lab.queue.error(), kNone);
    }
    EXPECT_EQ(at<uint16_t>(lab.area.driver, 2), uint16_t(sent));
    lab.ring().check_device_area();
  }
}

TEST(VirtioSplit, without_an_event_index_the_flag_says_whether_to_notify) {
  QueueLab lab({}, 4, 4, 1);
  ASSERT_EQ(lab.start(), kNone);
  Quick quick(lab);
  EXPECT_EQ(lab.kicks(), 1u) << "it may be told more often than needed";
  lab.ring().notify_never();
  quick.post(0);
  EXPECT_EQ(lab.kicks(), 0u);
  lab.ring().notify_always();
  quick.post(1);
  EXPECT_EQ(lab.kicks(), 1u);
}

// 2.7.10: with an event index, the driver notifies when what it has just made available includes the request that has
// the index avail_event, and the flag means nothing.
TEST(VirtioSplit, with_an_event_index_it_notifies_when_that_request_is_among_the_new_ones) {
  constexpr uint16_t kSize = 8;
  QueueLab lab({.packed = false, .indirect = false, .event_index = true}, kSize, kSize, 1);
  ASSERT_EQ(lab.start(), kNone);
  Quick quick(lab);
  std::mt19937 random(1);
  uint16_t index = 0;
  unsigned told = 0;
  for (unsigned turn = 0; turn < 40'000; ++turn) {
    const auto event = uint16_t(turn % 8 ? index + random() % 24 - 12 : random());
    lab.ring().notify_at(event);
    __atomic_store_n(reinterpret_cast<uint16_t*>(lab.area.device), uint16_t(random() % 2), __ATOMIC_RELAXED);
    const unsigned count = random() % (kSize + 1);
    bool reached = false;
    for (uint16_t tag = 0; tag < count; ++tag) {
      reached |= index == event;
      quick.post(tag);
      ++index;
    }
    const unsigned kicks = lab.kicks();
    ASSERT_EQ(kicks, reached ? 1u : 0u) << "event " << event << ", " << count << " up to " << index;
    told += kicks;
    quick.serve();
  }
  EXPECT_GT(told, 1'000u);
  EXPECT_LT(told, 39'000u);
}

TEST(VirtioSplit, an_index_that_jumps_or_goes_back_is_a_fault) {
  for (const uint16_t start : {0, 3, 65'534})
    for (const int move : {-32'768, -3, -2, -1, 3, 4, 5, 100, 32'767}) {
      SCOPED_TRACE(std::to_string(start) + " " + std::to_string(move));
      QueueLab lab({}, 4, 4, 1);
      ASSERT_EQ(lab.start(), kNone);
      Quick quick(lab);
      for (unsigned i = 0; i < start; ++i) {
        quick.post(0);
        quick.serve();
      }
      quick.post(0);
      quick.post(1);
      EXPECT_FALSE(lab.queue.pop());
      lab.ring().set_used_index(uint16_t(start + move));
      EXPECT_FALSE(lab.queue.pop());
      EXPECT_EQ(lab.queue.error(), Error::UsedIndex);
    }
}

TEST(VirtioSplit, an_index_that_goes_back_after_it_was_seen_is_a_fault) {
  QueueLab lab({}, 4, 4, 1);
  ASSERT_EQ(lab.start(), kNone);
  Quick quick(lab);
  for (uint16_t tag = 0; tag < 3; ++tag) quick.post(tag);
  const auto chain = lab.ring().take();
  ASSERT_TRUE(chain);
  lab.ring().give(chain->id, 1);
  EXPECT_EQ(lab.queue.pop().tag, 0u);
  lab.ring().set_used_index(0);
  EXPECT_FALSE(lab.queue.pop());
  EXPECT_EQ(lab.queue.error(), Error::UsedIndex);
}

TEST(VirtioSplit, an_id_is_the_first_descriptor_of_a_request_and_nothing_else) {
  for (const uint32_t id : {1u, 2u, 3u, 5u, 7u, 8u, 0x8000'0004u, 0x1'0004u}) {
    QueueLab lab({}, 8, 2, 4);
    ASSERT_EQ(lab.start(), kNone);
    lab.post(0, 4, 4);
    lab.post(1, 1, 0);
    lab.ring().put_used(id, 0);
    EXPECT_FALSE(lab.queue.pop()) << id;
    EXPECT_EQ(lab.queue.error(), Error::UsedId) << id;
  }
  QueueLab lab({}, 8, 2, 4);
  ASSERT_EQ(lab.start(), kNone);
  lab.post(1, 1, 0);
  lab.ring().put_used(4, 0);
  EXPECT_EQ(lab.queue.pop().tag, 1u);
}

// The device's notes on how much it has to do are its own.
TEST(VirtioSplit, flags_and_events_of_a_device_change_nothing_but_notifications) {
  for (const bool event_index : {false, true}) {
    QueueLab lab({.packed = false, .indirect = false, .event_index = event_index}, 4, 4, 1);
    ASSERT_EQ(lab.start(), kNone);
    Quick quick(lab);
    std::mt19937 random(3);
    for (unsigned turn = 0; turn < 2'000; ++turn) {
      const auto area = lab.ring().device_area();
      const auto noise = uint16_t(random());
      std::memcpy(area.data(), &noise, 2);
      std::memcpy(area.data() + area.size() - 2, &noise, 2);
      quick.post(turn % 4);
      lab.queue.kick();
      quick.serve();
      ASSERT_EQ(lab.queue.outstanding(), 0u);
      ASSERT_EQ(lab.queue.error(), kNone);
    }
  }
}

}  // namespace
