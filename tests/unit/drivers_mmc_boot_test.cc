// SPDX-License-Identifier: BSD-2-Clause
// What a boot ROM reads of an eMMC: set without touching anything else, and read back.
#include <gtest/gtest.h>

#include "tests/unit/mmc_lab.hh"

namespace {

TEST(DriversMmcBoot, what_is_set_is_what_is_read) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  for (const bool ack : {true, false})
    for (const uint8_t partition : {0, 1, 2, 7}) {
      ASSERT_EQ(error_of(lab.slot.set_boot_partition({ack, partition})), kNone);
      EXPECT_EQ(lab.card.ext_csd[179], ack << 6 | partition << 3);
      const auto is = lab.slot.boot_partition();
      ASSERT_EQ(error_of(is), kNone);
      EXPECT_EQ(is->ack, ack);
      EXPECT_EQ(is->partition, partition);
    }
}

TEST(DriversMmcBoot, a_partition_that_no_boot_rom_knows_is_refused_before_anything_is_sent) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  const size_t before = lab.card.commands.size();
  for (const uint8_t partition : {3, 4, 6, 8, 255})
    EXPECT_EQ(error_of(lab.slot.set_boot_partition({true, partition})), Error::InvalidParameters);
  EXPECT_EQ(error_of(lab.slot.set_boot_bus({.width = 2})), Error::InvalidParameters);
  EXPECT_EQ(error_of(lab.slot.set_boot_bus({.width = 8, .mode = 3})), Error::InvalidParameters);
  EXPECT_EQ(lab.card.commands.size(), before);
}

TEST(DriversMmcBoot, setting_keeps_the_area_that_is_selected_and_bits_of_others) {
  MmcLab lab;
  lab.card.ext_csd[179] = 0x80;
  lab.card.ext_csd[177] = 0xe0;
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.write("mmc0boot1", 1, fake::pattern(512)), kNone);
  ASSERT_EQ(error_of(lab.slot.set_boot_partition({true, 1})), kNone);
  EXPECT_EQ(lab.card.ext_csd[179], 0x80 | 0x48 | 2);
  ASSERT_EQ(error_of(lab.slot.set_boot_bus({.width = 8, .keep = true, .mode = 2})), kNone);
  EXPECT_EQ(lab.card.ext_csd[177], 0xe0 | 0x16);
  ASSERT_EQ(lab.write("mmc0", 1, fake::pattern(512, 2)), kNone);
  EXPECT_EQ(lab.held(0, 1, 512), fake::pattern(512, 2));
  EXPECT_EQ(lab.held(2, 1, 512), fake::pattern(512));
}

TEST(DriversMmcBoot, what_is_set_already_is_not_written_again) {
  MmcLab lab;
  lab.card.ext_csd[179] = 0x48;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.switched.clear();
  EXPECT_EQ(error_of(lab.slot.set_boot_partition({true, 1})), kNone);
  EXPECT_TRUE(lab.card.switched.empty());
}

TEST(DriversMmcBoot, a_byte_that_does_not_change_is_an_error) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.stubborn = 179;
  EXPECT_EQ(error_of(lab.slot.set_boot_partition({true, 1})), Error::IoError);
  lab.card.stubborn = 177;
  EXPECT_EQ(error_of(lab.slot.set_boot_bus({.width = 8})), Error::IoError);
}

TEST(DriversMmcBoot, a_wire_that_garbles_once_changes_nothing) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.garbled = 1;
  EXPECT_EQ(error_of(lab.slot.set_boot_partition({false, 2})), kNone);
  EXPECT_EQ(lab.card.ext_csd[179], 0x10);
}

TEST(DriversMmcBoot, the_bus_of_the_boot_is_what_was_set) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  for (const uint8_t width : {1, 4, 8})
    for (const uint8_t mode : {0, 1, 2}) {
      ASSERT_EQ(error_of(lab.slot.set_boot_bus({width, width == 4, mode})), kNone);
      const auto is = lab.slot.boot_bus();
      ASSERT_EQ(error_of(is), kNone);
      EXPECT_EQ(is->width, width);
      EXPECT_EQ(is->keep, width == 4);
      EXPECT_EQ(is->mode, mode);
    }
}

TEST(DriversMmcBoot, a_bus_of_the_boot_that_cannot_be_is_malformed) {
  for (const uint8_t byte : {0x03, 0x18}) {
    MmcLab lab;
    lab.card.ext_csd[177] = byte;
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_EQ(error_of(lab.slot.boot_bus()), Error::Malformed);
  }
}

TEST(DriversMmcBoot, cards_without_boot_areas_have_nothing_of_the_kind) {
  MmcLab plain({.boot = 0});
  ASSERT_EQ(plain.start(), kNone);
  EXPECT_EQ(plain.slot.area(1), nullptr);
  EXPECT_EQ(error_of(plain.slot.boot_partition()), Error::NotSupported);
  EXPECT_EQ(error_of(plain.slot.set_boot_bus({})), Error::NotSupported);
}

TEST(DriversMmcBoot, an_sd_card_has_nothing_of_the_kind) {
  MmcLab lab({.sd = true}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_EQ(error_of(lab.slot.set_boot_partition({true, 1})), Error::NotSupported);
  EXPECT_EQ(error_of(lab.slot.boot_bus()), Error::NotSupported);
}

TEST(DriversMmcBoot, a_card_that_was_not_started_is_out_of_service) {
  MmcLab lab;
  EXPECT_EQ(error_of(lab.slot.boot_partition()), Error::Broken);
}

}  // namespace
