// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/net.hh"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "tests/fake/virtio_board.hh"
#include "tests/fake/virtio_device.hh"
#include "virtio/feature.hh"

namespace {

using virtio::Type;
namespace feature = virtio::feature;

constexpr uint64_t kMac = 1 << 5, kStatus = 1 << 16;
constexpr uint64_t kOffered = feature::kVersion1 | kMac | kStatus | 1 << 15 | 1 << 1 | feature::kIndirect;
constexpr size_t kHeader = 12, kLeast = virtio::Net::kLeastFrame, kMost = virtio::Net::kMostFrame;

struct Lab : fake::VirtioBoard<1 << 15> {
  using Chain = fake::VirtioCore::Chain;

  explicit Lab(uint64_t offered = kOffered, std::vector<uint16_t> limits = {256, 256, 64})
      : device(Type::Network, offered, std::move(limits)) {
    core.memory.add(memory.get(), kMemory);
    for (const int byte : {0x52, 0x54, 0, 0x12, 0x34, 0x56, 1, 0}) core.config.push_back(std::byte(byte));
    core.serve = [this](uint16_t queue, const Chain& chain) -> std::optional<uint32_t> {
      if (queue == 0) {
        waiting.push_back(chain);
        return std::nullopt;
      }
      if (!takes) {
        stuck.push_back(chain);
        return std::nullopt;
      }
      take(chain);
      return 0;
    };
  }

  void take(const Chain& chain) {
    const auto bytes = chain.read();
    ASSERT_GE(bytes.size(), kHeader);
    for (size_t i = 0; i < kHeader; ++i) EXPECT_EQ(bytes[i], std::byte{}) << i;
    sent.emplace_back(reinterpret_cast<const char*>(bytes.data()) + kHeader, bytes.size() - kHeader);
  }
  /// The device writes `frame`, and says that it wrote `length` bytes.
  void deliver(const std::string& frame, uint32_t length) {
    ASSERT_FALSE(waiting.empty());
    const Chain chain = waiting.front();
    waiting.pop_front();
    std::vector<std::byte> bytes(kHeader);
    for (const char c : frame) bytes.push_back(std::byte(c));
    chain.write(bytes);
    core.complete(0, chain.id, length);
  }
  void deliver(const std::string& frame) { deliver(frame, uint32_t(kHeader + frame.size())); }
  Error send(const std::string& frame) { return error_of(net.send(std::as_bytes(std::span(frame)))); }
  std::string receive() {
    std::vector<std::byte> into(kMost);
    const auto size = net.receive(into);
    error = error_of(size);
    return {reinterpret_cast<const char*>(into.data()), size.value_or(0)};
  }

  fake::VirtioDevice device;
  fake::VirtioCore& core = device.core;
  std::deque<Chain> waiting, stuck;
  std::vector<std::string> sent;
  bool takes = true;
  Error error{};
  virtio::Net net{device, host};
};

std::string frame_of(size_t size, char seed) {
  std::string frame(size, '\0');
  for (char& c : frame) c = seed++;
  return frame;
}

constexpr uint64_t kFormats[] = {0, feature::kEventIndex, feature::kPacked, feature::kPacked | feature::kEventIndex};

}  // namespace

TEST(VirtioNet, it_takes_an_address_and_no_offload) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  EXPECT_EQ(lab.core.accepted(), feature::kVersion1 | kMac | kStatus);
  EXPECT_EQ(lab.net.mac(), (virtio::Net::MacAddress{0x52, 0x54, 0, 0x12, 0x34, 0x56}));
}

TEST(VirtioNet, the_device_is_told_of_buffers_for_whole_frames_at_the_start) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  ASSERT_GE(lab.waiting.size(), 4u);
  for (const auto& chain : lab.waiting) {
    EXPECT_EQ(chain.writable(), kHeader + kMost);
    EXPECT_EQ(chain.readable(), 0u);
  }
}

TEST(VirtioNet, frames_go_both_ways_in_every_format) {
  for (const uint64_t format : kFormats) {
    Lab lab(kOffered | format);
    ASSERT_TRUE(lab.net.start());
    for (size_t i = 0; i < 1000; ++i) {
      const std::string out = frame_of(kLeast + i % (kMost - kLeast + 1), char(i)), in = frame_of(kMost - i, char(i));
      ASSERT_EQ(lab.send(out), kNone) << i;
      ASSERT_EQ(lab.sent.back(), out) << i;
      lab.deliver(in);
      ASSERT_EQ(lab.receive(), in) << i;
      ASSERT_EQ(lab.receive(), "") << i;
    }
    EXPECT_EQ(lab.error, kNone);
    EXPECT_EQ(lab.net.dropped(), 0u);
  }
}

TEST(VirtioNet, small_queues_are_used_as_they_are) {
  Lab lab(kOffered, {2, 1});
  ASSERT_TRUE(lab.net.start());
  EXPECT_EQ(lab.waiting.size(), 2u);
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(lab.send(frame_of(60, char(i))), kNone);
    lab.deliver(frame_of(60, char(i)));
    EXPECT_EQ(lab.receive(), frame_of(60, char(i)));
  }
  EXPECT_EQ(lab.sent.size(), 10u);
}

TEST(VirtioNet, frames_of_no_length_that_there_is_are_not_sent) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  EXPECT_EQ(lab.send(frame_of(kLeast - 1, 'a')), Error::InvalidParameters);
  EXPECT_EQ(lab.send(frame_of(kMost + 1, 'a')), Error::InvalidParameters);
  EXPECT_TRUE(lab.sent.empty());
}

