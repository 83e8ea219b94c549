// SPDX-License-Identifier: BSD-2-Clause
// From power to a card that is known: what it is, in which mode, and what becomes of one that is not there or lies.
#include <gtest/gtest.h>

#include "tests/unit/mmc_lab.hh"

namespace {

using Shape = fake::MmcCard::Shape;
using Bus = fake::MmcCard::Bus;

TEST(DriversMmcCard, an_emmc_tells_who_it_is) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  const auto& is = lab.slot.identity();
  EXPECT_EQ(is.kind, MmcCard::Kind::Emmc);
  EXPECT_STREQ(is.product.data(), "EMMC08");
  EXPECT_EQ(is.manufacturer, 0x15);
  EXPECT_EQ(is.revision, 0x21);
  EXPECT_EQ(is.serial, 0xcafe0123);
  EXPECT_EQ(is.year, 2017);
  EXPECT_EQ(is.month, 7);
  EXPECT_EQ(is.cid, lab.card.cid);
}

TEST(DriversMmcCard, an_emmc_goes_to_eight_lines_at_high_speed) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().width, 8);
  EXPECT_EQ(lab.slot.bus().timing, "high speed");
  EXPECT_EQ(lab.slot.bus().hertz, 50'000'000u);
  EXPECT_FALSE(lab.slot.bus().reduced);
  EXPECT_EQ(lab.registers.bus.width, 8u);
}

TEST(DriversMmcCard, dual_rate_is_used_where_board_and_card_have_it) {
  MmcLab lab({.types = 7}, {.width = 8, .dual = true, .embedded = true});
  lab.hold(0, 3, "here");
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().timing, "DDR52");
  EXPECT_FALSE(lab.slot.bus().reduced);
  EXPECT_EQ(lab.read("mmc0", 3, 512).substr(0, 4), "here");
}

TEST(DriversMmcCard, a_card_with_dual_rate_stays_at_single_rate_on_a_board_without_it) {
  MmcLab lab({.types = 7});
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().timing, "high speed");
  EXPECT_FALSE(lab.slot.bus().reduced);
}

TEST(DriversMmcCard, areas_have_names_and_sizes_of_their_own) {
  MmcLab lab({.sectors = 4096, .boot = 2, .general = {1, 0, 2, 0}});
  ASSERT_EQ(lab.start(), kNone);
  std::string all;
  for (size_t i = 0; auto* area = lab.slot.area(i); ++i)
    all += std::string(area->name()) + ":" + std::to_string(area->sectors()) + " ";
  EXPECT_EQ(all, "mmc0:4096 mmc0boot0:512 mmc0boot1:512 mmc0gp0:1024 mmc0gp2:2048 ");
}

TEST(DriversMmcCard, an_sd_card_goes_to_four_lines_at_high_speed) {
  MmcLab lab({.sd = true, .sectors = 4096}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  const auto& is = lab.slot.identity();
  EXPECT_EQ(is.kind, MmcCard::Kind::Sd);
  EXPECT_STREQ(is.product.data(), "SDABC");
  EXPECT_EQ(is.serial, 0xcafe0123);
  EXPECT_EQ(is.year, 2019);
  EXPECT_EQ(is.month, 7);
  EXPECT_EQ(lab.slot.bus().width, 4);
  EXPECT_EQ(lab.slot.bus().timing, "high speed");
  ASSERT_NE(lab.slot.area(0), nullptr);
  EXPECT_EQ(lab.slot.area(0)->sectors(), 4096u);
  EXPECT_EQ(lab.slot.area(1), nullptr);
}

TEST(DriversMmcCard, an_old_sd_card_has_byte_addresses_one_line_and_no_switch) {
  MmcLab lab({.sd = true, .by_sector = false, .wide = false, .fast = false, .counts = false, .second = false}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().width, 1);
  EXPECT_EQ(lab.slot.bus().timing, "legacy");
  EXPECT_FALSE(lab.slot.bus().reduced);
  const std::string data = fake::pattern(4096);
  EXPECT_EQ(lab.write("mmc0", 9, data), kNone);
  EXPECT_EQ(lab.held(0, 9, 4096), data);
  EXPECT_EQ(lab.read("mmc0", 9, 4096), data);
}

TEST(DriversMmcCard, a_small_emmc_has_byte_addresses) {
  MmcLab lab({.by_sector = false});
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.area("mmc0").sectors(), 2048u);
  const std::string data = fake::pattern(1024);
  EXPECT_EQ(lab.write("mmc0boot1", 7, data), kNone);
  EXPECT_EQ(lab.held(2, 7, 1024), data);
}

TEST(DriversMmcCard, an_emmc_is_found_in_a_slot_for_any_card) {
  MmcLab lab({}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.identity().kind, MmcCard::Kind::Emmc);
  EXPECT_EQ(lab.slot.bus().width, 4);
}

TEST(DriversMmcCard, an_empty_slot_has_no_device) {
  MmcLab lab({}, kSdSlot);
  lab.registers.card = nullptr;
  EXPECT_EQ(lab.start(), Error::NoDevice);
  EXPECT_EQ(lab.slot.area(0), nullptr);
}

TEST(DriversMmcCard, a_controller_that_sees_an_empty_slot_asks_nobody) {
  MmcLab lab({}, {.width = 4, .detects = true});
  lab.registers.card = nullptr;
  EXPECT_EQ(lab.start(), Error::NoDevice);
  lab.registers.card = &lab.card;
  EXPECT_EQ(lab.start(), kNone);
}

TEST(DriversMmcCard, a_card_that_is_there_and_never_answers_times_out) {
  for (const bool embedded : {true, false}) {
    MmcLab lab({}, {.width = 4, .embedded = embedded, .detects = !embedded});
    lab.card.silent = true;
    EXPECT_EQ(lab.start(), Error::Timeout);
    EXPECT_LT(lab.timeline.elapsed(), 1'000'000u);
  }
}

