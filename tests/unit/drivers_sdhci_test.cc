// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/sdhci.hh"

#include <gtest/gtest.h>

#include "tests/unit/mmc_lab.hh"

namespace {

using drivers::MmcBlocks;
using drivers::MmcCommand;
using drivers::MmcMode;
using drivers::MmcTiming;
using Answer = MmcCommand::Answer;

struct HostLab : MmcLab {
  explicit HostLab(const drivers::Sdhci::Wiring& wiring = kEightLines) : MmcLab({}, wiring) {}
  void up() {
    ASSERT_EQ(error_of(host.start()), kNone);
    ASSERT_EQ(error_of(host.set_mode(drivers::kMmcIdentification)), kNone);
  }
  Error send(const MmcCommand& command) { return error_of(host.send(command)); }
};

TEST(DriversSdhci, the_clock_is_never_faster_than_asked_for) {
  HostLab lab;
  ASSERT_EQ(error_of(lab.host.start()), kNone);
  for (const uint32_t input : {100'000'000u, 52'000'000u, 63'000'000u, 255'000'000u}) {
    lab.registers.base_hertz = input;
    lab.registers.capabilities = (lab.registers.capabilities & ~0xff00u) | input / 1'000'000 << 8;
    ASSERT_EQ(error_of(lab.host.start()), kNone);
    for (const uint32_t wanted : {400'000u, 8'000'000u, 25'000'000u, 26'000'000u, 52'000'000u}) {
      ASSERT_EQ(error_of(lab.host.set_mode({MmcTiming::Legacy, 1, wanted})), kNone);
      EXPECT_LE(lab.registers.bus.hertz, wanted) << input;
      EXPECT_GE(lab.registers.bus.hertz * 2, wanted) << input;
      EXPECT_EQ(lab.host.hertz(), lab.registers.bus.hertz);
    }
  }
}

TEST(DriversSdhci, a_clock_that_the_divider_does_not_reach_is_not_supported) {
  HostLab lab;
  lab.up();
  EXPECT_EQ(error_of(lab.host.set_mode({MmcTiming::Legacy, 1, 1000})), Error::NotSupported);
  EXPECT_EQ(error_of(lab.host.set_mode({MmcTiming::Legacy, 1, 0})), Error::NotSupported);
}

TEST(DriversSdhci, the_board_knows_clock_and_limit_better_than_the_controller) {
  HostLab lab({.input_hertz = 400'000'000, .most_hertz = 20'000'000, .width = 8});
  lab.registers.base_hertz = 400'000'000;
  ASSERT_EQ(error_of(lab.host.start()), kNone);
  ASSERT_EQ(error_of(lab.host.set_mode({MmcTiming::High, 8, 52'000'000})), kNone);
  EXPECT_EQ(lab.registers.bus.hertz, 20'000'000u);
}

TEST(DriversSdhci, modes_that_controller_or_board_lack_are_not_supported) {
  {
    HostLab lab({.width = 4});
    lab.up();
    EXPECT_EQ(error_of(lab.host.set_mode({MmcTiming::Legacy, 8, 400'000})), Error::NotSupported);
    EXPECT_EQ(error_of(lab.host.set_mode({MmcTiming::Dual, 4, 400'000})), Error::NotSupported);
    EXPECT_EQ(error_of(lab.host.set_mode({MmcTiming::High, 4, 400'000})), kNone);
  }
  HostLab lab;
  lab.registers.capabilities &= ~(fake::Sdhci::kHighSpeed | fake::Sdhci::kEightLines);
  lab.up();
  EXPECT_EQ(error_of(lab.host.set_mode({MmcTiming::High, 4, 400'000})), Error::NotSupported);
  EXPECT_EQ(error_of(lab.host.set_mode({MmcTiming::Legacy, 8, 400'000})), Error::NotSupported);
  EXPECT_EQ(error_of(lab.host.set_mode({MmcTiming::Legacy, 4, 400'000})), kNone);
}

TEST(DriversSdhci, a_controller_of_another_kind_is_not_supported) {
  HostLab lab;
  lab.registers.version = 1;
  EXPECT_EQ(error_of(lab.host.start()), Error::NotSupported);
  lab.registers.version = 2;
  lab.registers.capabilities &= ~fake::Sdhci::kVolts33;
  EXPECT_EQ(error_of(lab.host.start()), Error::NotSupported);
  lab.registers.capabilities = fake::Sdhci::kVolts33;
  EXPECT_EQ(error_of(lab.host.start()), Error::NotSupported);  // no clock
}

TEST(DriversSdhci, registers_that_read_as_ones_end_in_time) {
  HostLab lab;
  lab.registers.broken = true;
  EXPECT_EQ(error_of(lab.host.start()), Error::ResetStuck);
  EXPECT_LT(lab.timeline.elapsed(), 1'000'000u);
}

TEST(DriversSdhci, a_controller_that_breaks_later_ends_every_command_in_time) {
  HostLab lab;
  lab.up();
  lab.registers.broken = true;
  EXPECT_EQ(lab.send({13}), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 2'000'000u);
}

TEST(DriversSdhci, a_clock_that_does_not_settle_times_out) {
  HostLab lab;
  ASSERT_EQ(error_of(lab.host.start()), kNone);
  lab.registers.clock_stuck = true;
  EXPECT_EQ(error_of(lab.host.set_mode(drivers::kMmcIdentification)), Error::Timeout);
}

TEST(DriversSdhci, an_arena_that_is_too_small_is_no_space) {
  fake::Timeline timeline;
  fake::LowMemory low(8192);
  Arena arena(low.bytes);
  const Dma dma{arena};
  fake::Sdhci registers(kMmcBase);
  PlainSdhci host(kMmcBase, timeline.time, dma, kEightLines);
  EXPECT_EQ(error_of(host.start()), Error::NoSpace);
}

TEST(DriversSdhci, an_arena_above_4_gib_is_not_supported) {
  if (sizeof(void*) == sizeof(uint32_t)) GTEST_SKIP() << "no memory of this host lies there";
  fake::Timeline timeline;
  std::vector<std::byte> high(size_t{64} << 10);
  Arena arena(high);
  const Dma dma{arena};
  fake::Sdhci registers(kMmcBase);
  PlainSdhci host(kMmcBase, timeline.time, dma, kEightLines);
  EXPECT_EQ(error_of(host.start()), Error::NotSupported);
}

TEST(DriversSdhci, memory_is_taken_once) {
  HostLab lab;
  lab.up();
  const size_t used = lab.arena.used();
  lab.up();
  EXPECT_EQ(lab.arena.used(), used);
}

TEST(DriversSdhci, without_a_clock_nothing_is_sent) {
  HostLab lab;
  EXPECT_EQ(lab.send({13}), Error::Broken);
  ASSERT_EQ(error_of(lab.host.start()), kNone);
  EXPECT_EQ(lab.send({13}), Error::Broken);
  lab.up();
  lab.host.stop();
  EXPECT_EQ(lab.send({13}), Error::Broken);
  EXPECT_TRUE(lab.card.commands.empty());
}

TEST(DriversSdhci, answers_come_as_they_were_sent) {
  HostLab lab;
  lab.up();
  ASSERT_EQ(lab.send({0, 0, Answer::None}), kNone);
  const auto ocr = lab.host.send({1, 0x40ff'8000, Answer::Unchecked});
  ASSERT_EQ(error_of(ocr), kNone);
  EXPECT_EQ(*ocr, 0xc0ff'8080);
  ASSERT_EQ(lab.send({2, 0, Answer::Long}), kNone);
  EXPECT_EQ(lab.host.answer(), lab.card.cid);
}

TEST(DriversSdhci, each_error_has_a_name_and_the_lines_are_reset_after_it) {
  struct {
    uint32_t bits;
    Error error;
  } const rows[] = {{1 << 16, Error::Timeout},     {1 << 17, Error::WireCrc},     {1 << 18, Error::WireFraming},
                    {1 << 19, Error::WireFraming}, {3 << 16, Error::WireFraming}, {1 << 20, Error::Timeout},
                    {1 << 21, Error::WireCrc},     {1 << 22, Error::WireFraming}, {1 << 23, Error::IoError},
                    {1 << 25, Error::DmaFault},    {1 << 28, Error::IoError}};
  HostLab lab;
  lab.up();
  for (const auto& row : rows) {
    lab.registers.fault = [&](uint8_t, bool) { return row.bits; };
    const unsigned before = lab.registers.line_resets;
    EXPECT_EQ(lab.send({13}), row.error) << std::hex << row.bits;
    EXPECT_EQ(lab.registers.line_resets, before + 2);
  }
  lab.registers.fault = nullptr;
  EXPECT_EQ(lab.send({0, 0, Answer::None}), kNone);
}

TEST(DriversSdhci, a_command_that_never_ends_times_out) {
  HostLab lab;
  lab.up();
  lab.registers.dead = true;
  EXPECT_EQ(lab.send({13}), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 1'000'000u);
}

TEST(DriversSdhci, what_shows_late_is_waited_for) {
  HostLab lab;
  lab.registers.patience = 40;
  EXPECT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.write("mmc0", 0, fake::pattern(4096)), kNone);
  EXPECT_EQ(lab.held(0, 0, 4096), fake::pattern(4096));
}

TEST(DriversSdhci, blocks_that_cannot_be_are_refused) {
  HostLab lab;
  lab.up();
  const auto memory = lab.reachable(size_t{1} << 20);
  const auto refused = [&](uint32_t size, uint32_t count) {
    return error_of(lab.host.send({17}, {.memory = memory.data(), .size = size, .count = count})) ==
           Error::InvalidParameters;
  };
  EXPECT_TRUE(refused(0, 1));
  EXPECT_TRUE(refused(510, 1));
  EXPECT_TRUE(refused(1024, 1));
  EXPECT_TRUE(refused(512, 0));
  EXPECT_TRUE(refused(512, 513));
  EXPECT_TRUE(refused(512, UINT32_MAX));
  EXPECT_TRUE(lab.card.commands.empty());
}

TEST(DriversSdhci, less_is_moved_at_once_where_the_controller_does_not_reach) {
  HostLab lab;
  lab.up();
  std::byte* const low = lab.reachable(4096).data();
  EXPECT_EQ(lab.host.largest(low), 262'144u);
  EXPECT_EQ(lab.host.largest(low + 2), 16'384u);
  if (sizeof(void*) == sizeof(uint64_t)) EXPECT_EQ(lab.host.largest(&lab), 16'384u);
  const auto at = [](uint64_t address) { return reinterpret_cast<const void*>(uintptr_t(address)); };
  EXPECT_EQ(lab.host.largest(at(0xffff'f000)), 4096u);
  EXPECT_EQ(lab.host.largest(at(0xffff'fe04)), 16'384u);  // less than a sector fits below
  if (sizeof(void*) == sizeof(uint64_t)) EXPECT_EQ(lab.host.largest(at(0x1'0000'0000)), 16'384u);
}

TEST(DriversSdhci, a_buffer_that_shares_a_cache_line_is_not_given_to_a_controller_beside_the_caches) {
  fake::Timeline timeline;
  fake::LowMemory low(size_t{128} << 10);
  Arena arena(low.bytes.first(size_t{64} << 10));
  const Dma dma{.arena = arena, .clean = [](const void*, size_t) {}, .invalidate = [](void*, size_t) {}};
  fake::Sdhci registers(kMmcBase);
  PlainSdhci host(kMmcBase, timeline.time, dma, kEightLines);
  ASSERT_EQ(error_of(host.start()), kNone);
  EXPECT_EQ(host.largest(&low.bytes[65536]), 262'144u);
  EXPECT_EQ(host.largest(&low.bytes[65536 + 32]), 16'384u);
}

}  // namespace
