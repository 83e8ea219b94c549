// SPDX-License-Identifier: BSD-2-Clause
// A source of random bytes that is slow, silent, empty or generous.
#include "virtio/entropy.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "tests/fake/result.hh"
#include "tests/fake/virtio_board.hh"
#include "tests/fake/virtio_device.hh"

namespace {

namespace feature = virtio::feature;

struct Lab : fake::VirtioBoard<1 << 12> {
  explicit Lab(uint64_t features = feature::kVersion1) : device(virtio::Type::Entropy, features, {8}) {
    core.memory.add(memory.get(), kMemory);
    core.serve = [this](uint16_t, const fake::VirtioCore::Chain& chain) -> std::optional<uint32_t> {
      asked.push_back(chain.writable());
      if (silent) return {};
      std::vector<std::byte> answer(std::min(chain.writable(), most));
      for (auto& byte : answer) byte = std::byte(++last);
      return chain.write(answer);
    };
    started = entropy.start();
  }

  fake::VirtioDevice device;
  fake::VirtioCore& core = device.core;
  virtio::Entropy entropy{device, host};
  Result<void> started;
  size_t most = ~size_t{0};  // bytes in an answer
  bool silent = false;
  uint8_t last = 0;
  std::vector<size_t> asked;
  std::vector<std::byte> bytes = std::vector<std::byte>(1000);

  /// The first `count` bytes are 1, 2, 3 ..., the others untouched.
  bool has(size_t count) const {
    for (size_t i = 0; i < bytes.size(); ++i)
      if (bytes[i] != std::byte(i < count ? i + 1 : 0)) return false;
    return true;
  }
};

TEST(VirtioEntropy, fills_all_of_a_buffer_and_nothing_beside_it) {
  for (const uint64_t features : {feature::kVersion1, feature::kVersion1 | feature::kPacked | feature::kEventIndex}) {
    Lab lab(features);
    ASSERT_EQ(error_of(lab.started), kNone);
    EXPECT_EQ(lab.entropy.fill(std::span(lab.bytes).first(700)), 700u);
    EXPECT_TRUE(lab.has(700));
  }
}

TEST(VirtioEntropy, asks_again_for_what_is_missing) {
  Lab lab;
  lab.most = 5;
  EXPECT_EQ(lab.entropy.fill(std::span(lab.bytes).first(12)), 12u);
  EXPECT_TRUE(lab.has(12));
  EXPECT_EQ(lab.asked, (std::vector<size_t>{12, 7, 2}));
}

TEST(VirtioEntropy, nothing_of_what_it_gave_stays_in_the_memory_that_devices_see) {
  Lab lab;
  ASSERT_EQ(lab.entropy.fill(std::span(lab.bytes).first(64)), 64u);
  const std::span dma(reinterpret_cast<const std::byte*>(lab.memory.get()), lab.arena.used());
  EXPECT_EQ(std::search(dma.begin(), dma.end(), lab.bytes.begin(), lab.bytes.begin() + 64), dma.end());
}

TEST(VirtioEntropy, an_empty_answer_ends_the_device) {
  Lab lab;
  lab.most = 0;
  EXPECT_EQ(error_of(lab.entropy.fill(lab.bytes)), Error::Malformed);
  EXPECT_EQ(lab.entropy.error(), Error::Malformed);
  EXPECT_FALSE(lab.core.running());
  EXPECT_EQ(error_of(lab.entropy.fill(lab.bytes)), Error::Broken);
}

TEST(VirtioEntropy, more_than_was_asked_for_ends_the_device) {
  Lab lab;
  lab.core.serve = [](uint16_t, const fake::VirtioCore::Chain& chain) { return uint32_t(chain.writable() + 1); };
  EXPECT_EQ(error_of(lab.entropy.fill(lab.bytes)), Error::UsedLength);
  EXPECT_FALSE(lab.core.running());
  EXPECT_TRUE(lab.has(0));
}

TEST(VirtioEntropy, silence_ends_the_device) {
  Lab lab;
  lab.silent = true;
  EXPECT_EQ(error_of(lab.entropy.fill(lab.bytes)), Error::Timeout);
  EXPECT_EQ(lab.entropy.error(), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 5'000'000u);
  lab.silent = false;
  ASSERT_EQ(error_of(lab.entropy.start()), kNone);
  EXPECT_EQ(lab.entropy.fill(std::span(lab.bytes).first(3)), 3u);
}

TEST(VirtioEntropy, a_slow_device_gives_what_it_can_in_time) {
  Lab lab;
  lab.core.on_notify = [&](uint16_t) { lab.timeline.after(700'000, [&] { lab.core.run(0); }); };
  lab.most = 10;
  const auto got = lab.entropy.fill(lab.bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, 30u);
  EXPECT_TRUE(lab.has(30));
  EXPECT_TRUE(lab.entropy.running());
}

// The list of devices only grows, and what is in it stays.
TEST(VirtioEntropy, random_numbers_come_from_the_first_that_runs_or_not_at_all) {
  static Lab* none = new Lab;
  static Lab* some = new Lab;
  std::span<std::byte> bytes = std::span(some->bytes).first(40);
  ASSERT_EQ(error_of(none->entropy.stop()), kNone);
  none->entropy.add();
  some->entropy.add();
  EXPECT_EQ(error_of(virtio::random(bytes)), kNone);
  EXPECT_TRUE(some->has(40));
  EXPECT_TRUE(none->asked.empty());
  ASSERT_EQ(error_of(some->entropy.stop()), kNone);
  EXPECT_EQ(error_of(virtio::random(bytes)), Error::NoDevice);
}

}  // namespace
