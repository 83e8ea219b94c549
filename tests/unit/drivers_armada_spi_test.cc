// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/armada_spi.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "drivers/spi_nor.hh"
#include "tests/fake/armada_spi.hh"
#include "tests/fake/pattern.hh"
#include "tests/fake/spi_nor.hh"
#include "tests/fake/timeline.hh"

namespace {

using drivers::ArmadaSpi;
using std::as_bytes;
using std::as_writable_bytes;
using std::span;

constexpr uintptr_t kBase = 0xf470'0680;
constexpr uint32_t kClock = 250'000'000, kMost = 10'000'000;

/// Gives what it was given before, and keeps all of it.
struct Echo final : fake::SpiChip {
  void select(bool on) override { said += on ? "<" : ">"; }
  uint8_t exchange(uint8_t in) override {
    said += char(in);
    return next++;
  }
  std::string said;
  uint8_t next = 'A';
};

struct Lab {
  Lab() { bus.chips[0] = &chip; }
  ~Lab() {
    for (const auto& what : bus.complaints) ADD_FAILURE() << what;
  }
  Error transfer(std::string_view command, std::string_view out, std::string& in, ArmadaSpi& with) {
    return error_of(with.transfer(as_bytes(span(command)), as_bytes(span(out)), as_writable_bytes(span(in))));
  }

