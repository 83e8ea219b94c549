// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/memory.hh"

#include "tests/unit/vhost_guest.hh"

namespace vhost_test {
namespace {

struct Table {
  Checked<void> set(std::vector<Memory::Region> regions) {
    std::vector<Fd> files;
    for (size_t i = 0; i < regions.size(); ++i) files.push_back(guest.file());
    return memory.set(regions, files);
  }
  GuestMemory guest;
  Memory memory;
};

constexpr uint64_t kGuest = GuestMemory::kGuest, kUser = GuestMemory::kUser, kSize = GuestMemory::kSize;

TEST(VhostMemory, an_address_of_the_guest_is_the_same_byte_here) {
  Table it;
  ASSERT_TRUE(it.set({GuestMemory::region()}));
  *it.guest.at(0x1234) = std::byte{77};
  EXPECT_EQ(**it.memory.at_guest(kGuest + 0x1234, 1), std::byte{77});
  EXPECT_EQ(**it.memory.at_user(kUser + 0x1234, 1), std::byte{77});
}

TEST(VhostMemory, the_last_byte_is_reached_and_the_next_is_not) {
  Table it;
  ASSERT_TRUE(it.set({GuestMemory::region()}));
  EXPECT_TRUE(it.memory.at_guest(kGuest + kSize - 1, 1));
  EXPECT_TRUE(it.memory.at_guest(kGuest, kSize));
  EXPECT_FALSE(it.memory.at_guest(kGuest + kSize - 1, 2));
  EXPECT_FALSE(it.memory.at_guest(kGuest + kSize, 1));
  EXPECT_FALSE(it.memory.at_guest(kGuest - 1, 1));
  EXPECT_FALSE(it.memory.at_guest(kGuest - 1, 2));
}

TEST(VhostMemory, a_length_that_wraps_around_is_refused) {
  Table it;
  ASSERT_TRUE(it.set({GuestMemory::region()}));
  EXPECT_FALSE(it.memory.at_guest(kGuest + 16, UINT64_MAX));
  EXPECT_FALSE(it.memory.at_guest(UINT64_MAX, 2));
  EXPECT_FALSE(it.memory.at_user(kUser + 16, UINT64_MAX - 15));
}

TEST(VhostMemory, regions_have_their_own_offsets_and_a_range_does_not_cross_them) {
  Table it;
  // In the file the second lies before the first, and not at the start of a page.
  ASSERT_TRUE(it.set({{.guest = kGuest, .size = 0x1000, .user = kUser, .offset = 0x8000},
                      {.guest = kGuest + 0x1000, .size = 0x1000, .user = kUser + 0x9000, .offset = 0x2010}}));
  *it.guest.at(0x8fff) = std::byte{1};
  *it.guest.at(0x2010) = std::byte{2};
  EXPECT_EQ(**it.memory.at_guest(kGuest + 0xfff, 1), std::byte{1});
  EXPECT_EQ(**it.memory.at_guest(kGuest + 0x1000, 1), std::byte{2});
  EXPECT_FALSE(it.memory.at_guest(kGuest + 0xfff, 2));
  EXPECT_FALSE(it.memory.at_user(kUser + 0x1000, 1));
}

TEST(VhostMemory, a_bad_region_is_refused_and_leaves_no_table) {
  const Memory::Region good = GuestMemory::region();
  const struct {
    std::vector<Memory::Region> regions;
    Flaw flaw;
  } kCases[] = {
      {{{.guest = kGuest, .size = 0, .user = kUser, .offset = 0}}, Flaw::RegionRange},
      {{{.guest = UINT64_MAX - 4095, .size = 8192, .user = kUser, .offset = 0}}, Flaw::RegionRange},
      {{{.guest = kGuest, .size = 8192, .user = UINT64_MAX - 4095, .offset = 0}}, Flaw::RegionRange},
      {{{.guest = kGuest, .size = 8192, .user = kUser, .offset = UINT64_MAX - 4095}}, Flaw::RegionRange},
      {{{.guest = kGuest, .size = kSize + 1, .user = kUser, .offset = 0}}, Flaw::RegionBeyondFile},
      {{{.guest = kGuest, .size = kSize, .user = kUser, .offset = 4096}}, Flaw::RegionBeyondFile},
      {{good, {.guest = kGuest + kSize - 1, .size = 16, .user = kUser + kSize, .offset = 0}}, Flaw::RegionOverlaps},
      {{good, {.guest = kGuest + kSize, .size = 16, .user = kUser + kSize - 1, .offset = 0}}, Flaw::RegionOverlaps},
      {std::vector<Memory::Region>(9, good), Flaw::TooManyRegions},
  };
  for (const auto& each : kCases) {
    Table it;
    EXPECT_EQ(flaw_of(it.set(each.regions)), text(each.flaw));
    EXPECT_FALSE(it.memory.at_guest(kGuest, 1)) << text(each.flaw);
  }
}

TEST(VhostMemory, a_region_without_a_file_is_refused) {
  Memory memory;
  const Memory::Region region = GuestMemory::region();
  EXPECT_EQ(flaw_of(memory.set({&region, 1}, {})), text(Flaw::MissingFd));
  const Fd closed(-1);
  EXPECT_EQ(flaw_of(memory.set({&region, 1}, {&closed, 1})), text(Flaw::MapFailed));
}

TEST(VhostMemory, a_new_table_takes_the_place_of_the_old_one) {
  Table it;
  ASSERT_TRUE(it.set({GuestMemory::region()}));
  ASSERT_TRUE(it.set({{.guest = 0x8000'0000, .size = 4096, .user = kUser, .offset = 0}}));
  EXPECT_FALSE(it.memory.at_guest(kGuest, 1));
  EXPECT_TRUE(it.memory.at_guest(0x8000'0000, 4096));
}

}  // namespace
}  // namespace vhost_test
