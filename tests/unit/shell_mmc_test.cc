// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/card.hh"
#include "tests/unit/shell_lab.hh"

namespace shell_test {
namespace {

using namespace std::string_view_literals;

struct MmcLab : Lab {
  MmcLab() {
    machine.ram.assign(512 << 10, std::byte{});
    uint8_t next = 1;
    for (auto& byte : machine.ram) byte = std::byte(next = uint8_t(next * 5 + 3));
    machine.cards = {&emmc, &sd};
  }
  /// A line with `$` for the address of RAM.
  std::string with(std::string line) {
    const size_t at = line.find('$');
    if (at != line.npos) line.replace(at, 1, std::to_string(machine.ram_address()));
    return run(line);
  }

  fake::Card emmc{"mmc0"}, sd{"mmc1", MmcCard::Kind::Sd};
  fake::Disk &user = emmc.parts[0]->disk, &boot0 = emmc.parts[1]->disk, &boot1 = emmc.parts[2]->disk;
};

TEST(ShellMmc, slots_are_listed_with_the_areas_of_their_cards) {
  MmcLab lab;
  lab.emmc.mode.reduced = true;
  lab.boot1.locked = true;
  const auto lines = lab.lines("mmc info");
  ASSERT_EQ(lines.size(), 9u);
  EXPECT_LE(lines[0].size(), 120u);
  EXPECT_TRUE(lines[1].starts_with("mmc0  ok      eMMC QEMU!")) << lines[1];
  EXPECT_TRUE(lines[1].ends_with("high speed yes")) << lines[1];
  EXPECT_EQ(lines[5], "  mmc0boot1           256    512         0 ro");
  EXPECT_TRUE(lines[6].starts_with("mmc1  ok      SD")) << lines[6];
  EXPECT_EQ(lines[8], "  mmc1               2048    512         1 rw");
  const std::string json = lab.run("mmc info -j");
  EXPECT_NE(json.find(R"("product":"QEMU!","maker":170,"revision":16,"serial":3735928559,"year":2024,"month":3,)"
                      R"("width":8,"hertz":52000000,"timing":"high speed","reduced":true,"areas":[{"area":"mmc0",)"),
            std::string::npos)
      << json;
}

TEST(ShellMmc, an_empty_slot_and_a_dead_card_are_told_apart) {
  MmcLab lab;
  lab.emmc.on_start = Error::Timeout;
  lab.sd.on_start = Error::NoDevice;
  const auto lines = lab.lines("mmc info");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1], "mmc0  no answer within the time limit");
  EXPECT_EQ(lines[2], "mmc1  no card");
  EXPECT_EQ(lab.with("mmc read mmc0boot1 0 1 $"), "error: mmc0: no answer within the time limit\n");
  EXPECT_EQ(lab.with("mmc read mmc1 0 1 $"), "error: mmc1 has no card: no such device\n");
  lab.machine.cards.clear();
  EXPECT_EQ(lab.run("mmc info"), "error: mmc info: no such device\n");
}

TEST(ShellMmc, sectors_are_written_read_and_verified_in_their_area_alone) {
  MmcLab lab;
  EXPECT_TRUE(lab.with("mmc write mmc0boot1 3 200 $").starts_with("102400 bytes, "));
  EXPECT_TRUE(std::equal(lab.machine.ram.begin(), lab.machine.ram.begin() + 102400, lab.boot1.data.begin() + 3 * 512));
  EXPECT_EQ(lab.boot1.flushes, 1u);
  EXPECT_EQ(lab.boot1.writes, 200u);
  EXPECT_EQ(lab.boot0.writes + lab.user.writes, 0u);
  EXPECT_TRUE(lab.with("mmc verify mmc0boot1 3 200 $").starts_with("102400 bytes are the same, "));
  lab.boot1.data[3 * 512 + 700] ^= std::byte{1};
  EXPECT_NE(lab.with("mmc verify mmc0boot1 3 200 $").find("mmc0boot1 at 0x8bc is "), std::string::npos);
  EXPECT_EQ(lab.error, Error::CheckFailed);
  lab.boot1.data[3 * 512 + 700] ^= std::byte{1};
  const auto before = lab.machine.ram;
  std::ranges::fill(lab.machine.ram, std::byte{});
  EXPECT_TRUE(lab.with("mmc read mmc0boot1 3 200 $").starts_with("102400 bytes, "));
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + 102400, lab.machine.ram.begin()));
  EXPECT_EQ(lab.machine.ram[102400], std::byte{});
}

TEST(ShellMmc, areas_are_compared) {
  MmcLab lab;
  EXPECT_TRUE(lab.run("mmc compare mmc0boot0 mmc0boot1 0 256").starts_with("131072 bytes are the same, "));
  lab.boot1.data[131071] = std::byte{5};
  EXPECT_EQ(lab.run("mmc compare mmc0boot0 mmc0boot1 0 256"),
            "error: mmc0boot0 at 0x1ffff is 0x00, not 0x05: check failed\n");
  EXPECT_EQ(lab.run("mmc compare mmc0 mmc0boot1 255 2"),
            "error: mmc0boot1 has 0x20000 bytes: out of range (OUT_OF_RANGE)\n");
}

