// SPDX-License-Identifier: BSD-2-Clause
#include <ranges>

#include "tests/fake/card.hh"
#include "tests/fake/nor.hh"
#include "tests/unit/shell_lab.hh"

namespace shell_test {
namespace {

using namespace std::string_view_literals;

struct FlashLab : Lab {
  FlashLab() {
    machine.ram.assign(512 << 10, std::byte{});
    uint8_t next = 1;
    for (auto& byte : machine.ram) byte = std::byte(next = uint8_t(next * 5 + 3));
    machine.flashes = {&spi, &other};
    machine.cards = {&card};
  }
  /// A line with `$` for the address of RAM.
  std::string with(std::string line) {
    const size_t at = line.find('$');
    if (at != line.npos) line.replace(at, 1, std::to_string(machine.ram_address()));
    return run(line);
  }
  bool holds_ram(size_t offset, size_t size) const {
    return std::equal(machine.ram.begin(), machine.ram.begin() + long(size), spi.data.begin() + long(offset));
  }

  fake::Nor spi{1 << 20}, other{1 << 20, 256 << 10, "cfi"};
  fake::Card card{"mmc0"};
};

TEST(ShellFlash, chips_are_listed_for_people_and_machines) {
  FlashLab lab;
  lab.spi.protection = {0x80000, 0x1000};
  lab.other.protects = false;
  const auto lines = lab.lines("flash info");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_LE(lines[0].size(), 120u);
  EXPECT_NE(lines[1].find("spi    ok         W25Q32     0xef4016   1048576    4096"), std::string::npos) << lines[1];
  EXPECT_TRUE(lines[1].ends_with("4096 0x80000")) << lines[1];
  EXPECT_NE(lines[2].find("262144"), std::string::npos);
  EXPECT_NE(lab.run("flash info -j")
                .find(R"("bytes":1048576,"sector":4096,"address_bytes":3,"by":true,"protected":4096,)"
                      R"("from":524288})"),
            std::string::npos);
}

TEST(ShellFlash, a_chip_that_does_not_answer_hides_no_other) {
  FlashLab lab;
  lab.spi.on_start = Error::NotFound;
  const auto lines = lab.lines("flash info");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1], "spi    not found (NOT_FOUND)");
  EXPECT_EQ(lab.with("flash read spi 0 16 $"), "error: spi: not found (NOT_FOUND)\n");
}

TEST(ShellFlash, bytes_are_written_read_and_verified) {
  FlashLab lab;
  const std::string said = lab.with("flash write spi 0x1003 100000 $");
  EXPECT_TRUE(said.starts_with("100000 bytes, ")) << said;
  EXPECT_TRUE(lab.holds_ram(0x1003, 100000));
  EXPECT_EQ(lab.spi.data[0x1002], std::byte{0xff});
  EXPECT_EQ(lab.spi.data[0x1003 + 100000], std::byte{0xff});
  EXPECT_TRUE(lab.with("flash verify spi 0x1003 100000 $").starts_with("100000 bytes are the same, "));
  const auto before = lab.machine.ram;
  std::ranges::fill(lab.machine.ram, std::byte{});
  EXPECT_TRUE(lab.with("flash read spi 0x1003 100000 $").starts_with("100000 bytes, "));
  EXPECT_TRUE(std::equal(before.begin(), before.begin() + 100000, lab.machine.ram.begin()));
  EXPECT_EQ(lab.machine.ram[100000], std::byte{}) << "more than was asked for";
}

TEST(ShellFlash, what_lies_around_the_bytes_stays) {
  FlashLab lab;
  for (auto* flash : {&lab.spi, &lab.other}) {
    std::ranges::fill(flash->data, std::byte{0x11});
    EXPECT_TRUE(lab.with("flash write " + std::string(flash->name()) + " 0x7ff0 0x9020 $").starts_with("36896 bytes"));
    EXPECT_EQ(std::ranges::count(flash->data | std::views::take(0x7ff0), std::byte{0x11}), 0x7ff0);
    EXPECT_TRUE(std::equal(lab.machine.ram.begin(), lab.machine.ram.begin() + 0x9020, flash->data.begin() + 0x7ff0));
    const auto behind = flash->data | std::views::drop(0x7ff0 + 0x9020);
    EXPECT_EQ(size_t(std::ranges::count(behind, std::byte{0x11})), behind.size());
  }
  EXPECT_EQ(lab.spi.erased, 11u * 4096) << "no more sectors than the bytes lie in";
}