TEST(VirtioNet, what_is_no_frame_is_dropped_and_counted) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  for (const uint32_t length : {0, 1, 11, 12, 25}) lab.deliver("", length);
  lab.deliver(frame_of(kLeast, 'a'));
  EXPECT_EQ(lab.receive(), frame_of(kLeast, 'a'));
  EXPECT_EQ(lab.net.dropped(), 5u);
  EXPECT_EQ(lab.error, kNone);
  EXPECT_TRUE(lab.net.running());
}

TEST(VirtioNet, a_device_that_brings_nothing_but_rubbish_keeps_nobody) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  // Each buffer that is offered comes back at once.
  lab.core.serve = [](uint16_t, const Lab::Chain&) { return 0u; };
  lab.deliver("", 0);
  EXPECT_EQ(lab.receive(), "");
  EXPECT_EQ(lab.error, kNone);
  EXPECT_GE(lab.net.dropped(), 1u);
}

TEST(VirtioNet, a_length_beyond_the_buffer_ends_with_a_reset) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  const unsigned resets = lab.core.resets;
  lab.deliver("", kHeader + kMost + 1);
  EXPECT_EQ(lab.receive(), "");
  EXPECT_EQ(lab.error, Error::UsedLength);
  EXPECT_EQ(lab.core.resets, resets + 1);
  EXPECT_EQ(lab.net.error(), Error::UsedLength);
  EXPECT_EQ(lab.receive(), "");
  EXPECT_EQ(lab.error, Error::Broken);
  EXPECT_EQ(lab.send(frame_of(60, 'a')), Error::Broken);
}

TEST(VirtioNet, buffers_that_were_not_out_end_with_a_reset) {
  for (const uint64_t format : kFormats) {
    Lab receiving(kOffered | format), sending(kOffered | format);
    ASSERT_TRUE(receiving.net.start());
    receiving.core.ring(0).put_used(200, 60);
    receiving.receive();
    EXPECT_EQ(receiving.error, Error::UsedId);
    EXPECT_FALSE(receiving.core.running());

    ASSERT_TRUE(sending.net.start());
    sending.takes = false;
    ASSERT_EQ(sending.send(frame_of(60, 'a')), kNone);
    sending.core.ring(1).put_used(3, 0);
    EXPECT_EQ(sending.send(frame_of(60, 'b')), Error::UsedId);
    EXPECT_FALSE(sending.core.running());
  }
}

TEST(VirtioNet, a_device_that_broke_can_be_started_anew_in_the_same_memory) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  const size_t used = lab.arena.used();
  lab.deliver("", kHeader + kMost + 1);
  lab.receive();
  lab.waiting.clear();
  ASSERT_TRUE(lab.net.start());
  EXPECT_EQ(lab.arena.used(), used);
  lab.deliver(frame_of(99, 'a'));
  EXPECT_EQ(lab.receive(), frame_of(99, 'a'));
}

TEST(VirtioNet, a_device_that_takes_no_frames_is_waited_for_in_bounds) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  lab.takes = false;
  size_t count = 0;
  const Ticks start = lab.timeline.elapsed();
  while (count < 100 && lab.send(frame_of(60, 'a')) == kNone) ++count;
  EXPECT_GE(count, 1u);
  EXPECT_LT(count, 100u);
  EXPECT_LT(lab.timeline.elapsed() - start, 110'000u);
  EXPECT_EQ(lab.send(frame_of(60, 'a')), Error::Timeout);
  // It thinks better of it.
  lab.take(lab.stuck.front());
  lab.core.complete(1, lab.stuck.front().id, 0);
  EXPECT_EQ(lab.send(frame_of(60, 'a')), kNone);
}

TEST(VirtioNet, the_link_is_what_the_device_says) {
  Lab lab;
  EXPECT_FALSE(lab.net.link());
  ASSERT_TRUE(lab.net.start());
  EXPECT_TRUE(lab.net.link());
  lab.core.change_config(6, std::array{std::byte(0)});
  EXPECT_FALSE(lab.net.link());
  Lab silent(kOffered & ~kStatus);
  ASSERT_TRUE(silent.net.start());
  silent.core.change_config(6, std::array{std::byte(0)});
  EXPECT_TRUE(silent.net.link());
}

TEST(VirtioNet, a_device_that_needs_a_reset_has_no_link) {
  Lab lab;
  ASSERT_TRUE(lab.net.start());
  lab.core.break_down();
  EXPECT_FALSE(lab.net.link());
  EXPECT_EQ(lab.net.error(), Error::NeedsReset);
}

TEST(VirtioNet, a_device_that_is_no_card_is_refused) {
  const auto start = [](uint64_t offered, std::vector<uint16_t> limits, std::optional<int> first_of_mac = {}) {
    Lab lab(offered, std::move(limits));
    if (first_of_mac) lab.core.config[0] = std::byte(*first_of_mac);
    const Error error = error_of(lab.net.start());
    EXPECT_FALSE(lab.core.running());
    return error;
  };
  EXPECT_EQ(start(kOffered & ~kMac, {8, 8}), Error::FeaturesRefused);
  EXPECT_EQ(start(kOffered, {8, 8}, 0x53), Error::Malformed);
  EXPECT_EQ(start(kOffered, {8, 0}), Error::NoQueue);
  EXPECT_EQ(start(kOffered, {0, 8}), Error::NoQueue);
}
