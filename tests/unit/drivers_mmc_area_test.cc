// SPDX-License-Identifier: BSD-2-Clause
// Areas as disks: what is written to one is in that one and in no other, whatever goes wrong on the way.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/mmc_lab.hh"

namespace {

using Bus = fake::MmcCard::Bus;
constexpr fake::MmcCard::Shape kAll{.general = {1, 1, 1, 1}};
constexpr std::string_view kNames[] = {"mmc0",    "mmc0boot0", "mmc0boot1", "",
                                       "mmc0gp0", "mmc0gp1",   "mmc0gp2",   "mmc0gp3"};

TEST(DriversMmcArea, what_is_written_to_one_area_is_in_no_other) {
  for (unsigned access : {0u, 1u, 2u, 4u, 5u, 6u, 7u}) {
    MmcLab lab(kAll);
    ASSERT_EQ(lab.start(), kNone);
    auto before = lab.card.areas;
    const std::string data = fake::pattern(3 * 512, access + 1);
    EXPECT_EQ(lab.write(kNames[access], 5, data), kNone);
    std::memcpy(&before[access][5 * 512], data.data(), data.size());
    EXPECT_TRUE(before == lab.card.areas) << access;
    EXPECT_EQ(lab.read(kNames[access], 5, data.size()), data);
  }
}

TEST(DriversMmcArea, areas_by_turns_select_their_own_each_time) {
  MmcLab lab(kAll);
  ASSERT_EQ(lab.start(), kNone);
  for (unsigned round = 0; round < 3; ++round)
    for (unsigned access : {0u, 2u, 1u, 7u, 4u})
      EXPECT_EQ(lab.write(kNames[access], 1 + round, fake::pattern(512, 10 * round + access)), kNone);
  for (unsigned round = 0; round < 3; ++round)
    for (unsigned access : {0u, 2u, 1u, 7u, 4u})
      EXPECT_EQ(lab.held(access, 1 + round, 512), fake::pattern(512, 10 * round + access));
}

TEST(DriversMmcArea, an_area_is_selected_only_when_another_one_is) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.switched.clear();
  for (unsigned i = 0; i < 4; ++i) lab.read("mmc0", i, 512);
  EXPECT_TRUE(lab.card.switched.empty());
  for (unsigned i = 0; i < 4; ++i) lab.read("mmc0boot0", i, 512);
  EXPECT_EQ(lab.card.switched.size(), 1u);
}

TEST(DriversMmcArea, selecting_keeps_what_a_boot_rom_reads) {
  MmcLab lab;
  lab.card.ext_csd[179] = 0x48;
  ASSERT_EQ(lab.start(), kNone);
  lab.read("mmc0boot1", 0, 512);
  EXPECT_EQ(lab.card.ext_csd[179], 0x4a);
  lab.read("mmc0", 0, 512);
  EXPECT_EQ(lab.card.ext_csd[179], 0x48);
}

TEST(DriversMmcArea, an_area_that_cannot_be_selected_is_not_written) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.stubborn = 179;  // and nobody says so
  EXPECT_EQ(lab.write("mmc0boot0", 0, fake::pattern(512)), Error::IoError);
  EXPECT_TRUE(lab.card.writes.empty());
}

// The area is selected anew after anything that may have sent the card back to the user area.
TEST(DriversMmcArea, an_error_anywhere_in_a_write_never_reaches_another_area) {
  unsigned good = 0;
  {
    MmcLab lab;
    ASSERT_EQ(lab.start(), kNone);
    const size_t before = lab.card.commands.size();
    ASSERT_EQ(lab.write("mmc0boot1", 0, fake::pattern(4096)), kNone);
    good = unsigned(lab.card.commands.size() - before);
  }
  ASSERT_GT(good, 5u);
  for (const uint32_t error : {1u << 16, 1u << 17, 1u << 18, 1u << 20, 1u << 21, 1u << 25}) {
    for (unsigned at = 0; at < good; ++at) {
      MmcLab lab;
      ASSERT_EQ(lab.start(), kNone);
      unsigned number = 0;
      lab.registers.fault = [&](uint8_t, bool data) {
        return number++ == at && (data || error < 1u << 20) ? error : 0u;
      };
      const std::string data = fake::pattern(4096);
      const Error result = lab.write("mmc0boot1", 0, data);
      for (const auto& write : lab.card.writes) EXPECT_EQ(write.area, 2) << std::hex << error << " at " << at;
      if (result == kNone) EXPECT_EQ(lab.held(2, 0, 4096), data);
      EXPECT_EQ(lab.write("mmc0", 0, fake::pattern(512, 7)), kNone);
      EXPECT_EQ(lab.held(0, 0, 512), fake::pattern(512, 7));
    }
  }
}

