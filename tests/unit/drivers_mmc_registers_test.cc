// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/mmc_registers.hh"

#include <gtest/gtest.h>

#include <cstring>

namespace {

using namespace drivers;

constexpr MmcAnswer kWords{0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210};

TEST(DriversMmcRegisters, bits_are_counted_from_the_end_across_words) {
  EXPECT_EQ(bits_of(kWords, 127, 120), 0x01u);
  EXPECT_EQ(bits_of(kWords, 7, 0), 0x10u);
  EXPECT_EQ(bits_of(kWords, 31, 0), 0x76543210u);
  EXPECT_EQ(bits_of(kWords, 103, 72), 0x6789abcdu);
  EXPECT_EQ(bits_of(kWords, 35, 28), 0x87u);
}

TEST(DriversMmcRegisters, a_name_that_no_terminal_shows_is_shown_all_the_same) {
  const MmcAnswer cid{0x15010041, 0x1b42ff00, 0x43000000, 0};
  const auto is = identity_of(MmcCard::Kind::Emmc, cid, 8);
  EXPECT_STREQ(is.product.data(), "A?B??C");
}

TEST(DriversMmcRegisters, years_of_an_emmc_go_on_in_2013) {
  const MmcAnswer cid{0, 0, 0, 0x3400};
  EXPECT_EQ(identity_of(MmcCard::Kind::Emmc, cid, 4).year, 2001);
  EXPECT_EQ(identity_of(MmcCard::Kind::Emmc, cid, 5).year, 2017);
  EXPECT_EQ(identity_of(MmcCard::Kind::Emmc, {0, 0, 0, 0x3d00}, 8).year, 2010);
}

TEST(DriversMmcRegisters, a_month_that_does_not_exist_is_none) {
  EXPECT_EQ(identity_of(MmcCard::Kind::Emmc, {0, 0, 0, 0xd000}, 8).month, 0);
}

TEST(DriversMmcRegisters, the_size_of_a_small_card_is_in_its_csd) {
  // 1 GiB: blocks of 1 KiB, 4096 units of 256 blocks.
  MmcAnswer csd{0, 0, 0, 0};
  csd[1] = 10 << 16 | 0xfff >> 2;
  csd[2] = 3u << 30 | 6u << 15;
  const auto is = sd_csd(csd, false);
  ASSERT_EQ(error_of(is), kNone);
  EXPECT_EQ(is->sectors, (1u << 30) / 512);
  csd[1] = 12 << 16;
  EXPECT_EQ(error_of(sd_csd(csd, false)), Error::Malformed);
  csd[1] = 8 << 16;
  EXPECT_EQ(error_of(sd_csd(csd, false)), Error::Malformed);
  csd[0] = 4u << 26;
  EXPECT_EQ(error_of(emmc_csd(csd, false)), Error::Malformed);
  EXPECT_EQ(error_of(emmc_csd(csd, true)), kNone);
}

TEST(DriversMmcRegisters, the_largest_small_card_is_named_by_32_bits_of_bytes) {
  MmcAnswer csd{0, 11 << 16 | 0x3ff, 3u << 30 | 7u << 15, 0};
  const auto is = sd_csd(csd, false);
  ASSERT_EQ(error_of(is), kNone);
  EXPECT_EQ(is->sectors * 512, uint64_t{1} << 32);
}

TEST(DriversMmcRegisters, a_large_card_counts_in_half_mebibytes_up_to_two_tebibytes) {
  MmcAnswer csd{1u << 30, 0x3f, 0xffff0000, 0};
  const auto is = sd_csd(csd, true);
  ASSERT_EQ(error_of(is), kNone);
  EXPECT_EQ(is->sectors, uint64_t{1} << 32);
  EXPECT_EQ(error_of(sd_csd(csd, false)), Error::Malformed);
  csd[0] = 2u << 30;
  EXPECT_EQ(error_of(sd_csd(csd, true)), Error::NotSupported);
  csd[0] = 3u << 30;
  EXPECT_EQ(error_of(sd_csd(csd, true)), Error::Malformed);
}

TEST(DriversMmcRegisters, general_partitions_count_in_groups_of_two_sizes) {
  std::array<uint8_t, 512> is{};
  is[212] = 1;
  is[155] = 1;
  is[221] = 16;
  is[224] = 8;
  is[143] = 2;
  is[147] = 1;  // 256 of them
  auto parsed = parse_ext_csd(is, 0);
  ASSERT_EQ(error_of(parsed), kNone);
  EXPECT_EQ(parsed->user, 1u);
  EXPECT_EQ(parsed->general[0], 2u * 16 * 8 * 1024);
  EXPECT_EQ(parsed->general[1], 256ull * 16 * 8 * 1024);
  is[148] = 0x80;  // more than a command can name
  EXPECT_EQ(error_of(parse_ext_csd(is, 0)), Error::Malformed);
  is[155] = 0;  // not set up yet
  parsed = parse_ext_csd(is, 0);
  ASSERT_EQ(error_of(parsed), kNone);
  EXPECT_EQ(parsed->general[1], 0u);
}

TEST(DriversMmcRegisters, general_partitions_of_groups_without_size_are_malformed) {
  std::array<uint8_t, 512> is{};
  is[212] = 1;
  is[155] = 1;
  is[143] = 1;
  is[221] = 1;
  EXPECT_EQ(error_of(parse_ext_csd(is, 0)), Error::Malformed);
}

TEST(DriversMmcRegisters, a_general_partition_of_a_card_with_byte_addresses_ends_at_4_gib) {
  std::array<uint8_t, 512> is{};
  is[155] = is[221] = is[224] = 1;
  is[144] = 0x20;  // 8192 groups of 512 KiB
  EXPECT_EQ(error_of(parse_ext_csd(is, 4096)), kNone);
  is[143] = 1;
  EXPECT_EQ(error_of(parse_ext_csd(is, 4096)), Error::Malformed);
}

TEST(DriversMmcRegisters, sectors_of_4_kib_are_not_supported) {
  std::array<uint8_t, 512> is{};
  is[212] = is[61] = 1;
  EXPECT_EQ(error_of(parse_ext_csd(is, 0)), Error::NotSupported);
}

TEST(DriversMmcRegisters, an_scr_tells_lines_counts_and_switches) {
  const std::array<uint8_t, 8> all{2, 5, 0, 2}, none{0, 1, 0, 0}, future{0x12, 5, 0, 2};
  const auto is = parse_scr(all), old = parse_scr(none);
  ASSERT_EQ(error_of(is), kNone);
  EXPECT_TRUE(is->wide && is->counts && is->switches);
  ASSERT_EQ(error_of(old), kNone);
  EXPECT_FALSE(old->wide || old->counts || old->switches);
  EXPECT_EQ(error_of(parse_scr(future)), Error::NotSupported);
}

}  // namespace
