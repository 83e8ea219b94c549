// SPDX-License-Identifier: BSD-2-Clause
#include "lib/arena.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace {

struct Memory {
  explicit Memory(size_t bytes) : at(new std::byte[bytes]), span(at.get(), bytes) {
    std::ranges::fill(span, std::byte{0xa5});
  }
  std::unique_ptr<std::byte[]> at;
  std::span<std::byte> span;
};

TEST(LibArena, what_it_hands_out_is_cleared_and_aligned_and_does_not_overlap) {
  Memory memory(1024);
  Arena arena(memory.span);
  const auto bytes = arena.take<std::byte>(3);
  const auto words = arena.take<uint64_t>(5);
  const auto page = arena.take<uint16_t>(7, 256);
  ASSERT_TRUE(bytes && words && page);
  EXPECT_EQ(bytes->size(), 3u);
  EXPECT_EQ(words->size(), 5u);
  EXPECT_EQ(page->size(), 7u);
  EXPECT_EQ(uintptr_t(words->data()) % alignof(uint64_t), 0u);
  EXPECT_EQ(uintptr_t(page->data()) % 256, 0u);
  EXPECT_TRUE(std::ranges::all_of(*bytes, [](std::byte b) { return b == std::byte{}; }));
  EXPECT_TRUE(std::ranges::all_of(*words, [](uint64_t word) { return word == 0; }));
  EXPECT_TRUE(std::ranges::all_of(*page, [](uint16_t half) { return half == 0; }));
  EXPECT_LE(uintptr_t(bytes->data() + 3), uintptr_t(words->data()));
  EXPECT_LE(uintptr_t(words->data() + 5), uintptr_t(page->data()));
  EXPECT_EQ(arena.used(), size_t(reinterpret_cast<std::byte*>(page->data() + 7) - memory.at.get()));
  EXPECT_EQ(arena.size(), 1024u);
}

TEST(LibArena, the_last_byte_can_be_had_and_one_more_cannot) {
  Memory memory(64);
  Arena arena(memory.span);
  EXPECT_EQ(error_of(arena.take<std::byte>(65)), Error::NoSpace);
  EXPECT_EQ(arena.used(), 0u);
  ASSERT_TRUE(arena.take<std::byte>(64));
  EXPECT_EQ(error_of(arena.take<std::byte>(1)), Error::NoSpace);
  EXPECT_EQ(error_of(arena.take<std::byte>(0)), kNone);
  EXPECT_EQ(arena.used(), 64u);
}

TEST(LibArena, alignment_counts_as_space) {
  Memory memory(64);
  Arena arena(memory.span.subspan(uintptr_t(memory.at.get()) % 32 ? 0 : 1));
  // 31 bytes of padding or fewer leave room for 32, but not for 64.
  ASSERT_TRUE(arena.take<std::byte>(1));
  EXPECT_EQ(error_of(arena.take<std::byte>(64, 32)), Error::NoSpace);
  EXPECT_EQ(arena.used(), 1u) << "what failed takes nothing";
  // Where even the padding does not fit.
  EXPECT_EQ(error_of(arena.take<std::byte>(0, SIZE_MAX / 2 + 1)), Error::NoSpace);
}

TEST(LibArena, a_count_whose_size_overflows_is_refused) {
  Memory memory(64);
  Arena arena(memory.span);
  EXPECT_EQ(error_of(arena.take<uint64_t>(~size_t{0} / 8 + 2)), Error::NoSpace);
  EXPECT_EQ(error_of(arena.take<uint64_t>(~size_t{0})), Error::NoSpace);
  EXPECT_EQ(arena.used(), 0u);
}

TEST(LibArena, none_at_all_has_no_space) {
  Arena arena({});
  EXPECT_EQ(error_of(arena.take<std::byte>(1)), Error::NoSpace);
}

}  // namespace
