// SPDX-License-Identifier: BSD-2-Clause
// A console over virtio, and somebody at its other end who types, listens, or does not.
#include "virtio/console.hh"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/fake/result.hh"
#include "tests/fake/virtio_board.hh"
#include "tests/fake/virtio_device.hh"

namespace {

namespace feature = virtio::feature;
constexpr uint16_t kReceive = 0, kTransmit = 1;
constexpr uint64_t kSize = 1 << 0, kMultiport = 1 << 1, kEmergencyWrite = 1 << 2;

struct Lab : fake::VirtioBoard<1 << 13> {
  explicit Lab(uint64_t features = kSize | kMultiport | kEmergencyWrite)
      : device(virtio::Type::Console, features | feature::kVersion1, {16, 16}) {
    core.memory.add(memory.get(), kMemory);
    core.config.resize(12);
    core.config[0] = std::byte{80};
    core.config[2] = std::byte{25};
    core.serve = [this](uint16_t queue, const fake::VirtioCore::Chain& chain) -> std::optional<uint32_t> {
      if (queue == kReceive) return buffers.push_back(chain), std::nullopt;
      if (deaf) return std::nullopt;
      for (const std::byte byte : chain.read()) heard += char(byte);
      return 0;
    };
    started = console.start();
  }

  /// Somebody types: as much as the buffers take that the driver gave.
  void type(std::string_view text) {
    ASSERT_FALSE(buffers.empty()) << "no buffer to receive";
    const auto chain = buffers.front();
    buffers.erase(buffers.begin());
    core.complete(kReceive, chain.id, chain.write(std::as_bytes(std::span(text))));
  }
  std::string typed() {
    std::string text;
    for (int c; (c = console.get()) >= 0;) text += char(c);
    return text;
  }