TEST(DriversMmcArea, memory_that_the_controller_does_not_reach_goes_through_a_buffer) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  const std::string data = fake::pattern(100 * 512);
  lab.hold(0, 0, data);
  EXPECT_EQ(lab.read("mmc0", 0, data.size()), data);  // above 4 GiB on this host
  const auto off = lab.reachable(data.size() + 1).subspan(1);
  ASSERT_EQ(error_of(lab.area("mmc0").read(0, off)), kNone);
  EXPECT_TRUE(std::ranges::equal(off, std::as_bytes(std::span(data))));
  std::ranges::reverse(off);
  ASSERT_EQ(error_of(lab.area("mmc0").write(200, off)), kNone);
  EXPECT_TRUE(std::ranges::equal(off, std::span(lab.card.areas[0]).subspan(200 * 512, off.size())));
}

TEST(DriversMmcArea, memory_within_reach_is_moved_to_and_from_directly_and_in_large_pieces) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  const auto memory = lab.reachable(size_t{1} << 20);
  const std::string data = fake::pattern(memory.size());
  lab.hold(0, 0, data);
  lab.card.commands.clear();
  lab.registers.moved.clear();
  ASSERT_EQ(error_of(lab.area("mmc0").read(0, memory)), kNone);
  EXPECT_TRUE(std::ranges::equal(memory, std::as_bytes(std::span(data))));
  ASSERT_EQ(lab.registers.moved.size(), 16u);
  for (unsigned i = 0; i < 16; ++i) {
    EXPECT_EQ(lab.registers.moved[i].address, uintptr_t(memory.data()) + i * 65536);
    EXPECT_EQ(lab.registers.moved[i].size, 65536u);
  }
  EXPECT_LE(lab.card.commands.size(), 12u);
}

TEST(DriversMmcArea, a_controller_without_adma_moves_by_its_port) {
  MmcLab lab;
  lab.registers.capabilities &= ~fake::Sdhci::kAdma2;
  ASSERT_EQ(lab.start(), kNone);
  const std::string data = fake::pattern(9 * 512);
  EXPECT_EQ(lab.write("mmc0boot0", 3, data), kNone);
  EXPECT_EQ(lab.held(1, 3, data.size()), data);
  EXPECT_EQ(lab.read("mmc0boot0", 3, data.size()), data);
  EXPECT_TRUE(lab.registers.moved.empty());
}

TEST(DriversMmcArea, a_card_without_counts_is_stopped) {
  MmcLab lab({.sd = true, .counts = false}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  const std::string data = fake::pattern(9 * 512);
  EXPECT_EQ(lab.write("mmc0", 2048 - 9, data), kNone);
  EXPECT_EQ(lab.read("mmc0", 2048 - 9, data.size()), data);
  EXPECT_EQ(lab.sent(12), 2u);
  EXPECT_EQ(lab.sent(23), 0u);
}

TEST(DriversMmcArea, what_is_not_whole_sectors_of_it_is_refused_before_anything_is_sent) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  auto& boot = lab.area("mmc0boot0");
  const uint64_t sectors = boot.sectors();
  const size_t before = lab.card.commands.size();
  const std::string two(1024, 'x');
  EXPECT_EQ(lab.write("mmc0boot0", 0, two.substr(1)), Error::Misaligned);
  EXPECT_EQ(lab.write("mmc0boot0", sectors - 1, two), Error::OutOfRange);
  EXPECT_EQ(lab.write("mmc0boot0", UINT64_MAX, two), Error::OutOfRange);
  EXPECT_EQ(lab.write("mmc0boot0", sectors, ""), kNone);
  EXPECT_EQ(lab.card.commands.size(), before);
  EXPECT_EQ(lab.write("mmc0boot0", sectors - 2, two), kNone);
}

