// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/ring.hh"

#include <random>

#include "tests/unit/vhost_guest.hh"
#include "virtio/feature.hh"

namespace vhost_test {
namespace {

constexpr uint64_t kGuest = GuestMemory::kGuest, kUser = GuestMemory::kUser, kSize = GuestMemory::kSize;
constexpr uint64_t kBuffer = 0x8000, kTable = 0x9000;  // offsets
constexpr uint16_t kNext = DriverRing::kNext, kWrite = DriverRing::kWrite, kIndirect = DriverRing::kIndirect;

struct RingAndDriver {
  explicit RingAndDriver(uint64_t features = virtio::feature::kIndirect, uint16_t size = 8)
      : driver{guest, 0x1000, size} {
    const Memory::Region region = GuestMemory::region();
    const Fd file = guest.file();
    EXPECT_TRUE(memory.set({&region, 1}, {&file, 1}));
    EXPECT_TRUE(ring.set_size(size));
    EXPECT_TRUE(ring.set_addresses(kUser + driver.at, kUser + driver.available(), kUser + driver.used()));
    ring.start(features);
  }
  /// What is wrong with what the driver has offered; empty: nothing.
  std::string_view flaw() { return flaw_of(ring.take()); }

  GuestMemory guest;
  Memory memory;
  Ring ring{memory};
  DriverRing driver;
};

TEST(VhostRing, an_empty_ring_gives_nothing) {
  RingAndDriver it;
  const auto chain = it.ring.take();
  ASSERT_TRUE(chain);
  EXPECT_FALSE(*chain);
}

TEST(VhostRing, a_chain_is_what_the_driver_made) {
  RingAndDriver it;
  it.driver.descriptor(3, kBuffer, 8, kNext, 5);
  it.driver.descriptor(5, kBuffer + 100, 4, kNext, 1);
  it.driver.descriptor(1, kBuffer + 200, 16, kWrite);
  it.driver.offer(3);
  it.guest.put(kBuffer, {1, 2});
  it.guest.put(kBuffer + 100, {3});
  const auto chain = it.ring.take();
  ASSERT_TRUE(chain && *chain);
  EXPECT_EQ((*chain)->head, 3);
  EXPECT_EQ((*chain)->readable_size(), 12u);
  EXPECT_EQ((*chain)->room(), 16u);
  std::array<uint32_t, 8> words{};
  EXPECT_EQ(it.ring.read(**chain, std::as_writable_bytes(std::span(words))), 12u);
  EXPECT_EQ(Words(words.begin(), words.begin() + 3), (Words{1, 2, 3}));
  const uint32_t answer[] = {9, 8, 7, 6, 5};
  EXPECT_EQ(it.ring.write(**chain, std::as_bytes(std::span(answer))), 16u);
  EXPECT_EQ(it.guest.words(kBuffer + 200, 5), (Words{9, 8, 7, 6, 0}));
  it.ring.give((*chain)->head, 16);
  EXPECT_EQ(it.driver.used_index(), 1);
  EXPECT_EQ(it.driver.used_entry(0), (DriverRing::Used{3, 16}));
}

TEST(VhostRing, an_indirect_table_is_a_chain_at_any_address) {
  for (const uint64_t offset : {0, 1, 4}) {
    RingAndDriver it;
    it.driver.put(kTable + offset, 0, kBuffer, 8, kNext, 2);
    it.driver.put(kTable + offset, 2, kBuffer + 64, 32, kWrite);
    it.driver.descriptor(7, kTable + offset, 48, kIndirect);
    it.driver.offer(7);
    const auto chain = it.ring.take();
    ASSERT_TRUE(chain && *chain) << flaw_of(chain);
    EXPECT_EQ((*chain)->readable_size(), 8u);
    EXPECT_EQ((*chain)->room(), 32u);
  }
}

TEST(VhostRing, descriptors_may_stand_before_an_indirect_one) {
  RingAndDriver it;
  it.driver.descriptor(0, kBuffer, 8, kNext, 1);
  it.driver.descriptor(1, kTable, 16, kIndirect);
  it.driver.put(kTable, 0, kBuffer + 64, 32, kWrite);
  it.driver.offer(0);
  const auto chain = it.ring.take();
  ASSERT_TRUE(chain && *chain);
  EXPECT_EQ((*chain)->readable_size(), 8u);
  EXPECT_EQ((*chain)->room(), 32u);
}

TEST(VhostRing, indices_wrap_around_again_and_again) {
  RingAndDriver it(0, 4);
  it.driver.descriptor(2, kBuffer, 16, kWrite);
  for (uint32_t i = 0; i < 70'000; ++i) {
    it.driver.offer(2);
    const auto chain = it.ring.take();
    ASSERT_TRUE(chain && *chain) << i;
    it.ring.give(2, i % 17);
    ASSERT_EQ(it.driver.used_index(), uint16_t(i + 1));
    ASSERT_EQ(it.driver.used_entry(uint16_t(i)), (DriverRing::Used{2, i % 17}));
  }
}

// Each of these is a guest that means harm.

using Harm = void (*)(RingAndDriver&);
void expect(Flaw flaw, Harm harm, uint64_t features = virtio::feature::kIndirect) {
  RingAndDriver it(features);
  harm(it);
  EXPECT_EQ(it.flaw(), text(flaw));
  EXPECT_EQ(it.flaw(), text(flaw)) << "a ring that is broken stays so";
  it.driver.available_index() = 0;
  EXPECT_TRUE(it.ring.set_base(0));
  it.ring.start(0);
  EXPECT_EQ(it.flaw(), "") << "until it is started anew";
}

TEST(VhostRing, an_available_index_that_jumps_is_refused) {
  expect(Flaw::AvailableJump, [](RingAndDriver& it) { it.driver.available_index() = 9; });
  expect(Flaw::AvailableJump, [](RingAndDriver& it) { it.driver.available_index() = 0xffff; });
}

TEST(VhostRing, a_head_outside_the_ring_is_refused) {
  expect(Flaw::HeadRange, [](RingAndDriver& it) { it.driver.offer(8); });
  expect(Flaw::HeadRange, [](RingAndDriver& it) { it.driver.offer(0xffff); });
}

TEST(VhostRing, a_chain_that_loops_is_refused) {
  expect(Flaw::ChainLoop, [](RingAndDriver& it) {
    it.driver.descriptor(0, kBuffer, 4, kNext, 0);
    it.driver.offer(0);
  });
  expect(Flaw::ChainLoop, [](RingAndDriver& it) {
    it.driver.descriptor(0, kBuffer, 4, kNext, 1);
    it.driver.descriptor(1, kBuffer, 4, kNext, 0);
    it.driver.offer(0);
  });
}

TEST(VhostRing, a_loop_in_an_indirect_table_is_refused) {
  expect(Flaw::ChainLoop, [](RingAndDriver& it) {
    it.driver.put(kTable, 0, kBuffer, 4, kNext, 1);
    it.driver.put(kTable, 1, kBuffer, 4, kNext, 0);
    it.driver.descriptor(0, kTable, 32, kIndirect);
    it.driver.offer(0);
  });
}

TEST(VhostRing, a_chain_longer_than_the_ring_is_refused_even_in_an_indirect_table) {
  expect(Flaw::ChainLoop, [](RingAndDriver& it) {
    for (uint16_t i = 0; i < 9; ++i) it.driver.put(kTable, i, kBuffer, 4, i < 8 ? kNext : 0, uint16_t(i + 1));
    it.driver.descriptor(0, kTable, 9 * 16, kIndirect);
    it.driver.offer(0);
  });
}

TEST(VhostRing, a_next_outside_its_table_is_refused) {
  expect(Flaw::NextRange, [](RingAndDriver& it) {
    it.driver.descriptor(0, kBuffer, 4, kNext, 8);
    it.driver.offer(0);
  });
  expect(Flaw::NextRange, [](RingAndDriver& it) {
    it.driver.put(kTable, 0, kBuffer, 4, kNext, 2);
    it.driver.descriptor(0, kTable, 32, kIndirect);
    it.driver.offer(0);
  });
}

TEST(VhostRing, an_indirect_table_of_a_bad_length_is_refused) {
  for (const uint32_t length : {0u, 8u, 17u, 31u}) {
    RingAndDriver it;
    it.driver.descriptor(0, kTable, length, kIndirect);
    it.driver.offer(0);
    EXPECT_EQ(it.flaw(), text(Flaw::IndirectLength)) << length;
  }
}

TEST(VhostRing, an_indirect_table_outside_of_memory_is_refused) {
  expect(Flaw::IndirectOutside, [](RingAndDriver& it) {
    it.driver.descriptor(0, kSize - 16, 32, kIndirect);
    it.driver.offer(0);
  });
}

TEST(VhostRing, an_indirect_table_in_another_is_refused) {
  expect(Flaw::IndirectNested, [](RingAndDriver& it) {
    it.driver.put(kTable, 0, kTable, 16, kIndirect);
    it.driver.descriptor(0, kTable, 16, kIndirect);
    it.driver.offer(0);
  });
}

TEST(VhostRing, an_indirect_descriptor_that_goes_on_is_refused) {
  expect(Flaw::IndirectWithNext, [](RingAndDriver& it) {
    it.driver.put(kTable, 0, kBuffer, 16, 0);
    it.driver.descriptor(0, kTable, 16, kIndirect | kNext, 1);
    it.driver.offer(0);
  });
}

TEST(VhostRing, an_indirect_descriptor_that_nobody_negotiated_is_refused) {
  expect(
      Flaw::IndirectRefused,
      [](RingAndDriver& it) {
        it.driver.descriptor(0, kTable, 16, kIndirect);
        it.driver.offer(0);
      },
      0);
}

TEST(VhostRing, a_descriptor_outside_of_memory_is_refused) {
  const struct {
    uint64_t address;
    uint32_t length;
  } kCases[] = {{kGuest - 1, 1}, {kGuest + kSize, 4}, {kGuest + kSize - 2, 4},
                {0, 4},          {UINT64_MAX, 4},     {kGuest, UINT32_MAX}};
  for (const auto& each : kCases) {
    RingAndDriver it;
    it.driver.put_at(it.driver.at, 0, each.address, each.length, kWrite, 0);
    it.driver.offer(0);
    EXPECT_EQ(it.flaw(), text(Flaw::DescriptorOutside)) << std::hex << each.address;
  }
}

TEST(VhostRing, a_descriptor_of_no_bytes_is_refused) {
  expect(Flaw::EmptyDescriptor, [](RingAndDriver& it) {
    it.driver.descriptor(0, kBuffer, 0, kWrite);
    it.driver.offer(0);
  });
}

TEST(VhostRing, a_readable_descriptor_behind_a_writable_one_is_refused) {
  expect(Flaw::ChainOrder, [](RingAndDriver& it) {
    it.driver.descriptor(0, kBuffer, 4, kWrite | kNext, 1);
    it.driver.descriptor(1, kBuffer, 4, 0);
    it.driver.offer(0);
  });
}

TEST(VhostRing, a_ring_that_is_no_ring_is_refused) {
  RingAndDriver it;
  for (const uint32_t size : {0u, 3u, 257u, 65'536u, UINT32_MAX})
    EXPECT_EQ(flaw_of(it.ring.set_size(size)), text(Flaw::RingSize)) << size;
  EXPECT_EQ(flaw_of(it.ring.set_base(65'536)), text(Flaw::RingBase));
  const uint64_t end = kUser + kSize, good = kUser + 0x1000;
  EXPECT_EQ(flaw_of(it.ring.set_addresses(end - 64, good, good)), text(Flaw::RingOutside));
  EXPECT_FALSE(it.ring.complete());
  EXPECT_EQ(flaw_of(it.ring.set_addresses(good, end - 8, good)), text(Flaw::RingOutside));
  EXPECT_EQ(flaw_of(it.ring.set_addresses(good, good, end - 8)), text(Flaw::RingOutside));
  EXPECT_EQ(flaw_of(it.ring.set_addresses(good + 8, good, good)), text(Flaw::RingAlignment));
  EXPECT_EQ(flaw_of(it.ring.set_addresses(good, good + 1, good)), text(Flaw::RingAlignment));
  EXPECT_EQ(flaw_of(it.ring.set_addresses(good, good, good + 2)), text(Flaw::RingAlignment));
  EXPECT_TRUE(it.ring.set_addresses(good, good, good));
  EXPECT_TRUE(it.ring.complete());
}

TEST(VhostRing, memory_that_is_taken_away_while_a_chain_is_out_is_not_written) {
  RingAndDriver it;
  it.driver.descriptor(0, kBuffer, 16, kWrite);
  it.driver.offer(0);
  const auto chain = it.ring.take();
  ASSERT_TRUE(chain && *chain);
  it.memory.clear();
  EXPECT_FALSE(it.ring.locate());
  EXPECT_FALSE(it.ring.complete());
  const uint32_t answer[] = {1, 2, 3, 4};
  EXPECT_EQ(it.ring.write(**chain, std::as_bytes(std::span(answer))), 0u);
}

TEST(VhostRing, whatever_lies_in_the_ring_nothing_outside_of_memory_is_handed_out) {
  std::minstd_rand random(1);
  size_t taken = 0, refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    RingAndDriver it(random() % 4 ? virtio::feature::kIndirect : 0);
    // Descriptors that make sense more often than not, in the ring and in what may be taken for an indirect table.
    const auto fill = [&](uint64_t table, uint32_t index) {
      const uint64_t address = random() % 8 ? kGuest + random() % kSize : random() % 2 ? kTable + kGuest : random();
      const uint32_t length = random() % 8 ? uint32_t(random() % 10 * 16) : uint32_t(random() * 3);
      const auto flags = uint16_t(random() % 16 ? random() % 4 : random());
      it.driver.put_at(table, index, address, length, flags, uint16_t(random() % (random() % 8 ? 8 : 12)));
    };
    for (uint32_t i = 0; i < 8; ++i) fill(it.driver.at, i), fill(kTable, i);
    it.driver.descriptor(uint32_t(random() % 8), kTable, 16 * uint32_t(random() % 9), kIndirect);
    for (uint32_t i = 0; i < random() % 5; ++i) it.driver.offer(uint16_t(random() % (random() % 8 ? 8 : 9)));
    for (int i = 0; i < 10; ++i) {
      const auto chain = it.ring.take();
      refused += !chain;
      if (!chain || !*chain) break;
      ++taken;
      ASSERT_LE((*chain)->readable.size() + (*chain)->writable.size(), 8u);
      for (const auto& segments : {(*chain)->readable, (*chain)->writable})
        for (const Chain::Segment& segment : segments) {
          ASSERT_GE(segment.address, kGuest);
          ASSERT_LE(segment.address + segment.size, kGuest + kSize);
        }
      std::array<std::byte, 64> bytes;
      it.ring.read(**chain, bytes);
      it.ring.write(**chain, bytes);
      it.ring.give((*chain)->head, 0);
    }
  }
  EXPECT_GT(taken, 1'000u) << "the test is of no use";
  EXPECT_GT(refused, 1'000u);
}

TEST(VhostRing, a_guest_that_asks_for_no_interrupt_gets_none) {
  RingAndDriver it(0);
  it.driver.descriptor(0, kBuffer, 16, kWrite);
  it.driver.available_flags() = 1;
  it.ring.give(0, 0);
  EXPECT_FALSE(it.ring.wants_interrupt());
  it.driver.available_flags() = 0;
  it.ring.give(0, 0);
  EXPECT_TRUE(it.ring.wants_interrupt());
  EXPECT_FALSE(it.ring.wants_interrupt()) << "nothing was given since";
}

TEST(VhostRing, with_an_event_index_the_guest_is_interrupted_when_it_is_passed) {
  RingAndDriver it(virtio::feature::kEventIndex);
  it.driver.used_event() = 2;
  it.ring.give(0, 0);
  EXPECT_FALSE(it.ring.wants_interrupt());
  it.ring.give(0, 0);
  EXPECT_FALSE(it.ring.wants_interrupt());
  it.ring.give(0, 0);
  EXPECT_TRUE(it.ring.wants_interrupt());
  it.ring.give(0, 0);
  EXPECT_FALSE(it.ring.wants_interrupt());
  it.driver.used_event() = 5;
  for (int i = 0; i < 4; ++i) it.ring.give(0, 0);
  EXPECT_TRUE(it.ring.wants_interrupt()) << "passed within several";
}

TEST(VhostRing, with_an_event_index_the_guest_hears_which_kick_is_wanted) {
  RingAndDriver it(virtio::feature::kEventIndex);
  it.driver.descriptor(0, kBuffer, 16, kWrite);
  EXPECT_FALSE(it.ring.rest());
  EXPECT_EQ(it.driver.available_event(), 0);
  it.driver.offer(0);
  EXPECT_TRUE(it.ring.rest()) << "one has come meanwhile";
  ASSERT_TRUE(it.ring.take());
  EXPECT_FALSE(it.ring.rest());
  EXPECT_EQ(it.driver.available_event(), 1);
}

TEST(VhostRing, it_goes_on_where_an_earlier_back_end_has_stopped) {
  RingAndDriver it(0);
  it.driver.descriptor(4, kBuffer, 16, kWrite);
  for (int i = 0; i < 5; ++i) it.driver.offer(4);
  it.driver.used_index() = 3;
  ASSERT_TRUE(it.ring.set_base(3));
  it.ring.start(0);
  ASSERT_TRUE(it.ring.take());
  EXPECT_EQ(it.ring.base(), 4);
  it.ring.give(4, 1);
  EXPECT_EQ(it.driver.used_index(), 4);
  EXPECT_EQ(it.driver.used_entry(3), (DriverRing::Used{4, 1}));
}

}  // namespace
}  // namespace vhost_test