  fake::Timeline timeline;
  fake::ArmadaSpi bus{kBase};
  Echo chip;
  ArmadaSpi spi{kBase, 0, kClock, kMost, timeline.time};
};

TEST(DriversArmadaSpi, a_transaction_is_command_then_data_while_the_chip_is_selected) {
  Lab lab;
  std::string in;
  EXPECT_EQ(lab.transfer("abc", "data", in, lab.spi), kNone);
  EXPECT_EQ(lab.chip.said, "<abcdata>");
  lab.chip.said.clear();
  lab.chip.next = 'A';
  in = "????";
  EXPECT_EQ(lab.transfer("ab", "", in, lab.spi), kNone);
  EXPECT_EQ(lab.chip.said, std::string("<ab\0\0\0\0>", 8));
  EXPECT_EQ(in, "CDEF");
}

TEST(DriversArmadaSpi, bytes_come_in_their_order_whatever_their_number_and_place) {
  for (size_t size = 0; size < 20; ++size) {
    for (size_t at = 0; at < 4; ++at) {
      Lab lab;
      std::string all(32, '?');
      EXPECT_EQ(error_of(lab.spi.transfer({}, {}, as_writable_bytes(span(all)).subspan(at, size))), kNone);
      std::string expected(32, '?');
      for (size_t i = 0; i < size; ++i) expected[at + i] = char('A' + i);
      EXPECT_EQ(all, expected);
    }
  }
}

TEST(DriversArmadaSpi, two_bytes_are_taken_at_once) {
  Lab lab;
  std::string in(1001, '?');
  EXPECT_EQ(lab.transfer("abcd", "", in, lab.spi), kNone);
  EXPECT_EQ(lab.bus.transfers, 4 + 500 + 1u);
  EXPECT_EQ(lab.bus.config & 0x20, 0u);
}

TEST(DriversArmadaSpi, a_slow_transfer_is_waited_for) {
  Lab lab;
  lab.bus.busy = 5;
  std::string in = "???";
  EXPECT_EQ(lab.transfer("a", "", in, lab.spi), kNone);
  EXPECT_EQ(in, "BCD");
}

TEST(DriversArmadaSpi, one_that_never_ends_is_a_timeout_and_the_chip_is_let_go) {
  for (const bool out : {false, true}) {
    Lab lab;
    lab.bus.stuck = true;
    std::string in(out ? 0 : 8, '?');
    EXPECT_EQ(lab.transfer(out ? "ab" : "", out ? "cd" : "", in, lab.spi), Error::Timeout);
    EXPECT_LT(lab.timeline.elapsed(), 20'000u);
    EXPECT_EQ(lab.bus.control & 1, 0u);
    lab.bus.stuck = false;
    in = "?";
    EXPECT_EQ(lab.transfer("x", "", in, lab.spi), kNone);
    EXPECT_EQ(in, "B");
  }
}

TEST(DriversArmadaSpi, the_clock_is_as_fast_as_it_may_and_no_faster) {
  EXPECT_EQ(ArmadaSpi::rate(250'000'000, 10'000'000), 250'000'000u / 26);
  EXPECT_EQ(ArmadaSpi::rate(250'000'000, 20'000'000), 250'000'000u / 13);
  EXPECT_EQ(ArmadaSpi::rate(250'000'000, 50'000'000), 50'000'000u);
  EXPECT_EQ(ArmadaSpi::rate(250'000'000, 133'000'000), 50'000'000u);  // as much as the controller can
  EXPECT_EQ(ArmadaSpi::rate(200'000'000, 200'000'000), 50'000'000u);
  EXPECT_EQ(ArmadaSpi::rate(250'000'000, 1), 250'000'000u / 1920);  // as slow as it can
  EXPECT_EQ(ArmadaSpi::rate(250'000'000, 0), 250'000'000u / 1920);
  for (uint32_t most = 131'000; most < 60'000'000; most += most / 7) {
    uint32_t best = 0;  // of all that can be set
    for (uint32_t factor = 1; factor < 16; ++factor)
      for (uint32_t power = 0; power < 8; ++power)
        if (const uint32_t is = kClock / (factor << power); is <= std::min(most, 50'000'000u))
          best = std::max(best, is);
    EXPECT_EQ(ArmadaSpi::rate(kClock, most), best) << most;
  }
}

TEST(DriversArmadaSpi, the_line_gets_that_clock) {
  for (const uint32_t most : {131'000u, 400'000u, 1'000'000u, 10'000'000u, 20'000'000u, 50'000'000u}) {
    Lab lab;
    ArmadaSpi spi(kBase, 0, kClock, most, lab.timeline.time);
    std::string in;
    EXPECT_EQ(lab.transfer("a", "", in, spi), kNone);
    EXPECT_EQ(kClock / lab.bus.divider, ArmadaSpi::rate(kClock, most));
  }
}

TEST(DriversArmadaSpi, mode_0_is_set_whatever_was_before_and_what_is_the_windows_is_kept) {
  Lab lab;
  lab.bus.config = 0xffff'ffff;
  lab.bus.timing = 0xffff'ffff;
  std::string in(4, '?');
  EXPECT_EQ(lab.transfer("a", "", in, lab.spi), kNone);
  EXPECT_EQ(in, "BCDE");
  EXPECT_EQ(lab.bus.config & 0xffff'8700, 0xffff'8700u);
  EXPECT_EQ(lab.bus.sample, 1u);  // in time for the first clock
  EXPECT_EQ(lab.bus.timing | 0xc0, 0xffff'ffffu);
}

TEST(DriversArmadaSpi, chips_on_other_lines_hear_nothing) {
  Lab lab;
  Echo other;
  lab.bus.chips[5] = &other;
  ArmadaSpi fifth(kBase, 5, kClock, 1'000'000, lab.timeline.time);
  std::string in;
  EXPECT_EQ(lab.transfer("five", "", in, fifth), kNone);
  EXPECT_EQ(lab.transfer("none", "", in, lab.spi), kNone);
  EXPECT_EQ(lab.transfer("more", "", in, fifth), kNone);
  EXPECT_EQ(other.said, "<five><more>");
  EXPECT_EQ(lab.chip.said, "<none>");
}

TEST(DriversArmadaSpi, a_flash_at_its_line_is_found_read_and_written) {
  Lab lab;
  fake::SpiNor chip;
  lab.bus.chips[0] = &chip;
  drivers::SpiNor flash(lab.spi, lab.timeline.time);
  ASSERT_EQ(error_of(flash.start()), kNone);
  EXPECT_EQ(flash.identity().part, "W25Q32");
  const std::string text = fake::pattern(1000);
  EXPECT_EQ(error_of(flash.write(0x1'0001, as_bytes(span(text)))), kNone);
  EXPECT_EQ(std::memcmp(&chip.data[0x1'0001], text.data(), text.size()), 0);
  std::string got(1000, '?');
  EXPECT_EQ(error_of(flash.read(0x1'0001, as_writable_bytes(span(got)))), kNone);
  EXPECT_EQ(got, text);
  EXPECT_TRUE(chip.complaints.empty());
}

TEST(DriversArmadaSpi, nothing_at_its_line_is_found_to_be_nothing) {
  Lab lab;
  lab.bus.chips.clear();
  drivers::SpiNor flash(lab.spi, lab.timeline.time);
  EXPECT_EQ(error_of(flash.start()), Error::NotFound);
  EXPECT_LT(lab.timeline.elapsed(), 10'000u);
  lab.bus.stuck = true;
  EXPECT_EQ(error_of(flash.start()), Error::Timeout);
}

}  // namespace