TEST(ShellMmc, more_than_an_area_has_is_one_line_and_nothing_is_written) {
  MmcLab lab;
  const std::string range = "error: mmc0boot0 has 0x20000 bytes: out of range (OUT_OF_RANGE)\n";
  EXPECT_EQ(lab.with("mmc write mmc0boot0 0 257 $"), range);
  EXPECT_EQ(lab.with("mmc write mmc0boot0 256 1 $"), range);
  EXPECT_EQ(lab.with("mmc write mmc0boot0 0xffffffffffffffff 1 $"), range);
  EXPECT_EQ(lab.with("mmc write mmc0boot0 0x80000000000000 1 $"), range);
  EXPECT_EQ(lab.with("mmc write mmc0gp0 0 1 $"), "error: mmc0gp0, see flash info and mmc info: no such device\n");
  EXPECT_EQ(lab.with("mmc write sda 0 1 $"), "error: sda, see flash info and mmc info: no such device\n");
  lab.boot0.locked = true;
  EXPECT_EQ(lab.with("mmc write mmc0boot0 0 1 $"), "error: mmc0boot0 at 0x0: read only\n");
  EXPECT_EQ(lab.boot0.writes + lab.user.writes, 0u);
}

TEST(ShellMmc, what_the_machine_objects_to_needs_the_word_raw) {
  MmcLab lab;
  lab.machine.objects = [](std::string_view storage, uint64_t offset, std::span<const std::byte> bytes) {
    return storage == "mmc0boot0" && offset == 0 && bytes[0] != std::byte{0xb1} ? "wrong magic"sv : ""sv;
  };
  EXPECT_EQ(lab.with("mmc write mmc0boot0 0 1 $"), "error: mmc0boot0: wrong magic; with 'raw' it is done: rejected\n");
  EXPECT_EQ(lab.boot0.writes, 0u);
  EXPECT_TRUE(lab.with("mmc write mmc0boot0 0 1 $ raw").starts_with("512 bytes"));
  lab.machine.ram[0] = std::byte{0xb1};
  EXPECT_TRUE(lab.with("mmc write mmc0boot0 0 1 $").starts_with("512 bytes"));
}

TEST(ShellMmc, the_boot_partition_is_shown_and_set) {
  MmcLab lab;
  EXPECT_EQ(lab.run("mmc partconf mmc0"), "mmc0: boot0 ack\n");
  EXPECT_EQ(lab.emmc.sets, 0u);
  EXPECT_EQ(lab.run("mmc partconf mmc0 boot1"), "mmc0: boot0 ack -> boot1 ack\n");
  EXPECT_EQ(lab.run("mmc partconf mmc0 noack user"), "mmc0: boot1 ack -> user noack\n");
  EXPECT_EQ(lab.emmc.boot.partition, 7);
  EXPECT_FALSE(lab.emmc.boot.ack);
  EXPECT_EQ(lab.run("mmc partconf mmc0 none"), "mmc0: user noack -> none noack\n");
  lab.emmc.boot.partition = 5;
  EXPECT_EQ(lab.run("mmc partconf mmc0 ack"), "mmc0: reserved noack -> reserved ack\n");
  EXPECT_EQ(lab.emmc.boot.partition, 5) << "what was not named is kept";
  EXPECT_EQ(lab.run("mmc partconf mmc0 reserved").find("usage: mmc partconf"), 7u);
}

TEST(ShellMmc, the_bus_of_the_boot_is_shown_and_set) {
  MmcLab lab;
  EXPECT_EQ(lab.run("mmc bootbus mmc0"), "mmc0: 8 ddr reset\n");
  EXPECT_EQ(lab.run("mmc bootbus mmc0 1 sdr"), "mmc0: 8 ddr reset -> 1 sdr reset\n");
  EXPECT_EQ(lab.emmc.boot_mode.width, 1);
  EXPECT_EQ(lab.run("mmc bootbus mmc0 keep 4 hs"), "mmc0: 1 sdr reset -> 4 hs keep\n");
  EXPECT_EQ(lab.emmc.boot_mode.width, 4);
  EXPECT_EQ(lab.emmc.boot_mode.mode, 1);
  EXPECT_TRUE(lab.emmc.boot_mode.keep);
}

TEST(ShellMmc, a_setting_that_a_card_lacks_or_refuses_is_one_line) {
  MmcLab lab;
  EXPECT_EQ(lab.run("mmc partconf mmc1"), "error: mmc1: not supported (NOT_SUPPORTED)\n");
  EXPECT_EQ(lab.run("mmc bootbus mmc1 8"), "error: mmc1: not supported (NOT_SUPPORTED)\n");
  lab.emmc.on_set = Error::IoError;
  EXPECT_EQ(lab.run("mmc partconf mmc0 boot1"), "error: mmc0: input or output failed\n");
  EXPECT_EQ(lab.run("mmc bootbus mmc0 4"), "error: mmc0: input or output failed\n");
  EXPECT_EQ(lab.run("mmc partconf mmc7"), "error: mmc7, see flash info and mmc info: no such device\n");
}

TEST(ShellMmc, an_error_of_the_card_tells_where) {
  MmcLab lab;
  lab.user.fault = [](uint64_t sector, bool) { return sector == 300 ? Error::IoError : Error{}; };
  EXPECT_EQ(lab.with("mmc read mmc0 0 1000 $"), "error: mmc0 at 0x20000: input or output failed\n");
}

}  // namespace
}  // namespace shell_test