  fake::VirtioDevice device;
  fake::VirtioCore& core = device.core;
  std::vector<fake::VirtioCore::Chain> buffers;
  std::string heard;
  bool deaf = false;
  virtio::Console console{device, host};
  Result<void> started;
};

TEST(VirtioConsole, what_is_written_is_heard_with_ends_of_lines_as_terminals_want_them) {
  Lab lab;
  ASSERT_EQ(error_of(lab.started), kNone);
  lab.console.write("one\ntwo");
  EXPECT_EQ(lab.heard, "one\r\n");
  lab.console.write("");
  lab.console.write("!\n");
  EXPECT_EQ(lab.heard, "one\r\ntwo!\r\n");
}

TEST(VirtioConsole, a_line_goes_out_at_once_and_a_part_of_one_when_somebody_is_asked) {
  Lab lab;
  for (const char* piece : {"a ", "line ", "in ", "pieces"}) lab.console.write(piece);
  EXPECT_EQ(lab.heard, "");
  lab.console.write("\n");
  EXPECT_EQ(lab.heard, "a line in pieces\r\n");
  EXPECT_EQ(lab.core.queues[kTransmit].notifications, 1u);
  lab.console.write("name? ");
  EXPECT_EQ(lab.console.get(), -1);
  EXPECT_EQ(lab.heard, "a line in pieces\r\nname? ");
}

TEST(VirtioConsole, several_ports_are_not_asked_for) {
  Lab lab;
  EXPECT_FALSE(lab.core.accepted() & kMultiport);
  EXPECT_TRUE(lab.core.accepted() & kSize);
}

TEST(VirtioConsole, a_long_text_is_heard_whole) {
  Lab lab;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ' ';
  lab.console.write(text);
  lab.console.get();
  EXPECT_EQ(lab.heard, text);
}

TEST(VirtioConsole, a_slow_listener_is_waited_for) {
  Lab lab;
  lab.core.on_notify = [&](uint16_t queue) { lab.timeline.after(10'000, [&, queue] { lab.core.run(queue); }); };
  const std::string text(4000, 'x');
  lab.console.write(text);
  ASSERT_EQ(error_of(lab.console.stop()), kNone);
  EXPECT_EQ(lab.heard, text);
}

TEST(VirtioConsole, what_nobody_takes_is_lost_and_waited_for_once) {
  Lab lab;
  lab.deaf = true;
  lab.console.write(std::string(4000, 'x'));
  const Ticks waited = lab.timeline.elapsed();
  EXPECT_LT(waited, 5'000'000u);
  for (int i = 0; i < 100; ++i) lab.console.write("more\n");
  EXPECT_LT(lab.timeline.elapsed() - waited, 100'000u);
  EXPECT_TRUE(lab.console.running());
}

TEST(VirtioConsole, somebody_who_listens_again_is_heard_again) {
  Lab lab;
  std::vector<fake::VirtioCore::Chain> kept;
  const auto hears = lab.core.serve;
  lab.core.serve = [&](uint16_t queue, const fake::VirtioCore::Chain& chain) -> std::optional<uint32_t> {
    if (queue == kReceive) return std::nullopt;
    return kept.push_back(chain), std::nullopt;
  };
  lab.console.write(std::string(4000, 'x'));
  lab.core.serve = hears;
  for (const auto& chain : kept) lab.core.complete(kTransmit, chain.id, 0);
  lab.console.write("hello");
  lab.console.get();
  EXPECT_EQ(lab.heard, "hello");
}

TEST(VirtioConsole, what_is_typed_comes_in_order) {
  Lab lab;
  EXPECT_EQ(lab.console.get(), -1);
  lab.type("ab");
  lab.type(
      "\xff"
      "c");
  EXPECT_EQ(lab.console.get(), 'a');
  EXPECT_EQ(lab.console.get(), 'b');
  EXPECT_EQ(lab.console.get(), 0xff) << "which is no -1";
  EXPECT_EQ(lab.console.get(), 'c');
  EXPECT_EQ(lab.console.get(), -1);
}

TEST(VirtioConsole, there_is_always_a_buffer_to_receive) {
  Lab lab;
  const size_t buffers = lab.buffers.size();
  EXPECT_GE(buffers, 2u);
  for (int i = 0; i < 1000; ++i) {
    lab.type(std::to_string(i));
    EXPECT_EQ(lab.typed(), std::to_string(i));
    EXPECT_EQ(lab.buffers.size(), buffers);
  }
}

TEST(VirtioConsole, an_empty_buffer_is_fed_back) {
  Lab lab;
  const size_t buffers = lab.buffers.size();
  lab.type("");
  EXPECT_EQ(lab.console.get(), -1);
  EXPECT_EQ(lab.buffers.size(), buffers);
  lab.type("x");
  EXPECT_EQ(lab.typed(), "x");
}

TEST(VirtioConsole, a_device_that_breaks_the_rules_is_silent_from_then_on) {
  Lab lab;
  lab.core.ring(kReceive).put_used(0, 1000);
  EXPECT_EQ(lab.console.get(), -1);
  EXPECT_EQ(lab.console.error(), Error::UsedLength);
  EXPECT_FALSE(lab.core.running());
  lab.console.write("nobody");
  EXPECT_EQ(lab.heard, "");
  EXPECT_EQ(lab.console.get(), -1);

  Lab other;
  other.core.ring(kTransmit).put_used(3, 0);
  for (int i = 0; i < 10; ++i) other.console.write("x\n");
  EXPECT_EQ(other.console.error(), Error::UsedIndex);
  EXPECT_FALSE(other.core.running());
}

TEST(VirtioConsole, it_starts_again) {
  Lab lab;
  lab.type("left over");
  EXPECT_EQ(lab.console.get(), 'l');
  lab.buffers.clear();
  ASSERT_EQ(error_of(lab.console.start()), kNone);
  EXPECT_EQ(lab.console.get(), -1);
  lab.type("new");
  EXPECT_EQ(lab.typed(), "new");
  lab.console.write("here\n");
  EXPECT_EQ(lab.heard, "here\r\n");
}

TEST(VirtioConsole, the_size_of_the_terminal_is_told_when_it_is_known) {
  Lab lab;
  EXPECT_EQ(lab.console.size().columns, 80u);
  EXPECT_EQ(lab.console.size().rows, 25u);
  Lab unknown(0);
  EXPECT_EQ(unknown.console.size().columns, 0u);
}

TEST(VirtioConsole, a_character_can_be_written_without_queues) {
  Lab lab;
  ASSERT_EQ(error_of(lab.console.stop()), kNone);
  lab.core.complain = [](const std::string&) {};  // of this device, that is allowed at any time (5.3.4)
  EXPECT_TRUE(lab.console.emergency('!'));
  EXPECT_EQ(lab.core.config[8], std::byte{'!'});
  EXPECT_FALSE(Lab(0).console.emergency('!'));
}

}  // namespace