TEST(DriversMmcArea, a_protected_card_takes_no_writes) {
  for (const unsigned bit : {12u, 13u}) {
    MmcLab lab;
    lab.card.csd[3] |= 1u << bit;
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_TRUE(lab.area("mmc0").read_only());
    EXPECT_TRUE(lab.area("mmc0boot0").read_only());
    EXPECT_EQ(lab.write("mmc0", 0, fake::pattern(512)), Error::ReadOnly);
    EXPECT_TRUE(lab.card.writes.empty());
  }
}

TEST(DriversMmcArea, the_switch_at_the_edge_of_a_card_is_obeyed_where_there_is_one) {
  for (const bool wired : {true, false}) {
    MmcLab lab({.sd = true}, {.width = 4, .lock = wired});
    lab.registers.writable = false;
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_EQ(lab.area("mmc0").read_only(), wired);
  }
}

TEST(DriversMmcArea, a_boot_area_may_be_protected_alone) {
  struct {
    uint8_t revision, asked, status;
    bool first, second;
  } const rows[] = {
      {8, 0, 0x00, false, false}, {8, 0, 0x01, true, false},  {8, 0, 0x08, false, true}, {5, 0x01, 0, true, true},
      {5, 0x81, 0, true, false},  {5, 0x83, 0, false, true},  {5, 0x84, 0, true, false}, {5, 0x8c, 0, false, true},
      {5, 0x04, 0, true, true},   {5, 0x10, 0, false, false},
  };
  for (const auto& row : rows) {
    MmcLab lab;
    lab.card.ext_csd[192] = row.revision;
    lab.card.ext_csd[173] = row.asked;
    lab.card.ext_csd[174] = row.status;
    ASSERT_EQ(lab.start(), kNone);
    EXPECT_FALSE(lab.area("mmc0").read_only());
    EXPECT_EQ(lab.area("mmc0boot0").read_only(), row.first) << int(row.asked) << ' ' << int(row.status);
    EXPECT_EQ(lab.area("mmc0boot1").read_only(), row.second) << int(row.asked) << ' ' << int(row.status);
  }
}

TEST(DriversMmcArea, a_card_that_refuses_a_write_says_why) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.protected_area = 1;
  EXPECT_EQ(lab.write("mmc0boot0", 0, fake::pattern(1024)), Error::ReadOnly);
  EXPECT_EQ(lab.card.selected(), 0);  // as everybody expects it
  EXPECT_EQ(lab.write("mmc0", 0, fake::pattern(1024)), kNone);
  EXPECT_FALSE(lab.slot.bus().reduced);
}

TEST(DriversMmcArea, a_transfer_that_is_garbled_once_is_repeated_in_the_same_mode) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  const std::string data = fake::pattern(8 * 512);
  lab.card.garbled = 1;
  EXPECT_EQ(lab.write("mmc0", 4, data), kNone);
  lab.card.garbled = 1;
  EXPECT_EQ(lab.read("mmc0", 4, data.size()), data);
  EXPECT_FALSE(lab.slot.bus().reduced);
  EXPECT_EQ(lab.card.starts, 1u);
}

TEST(DriversMmcArea, wires_that_become_noisy_are_used_more_slowly) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.noisy = [](const Bus& bus) { return bus.width == 8; };
  const std::string data = fake::pattern(8 * 512);
  EXPECT_EQ(lab.write("mmc0boot1", 4, data), kNone);
  EXPECT_EQ(lab.held(2, 4, data.size()), data);
  EXPECT_TRUE(lab.slot.bus().reduced);
  EXPECT_EQ(lab.slot.bus().width, 4);
}

TEST(DriversMmcArea, wires_that_garble_everything_end_with_one_error) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.noisy = [](const Bus&) { return true; };
  EXPECT_EQ(lab.write("mmc0", 4, fake::pattern(512)), Error::WireCrc);
  EXPECT_TRUE(lab.card.writes.empty());
  EXPECT_LT(lab.timeline.elapsed(), 60'000'000u);
  EXPECT_EQ(lab.write("mmc0", 4, fake::pattern(512)), Error::Broken);
  lab.card.noisy = nullptr;
  ASSERT_EQ(lab.start(), kNone);
  EXPECT_FALSE(lab.slot.bus().reduced);
}