TEST(ShellFlash, sectors_that_are_so_already_are_not_touched) {
  FlashLab lab;
  lab.with("flash write spi 0 0x30000 $");
  EXPECT_EQ(lab.spi.erased, 0u) << "it was empty";
  lab.spi.data[0x12345] ^= std::byte{0xff};
  lab.spi.written = 0;
  lab.with("flash write spi 0 0x30000 $");
  EXPECT_TRUE(lab.holds_ram(0, 0x30000));
  EXPECT_EQ(lab.spi.erased, 0x10000u);
  EXPECT_EQ(lab.spi.written, 0x10000u);
}

TEST(ShellFlash, verify_and_compare_name_the_first_difference) {
  FlashLab lab;
  lab.with("flash write spi 0x100 0x50000 $");
  lab.machine.ram[0x41234] = std::byte{0x07};
  lab.spi.data[0x41334] = std::byte{0x0f};
  EXPECT_EQ(lab.with("flash verify spi 0x100 0x50000 $"), "error: spi at 0x41334 is 0x0f, not 0x07: check failed\n");
  EXPECT_EQ(lab.error, Error::CheckFailed);
  std::ranges::copy(lab.spi.data, lab.other.data.begin());
  EXPECT_TRUE(lab.run("flash compare spi 0 cfi 0 0x100000").starts_with("1048576 bytes are the same, "));
  lab.other.data[0xfffff] = std::byte{0};
  EXPECT_EQ(lab.run("flash compare spi 0 cfi 0 0x100000"), "error: spi at 0xfffff is 0xff, not 0x00: check failed\n");
}

TEST(ShellFlash, is_compared_with_an_area_of_a_card) {
  FlashLab lab;
  lab.with("flash write spi 0 4096 $");
  std::copy_n(lab.machine.ram.begin(), 4096, lab.card.parts[2]->disk.data.begin() + 1024);
  EXPECT_TRUE(lab.run("flash compare spi 0 mmc0boot1 1024 4096").starts_with("4096 bytes are the same, "));
  EXPECT_EQ(lab.run("flash compare spi 0 mmc0boot1 1025 4096"), "error: mmc0boot1 at 0x401: not whole sectors\n");
  EXPECT_EQ(lab.run("flash compare spi 0 mmc0boot9 0 512"),
            "error: mmc0boot9, see flash info and mmc info: no such device\n");
}

TEST(ShellFlash, whole_sectors_are_erased_and_no_others) {
  FlashLab lab;
  std::ranges::fill(lab.spi.data, std::byte{});
  EXPECT_TRUE(lab.run("flash erase spi 0xf000 0x12000").starts_with("73728 bytes, "));
  EXPECT_EQ(std::ranges::count(lab.spi.data, std::byte{0xff}), 0x12000);
  EXPECT_EQ(lab.spi.data[0xf000], std::byte{0xff});
  EXPECT_EQ(lab.spi.data[0x20fff], std::byte{0xff});
  EXPECT_EQ(lab.run("flash erase spi 0x800 0x1000"), "error: spi at 0x800: not whole sectors\n");
  EXPECT_EQ(lab.run("flash erase spi 0x1000 0x1800"), "error: spi at 0x1000: not whole sectors\n");
  EXPECT_EQ(std::ranges::count(lab.spi.data, std::byte{0xff}), 0x12000);
}

TEST(ShellFlash, a_range_or_memory_that_is_not_there_is_one_line) {
  FlashLab lab;
  EXPECT_EQ(lab.with("flash write spi 0xfffff 2 $"), "error: spi has 0x100000 bytes: out of range (OUT_OF_RANGE)\n");
  EXPECT_EQ(lab.with("flash read spi 0xffffffffffffffff 2 $"),
            "error: spi has 0x100000 bytes: out of range (OUT_OF_RANGE)\n");
  EXPECT_EQ(lab.run("flash compare spi 0 cfi 0x100000 1"),
            "error: cfi has 0x100000 bytes: out of range (OUT_OF_RANGE)\n");
  EXPECT_EQ(lab.run("flash write spi 0 16 0"), "error: memory: address not mapped\n");
  EXPECT_EQ(lab.with("flash write spi 0 0 $"), "error: usage: flash write FLASH OFFSET SIZE ADDRESS [raw]\n");
  EXPECT_EQ(lab.with("flash write nand 0 16 $"), "error: nand, see flash info and mmc info: no such device\n");
  EXPECT_EQ(lab.spi.written, 0u);
}