TEST(DriversMmcCard, a_card_that_never_powers_up_times_out) {
  for (const bool sd : {false, true}) {
    MmcLab lab({.sd = sd}, sd ? kSdSlot : kEightLines);
    lab.card.never_ready = true;
    EXPECT_EQ(lab.start(), Error::Timeout);
    EXPECT_LT(lab.timeline.elapsed(), 3'000'000u);
  }
}

TEST(DriversMmcCard, a_card_that_falls_silent_anywhere_ends_the_start_in_time) {
  unsigned good = 0;
  {
    MmcLab lab;
    ASSERT_EQ(lab.start(), kNone);
    good = unsigned(lab.card.commands.size());
  }
  for (unsigned commands = 0; commands < good; ++commands) {
    MmcLab lab;
    lab.card.silent_after = commands;
    EXPECT_EQ(lab.start(), Error::Timeout) << commands;
    EXPECT_LT(lab.timeline.elapsed(), 60'000'000u) << commands;
  }
}

TEST(DriversMmcCard, a_card_with_another_voltage_is_not_supported) {
  MmcLab lab;
  lab.card.ocr = 0x80;
  EXPECT_EQ(lab.start(), Error::NotSupported);
}

TEST(DriversMmcCard, lines_that_garble_are_left_out_first) {
  MmcLab lab;
  lab.card.noisy = [](const Bus& bus) { return bus.width == 8; };
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().width, 4);
  EXPECT_EQ(lab.slot.bus().timing, "high speed");
  EXPECT_TRUE(lab.slot.bus().reduced);
}

TEST(DriversMmcCard, a_clock_that_garbles_is_lowered) {
  MmcLab lab;
  lab.card.noisy = [](const Bus& bus) { return bus.hertz > 26'000'000; };
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().width, 8);
  EXPECT_EQ(lab.slot.bus().timing, "legacy");
  EXPECT_LE(lab.slot.bus().hertz, 26'000'000u);
  EXPECT_TRUE(lab.slot.bus().reduced);
}

TEST(DriversMmcCard, dual_rate_that_garbles_becomes_single_rate) {
  MmcLab lab({.types = 7}, {.width = 8, .dual = true, .embedded = true});
  lab.card.noisy = [](const Bus& bus) { return bus.dual; };
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().timing, "high speed");
  EXPECT_EQ(lab.slot.bus().width, 8);
  EXPECT_TRUE(lab.slot.bus().reduced);
}

TEST(DriversMmcCard, a_card_in_the_mode_of_the_boot_rom_is_understood) {
  MmcLab lab;
  lab.card.stays_wide = true;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().width, 8);
  EXPECT_FALSE(lab.slot.bus().reduced);
}

TEST(DriversMmcCard, an_sd_card_falls_back_as_well) {
  MmcLab lab({.sd = true}, kSdSlot);
  lab.card.noisy = [](const Bus& bus) { return bus.width == 4 || bus.hertz > 25'000'000; };
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().width, 1);
  EXPECT_EQ(lab.slot.bus().timing, "legacy");
  EXPECT_TRUE(lab.slot.bus().reduced);
}

TEST(DriversMmcCard, wires_that_always_garble_end_with_their_error) {
  MmcLab lab;
  lab.card.noisy = [](const Bus&) { return true; };
  EXPECT_EQ(lab.start(), Error::WireCrc);
  EXPECT_EQ(lab.slot.area(0), nullptr);
}

TEST(DriversMmcCard, a_timing_that_does_not_stick_is_not_used) {
  MmcLab lab;
  lab.card.stubborn = 185;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.bus().timing, "legacy");
  EXPECT_TRUE(lab.slot.bus().reduced);
  lab.card.complaints.clear();  // of the clock at which it was asked whether it had
}

TEST(DriversMmcCard, no_sectors_or_no_version_is_malformed_or_not_supported) {
  {
    MmcLab lab;
    for (unsigned i = 212; i < 216; ++i) lab.card.ext_csd[i] = 0;
    EXPECT_EQ(lab.start(), Error::Malformed);
    EXPECT_EQ(lab.slot.area(0), nullptr);
  }
  {
    MmcLab lab;
    lab.card.csd[0] = 0;
    EXPECT_EQ(lab.start(), Error::NotSupported);
  }
  {
    MmcLab lab({.sd = true}, kSdSlot);
    lab.card.csd[0] &= 0x3fff'ffff;  // the CSD of a small card in a large one
    EXPECT_EQ(lab.start(), Error::Malformed);
  }
}

TEST(DriversMmcCard, starting_again_finds_the_card_that_is_there_now) {
  MmcLab lab({}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  fake::MmcCard other({.sd = true, .sectors = 8192});
  lab.registers.card = &other;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.slot.identity().kind, MmcCard::Kind::Sd);
  EXPECT_EQ(lab.slot.area(0)->sectors(), 8192u);
  EXPECT_EQ(lab.slot.area(1), nullptr);
  EXPECT_TRUE(other.complaints.empty());
}

TEST(DriversMmcCard, starting_again_leaves_a_card_that_is_soldered_in_as_it_is) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.commands.clear();
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(lab.card.commands, std::vector<uint8_t>{13});  // a look at its status
}

TEST(DriversMmcCard, a_controller_that_does_not_work_is_told_apart) {
  MmcLab lab;
  lab.registers.reset_stuck = true;
  EXPECT_EQ(lab.start(), Error::ResetStuck);
  lab.registers.reset_stuck = false;
  lab.registers.dead = true;
  EXPECT_EQ(lab.start(), Error::Timeout);
}

}  // namespace