TEST(DriversMmcArea, a_card_that_is_busy_for_ever_times_out) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  lab.card.busy_for_ever = true;
  EXPECT_EQ(lab.write("mmc0", 4, fake::pattern(512)), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 60'000'000u);
}

TEST(DriversMmcArea, a_card_that_was_taken_out_is_gone) {
  MmcLab lab({.sd = true}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  lab.registers.card = nullptr;
  EXPECT_EQ(lab.write("mmc0", 4, fake::pattern(512)), Error::NoDevice);
  EXPECT_EQ(lab.write("mmc0", 4, fake::pattern(512)), Error::Broken);
}

TEST(DriversMmcArea, another_card_is_not_written_to) {
  MmcLab lab({.sd = true}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  fake::MmcCard other({.sd = true});
  other.cid[2] ^= 0x100;
  lab.registers.card = &other;
  EXPECT_EQ(lab.write("mmc0", 4, fake::pattern(512)), Error::NoDevice);
  EXPECT_TRUE(other.writes.empty());
}

TEST(DriversMmcArea, a_card_that_lost_its_power_for_a_moment_is_found_again) {
  MmcLab lab({.sd = true}, kSdSlot);
  ASSERT_EQ(lab.start(), kNone);
  lab.card.power(false);
  const std::string data = fake::pattern(1024);
  EXPECT_EQ(lab.write("mmc0", 4, data), kNone);
  EXPECT_EQ(lab.held(0, 4, 1024), data);
  lab.card.complaints.clear();  // of what it was told before
}

TEST(DriversMmcArea, flush_empties_a_cache_that_is_on) {
  MmcLab lab;
  lab.card.ext_csd[33] = 1;
  ASSERT_EQ(lab.start(), kNone);
  const std::string data = fake::pattern(1024);
  ASSERT_EQ(lab.write("mmc0boot0", 4, data), kNone);
  EXPECT_NE(lab.held(1, 4, 1024), data);
  EXPECT_EQ(error_of(lab.area("mmc0boot0").flush()), kNone);
  EXPECT_EQ(lab.held(1, 4, 1024), data);
}

TEST(DriversMmcArea, flush_asks_nothing_of_a_card_without_a_cache) {
  MmcLab lab;
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.write("mmc0", 4, fake::pattern(1024)), kNone);
  const size_t before = lab.card.commands.size();
  EXPECT_EQ(error_of(lab.area("mmc0").flush()), kNone);
  EXPECT_EQ(lab.card.commands.size(), before);
}

TEST(DriversMmcArea, power_that_fails_leaves_old_and_new_sectors_and_no_others) {
  for (const bool cache : {false, true}) {
    for (size_t sectors = 1; sectors <= 8; ++sectors) {
      MmcLab lab;
      lab.card.ext_csd[33] = cache;
      const std::string before = fake::pattern(8 * 512, 1), after = fake::pattern(8 * 512, 2);
      lab.hold(1, 4, before);
      ASSERT_EQ(lab.start(), kNone);
      lab.card.written_until_power_fails = sectors;
      EXPECT_NE(lab.write("mmc0boot0", 4, after), kNone);
      for (size_t at = 0; at < after.size(); at += 512) {
        const std::string is = lab.held(1, 4 + at / 512, 512);
        EXPECT_TRUE(is == before.substr(at, 512) || is == after.substr(at, 512)) << at;
      }
      EXPECT_TRUE(std::ranges::all_of(lab.card.areas[0], [](std::byte b) { return b == std::byte{0}; }));
    }
  }
}

TEST(DriversMmcArea, who_takes_over_finds_the_user_area_and_all_that_was_written) {
  MmcLab lab;
  lab.card.ext_csd[33] = 1;
  ASSERT_EQ(lab.start(), kNone);
  ASSERT_EQ(lab.write("mmc0boot0", 4, fake::pattern(512)), kNone);
  EXPECT_EQ(lab.card.selected(), 1);
  EXPECT_EQ(error_of(lab.slot.hand_over()), kNone);
  EXPECT_EQ(lab.card.selected(), 0);
  EXPECT_EQ(lab.held(1, 4, 512), fake::pattern(512));
}

}  // namespace