TEST(ShellFlash, what_the_machine_objects_to_needs_the_word_raw) {
  FlashLab lab;
  lab.machine.objects = [&](std::string_view storage, uint64_t offset, std::span<const std::byte> bytes) {
    const bool boots = storage == "spi" && offset == 0;
    return !boots              ? ""sv
           : bytes.empty()     ? "it boots from there"sv
           : bytes.size() > 64 ? "too large"sv
                               : "wrong magic"sv;
  };
  EXPECT_EQ(lab.with("flash write spi 0 32 $"), "error: spi: wrong magic; with 'raw' it is done: rejected\n");
  EXPECT_EQ(lab.with("flash write spi 0 65 $"), "error: spi: too large; with 'raw' it is done: rejected\n");
  EXPECT_EQ(lab.run("flash erase spi 0 4096"), "error: spi: it boots from there; with 'raw' it is done: rejected\n");
  EXPECT_EQ(lab.spi.written + lab.spi.erased, 0u);
  EXPECT_TRUE(lab.with("flash write spi 0 32 $ raw").starts_with("32 bytes"));
  EXPECT_TRUE(lab.with("flash write spi 4096 32 $").starts_with("32 bytes"));
  EXPECT_TRUE(lab.with("flash verify spi 0 32 $").starts_with("32 bytes"));
  EXPECT_TRUE(lab.run("flash erase spi 0 4096 raw").starts_with("4096 bytes"));
}

TEST(ShellFlash, protection_is_shown_set_and_lifted) {
  FlashLab lab;
  EXPECT_EQ(lab.run("flash protect spi"), "0x0 bytes at 0x0 protected\n");
  EXPECT_EQ(lab.run("flash protect spi 0x0 0x80000"), "0x0 bytes at 0x0 -> 0x80000 bytes at 0x0 protected\n");
  EXPECT_EQ(lab.with("flash write spi 0x7fff0 32 $"), "error: spi is write-protected, see flash protect: read only\n");
  EXPECT_EQ(lab.run("flash erase spi 0 4096"), "error: spi is write-protected, see flash protect: read only\n");
  EXPECT_EQ(lab.run("flash protect spi off"), "0x80000 bytes at 0x0 -> 0x0 bytes at 0x0 protected\n");
  EXPECT_TRUE(lab.with("flash write spi 0x7fff0 32 $").starts_with("32 bytes"));
  const std::string usage = "error: usage: flash protect FLASH [off] [OFFSET] [SIZE]\n";
  EXPECT_EQ(lab.run("flash protect spi 0x80000"), usage);
  EXPECT_EQ(lab.run("flash protect spi off 0 0x80000"), usage);
  EXPECT_EQ(lab.run("flash protect spi off 0x80000"), usage);
  lab.spi.on_protect = Error::OutOfRange;
  EXPECT_EQ(lab.run("flash protect spi 1 2"), "error: spi: out of range (OUT_OF_RANGE)\n");
  lab.spi.protects = false;
  EXPECT_EQ(lab.run("flash protect spi"), "error: spi: not supported (NOT_SUPPORTED)\n");
}

TEST(ShellFlash, an_error_of_the_chip_tells_where) {
  FlashLab lab;
  std::ranges::fill(lab.spi.data, std::byte{});
  lab.spi.fault = [](uint64_t offset) { return offset == 0x20000 ? Error::IoError : Error{}; };
  EXPECT_EQ(lab.with("flash write spi 0 0x40000 $"), "error: spi at 0x20000: input or output failed\n");
  EXPECT_TRUE(lab.holds_ram(0, 0x20000));
}

TEST(ShellFlash, control_c_ends_a_write_between_two_sectors) {
  FlashLab lab;
  std::ranges::fill(lab.spi.data, std::byte{});
  unsigned looks = 0;
  lab.terminal.on_look = [&] {
    if (++looks == 2) lab.terminal.type("\x03");
  };
  EXPECT_EQ(lab.with("flash write spi 0 0x40000 $"), "error: interrupted\n");
  EXPECT_TRUE(lab.holds_ram(0, 0x20000));
  EXPECT_EQ(lab.spi.data[0x20000], std::byte{}) << "the next was begun";
}

TEST(ShellFlash, a_long_work_says_how_far_it_is) {
  FlashLab lab;
  lab.spi.fault = [&](uint64_t) {
    for (int i = 0; i < 10'000; ++i) (void)lab.machine.timeline.time.now();
    return Error{};
  };
  const std::string said = lab.with("flash write spi 0 0x40000 $");
  EXPECT_NE(said.find("\r131072 of 262144 bytes"), std::string::npos) << said;
  EXPECT_NE(said.find("\r\x1b[K262144 bytes, "), std::string::npos) << said;
}

}  // namespace
}  // namespace shell_test
