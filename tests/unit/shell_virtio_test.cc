// SPDX-License-Identifier: BSD-2-Clause
// The commands about virtio devices, over devices that behave or do not.
#include "tests/fake/virtio_disk.hh"
#include "tests/unit/shell_lab.hh"
#include "virtio/block.hh"
#include "virtio/entropy.hh"

namespace shell_test {
namespace {

using fake::VirtioDisk;
using Lines = std::vector<std::string>;

template <class... A>
std::string line_of(Format<std::type_identity_t<A>...> format, A... args) {
  std::array<char, 256> memory;
  TextBuffer text(memory);
  print_to(text, format, args...);
  return std::string(text.text());
}

// The list of devices only grows, so these are there for all tests, and their clock is that of the test that runs.
struct Devices {
  Devices() {
    for (VirtioDisk* one : {&disk, &fixed}) {
      one->core.memory.add(memory.data(), memory.size());
      for (size_t i = 0; i < one->data.size(); ++i) one->data[i] = std::byte(i * 5 + i / 512);
    }
    source.core.memory.add(memory.data(), memory.size());
    block.add();
    read_only.add();
    entropy.add();
  }
  void restart() {
    disk.status = fixed.status = [](const auto&) { return uint8_t{0}; };
    disk.holds = false;
    disk.core.refuses_features = false;
    source.core.serve = [](uint16_t, const fake::VirtioCore::Chain& chain) {
      return chain.write(std::vector<std::byte>(chain.writable(), std::byte{0x5a}));
    };
    for (virtio::Device* device : {static_cast<virtio::Device*>(&block), static_cast<virtio::Device*>(&read_only),
                                   static_cast<virtio::Device*>(&entropy)})
      ASSERT_EQ(error_of(device->start()), kNone);
    disk.requests.clear();
  }
  static uint32_t number_of(const virtio::Device& wanted) {
    uint32_t number = 0;
    for (const auto* device = virtio::Device::first(); device != &wanted; device = device->next()) ++number;
    return number;
  }
  static uint32_t disk_number_of(const virtio::Block& wanted) {
    uint32_t number = 0;
    while (virtio::Block::find(number) != &wanted) ++number;
    return number;
  }

  std::vector<std::byte> memory = std::vector<std::byte>(1 << 16);
  Arena arena{memory};
  const Dma dma{arena};
  const Time time{[] { return now(); }, 1'000'000};
  static inline std::function<Ticks()> now;
  const virtio::Host host{dma, time};
  VirtioDisk disk{{.capacity = 512}};
  VirtioDisk fixed{{.features = VirtioDisk::kReadOnly | VirtioDisk::kBlockSize, .capacity = 1024, .block_size = 4096}};
  fake::VirtioDevice source{virtio::Type::Entropy, virtio::feature::kVersion1 | virtio::feature::kPacked, {8}};
  virtio::Block block{disk.device, host}, read_only{fixed.device, host};
  virtio::Entropy entropy{source, host};
};

struct VirtioLab : Lab {
  VirtioLab() {
    Devices::now = [this] { return machine.timeline.time.now(); };
    devices.restart();
    devices.disk.core.memory.add(machine.ram.data(), machine.ram.size());
    devices.fixed.core.memory.add(machine.ram.data(), machine.ram.size());
    d = Devices::disk_number_of(devices.block);
    r = Devices::disk_number_of(devices.read_only);
    number = Devices::number_of(devices.block);
  }
  ~VirtioLab() {
    static_cast<void>(virtio::stop_all());
    Devices::now = [] { return Ticks{}; };
    devices.disk.core.memory.remove(machine.ram.data());
    devices.fixed.core.memory.remove(machine.ram.data());
  }
  uint64_t ram() const { return machine.ram_address(); }
  /// The line of a table that begins with `number`.
  std::string line(const std::string& command, uint32_t first) {
    for (const auto& one : lines(command)) {
      std::istringstream in(one);
      uint32_t value = ~0u;
      if (in >> value && value == first) return one;
    }
    return {};
  }

  Devices& devices = the_devices();
  uint32_t d, r, number;

 private:
  static Devices& the_devices() {
    static Devices* const all = new Devices;
    return *all;
  }
};

TEST(ShellVirtio, info_shows_features_queues_and_state) {
  VirtioLab lab;
  const auto says = [&](const virtio::Device& device) { return lab.line("virtio info", Devices::number_of(device)); };
  const std::string block = says(lab.devices.block), entropy = says(lab.devices.entropy);
  for (const char* word : {"block", "fake", "0x130000200", "64 split event", "running"})
    EXPECT_NE(block.find(word), block.npos) << word << " in " << block;
  for (const char* word : {"entropy", "0x500000000", "1 packed", "running"})
    EXPECT_NE(entropy.find(word), entropy.npos) << word << " in " << entropy;
  (void)lab.devices.entropy.stop();
  EXPECT_NE(says(lab.devices.entropy).find("stopped"), std::string::npos);
  lab.devices.block.fail(Error::UsedId);
  EXPECT_NE(says(lab.devices.block).find("device returned a buffer that it did not have"), std::string::npos);
}

TEST(ShellVirtio, info_is_json_for_machines) {
  VirtioLab lab;
  const std::string json = lab.run("virtio info -j");
  for (const char* word : {R"("type":"block")", R"("state":"running")", R"("bus":"fake")"})
    EXPECT_NE(json.find(word), json.npos) << word << " in " << json;
}

TEST(ShellVirtio, scan_starts_what_does_not_run_and_nothing_else) {
  VirtioLab lab;
  const unsigned resets = lab.devices.fixed.core.resets;
  lab.devices.block.fail(Error::Timeout);
  EXPECT_EQ(lab.line("virtio scan", lab.number), line_of("{} block: running", lab.number));
  EXPECT_TRUE(lab.devices.block.running());
  EXPECT_EQ(lab.devices.fixed.core.resets, resets);
}

TEST(ShellVirtio, scan_says_which_one_does_not_start) {
  VirtioLab lab;
  lab.devices.block.fail(Error::Timeout);
  lab.devices.disk.core.refuses_features = true;
  const auto said = lab.lines("virtio scan");
  EXPECT_EQ(said.back(), line_of("error: device {}: device refuses the features", lab.number));
  EXPECT_NE(std::find(said.begin(), said.end(), line_of("{} block: device refuses the features", lab.number)),
            said.end());
}

TEST(ShellVirtio, reset_starts_a_device_anew) {
  VirtioLab lab;
  const unsigned resets = lab.devices.disk.core.resets;
  EXPECT_EQ(lab.run(line_of("virtio reset {}", lab.number)), line_of("{} block: running\n", lab.number));
  EXPECT_GT(lab.devices.disk.core.resets, resets);
  EXPECT_EQ(lab.run("virtio reset 999"), "error: device 999: no such device\n");
}

TEST(ShellVirtio, reset_does_not_lose_what_was_written) {
  VirtioLab lab;
  lab.run(line_of("virtio blk write {} 0 1 {:#x}", lab.d, lab.ram()));
  lab.run(line_of("virtio reset {}", lab.number));
  EXPECT_EQ(lab.devices.disk.requests.back().kind, VirtioDisk::kFlushes);
}

TEST(ShellVirtio, disks_are_listed_with_sectors_of_their_own_size) {
  VirtioLab lab;
  const auto columns = [&](uint32_t disk) {
    std::istringstream in(lab.line("virtio blk info", disk));
    Lines words;
    for (std::string word; in >> word;) words.push_back(word);
    words.erase(words.begin(), words.begin() + 2);
    return words;
  };
  EXPECT_EQ(columns(lab.d), (Lines{"512", "512", "0", "rw", "running"}));
  EXPECT_EQ(columns(lab.r), (Lines{"128", "4096", "0", "ro", "running"}));
}

TEST(ShellVirtio, sectors_are_read_to_memory) {
  VirtioLab lab;
  const std::string said = lab.run(line_of("virtio blk read {} 3 100 {:#x}", lab.d, lab.ram() + 512));
  EXPECT_EQ(said.find("51200 bytes, "), 0u) << said;
  EXPECT_NE(said.find(" MiB/s, 0.0"), said.npos) << said;
  EXPECT_TRUE(std::equal(lab.machine.ram.begin() + 512, lab.machine.ram.begin() + 512 + 51200,
                         lab.devices.disk.data.begin() + 3 * 512));
  EXPECT_EQ(lab.machine.ram[511], std::byte{});
  EXPECT_EQ(lab.machine.ram[512 + 51200], std::byte{});
}

TEST(ShellVirtio, speed_is_right_where_bytes_times_hertz_are_more_than_32_bits) {
  VirtioLab lab;
  static Ticks ticks = 0;
  const Time fast{[] { return ticks += 50'000; }, 1'000'000'000};
  lab.machine.clock = &fast;
  const std::string said = lab.run(line_of("virtio blk read {} 0 128 {:#x}", lab.d, lab.ram()));
  unsigned long long speed = 0, microseconds = 0;
  ASSERT_EQ(std::sscanf(said.c_str(), "65536 bytes, %llu MiB/s, 0.%llu s", &speed, &microseconds), 2) << said;
  ASSERT_NE(microseconds, 0u);
  EXPECT_EQ(speed, uint64_t{64} * 1'000'000'000 / 1024 / (microseconds * 1'000)) << said;
}

TEST(ShellVirtio, sectors_are_written_and_flushed) {
  VirtioLab lab;
  std::ranges::fill(lab.machine.ram, std::byte{0x42});
  lab.run(line_of("virtio blk write {} 511 1 {:#x}; virtio blk flush {}", lab.d, lab.ram(), lab.d));
  EXPECT_EQ(lab.error, kNone);
  EXPECT_EQ(lab.devices.disk.data[511 * 512], std::byte{0x42});
  EXPECT_NE(lab.devices.disk.data[511 * 512 - 1], std::byte{0x42});
  EXPECT_EQ(lab.devices.disk.requests.back().kind, VirtioDisk::kFlushes);
}

TEST(ShellVirtio, what_is_wrong_with_a_transfer_is_said_before_anything_is_sent) {
  VirtioLab lab;
  const auto read = [&](uint64_t sector, uint64_t count, uint64_t address, uint32_t disk) {
    return lab.run(line_of("virtio blk read {} {} {} {:#x}", disk, sector, count, address));
  };
  const std::string range = line_of("error: disk {}: out of range (OUT_OF_RANGE)\n", lab.d);
  EXPECT_EQ(read(512, 1, lab.ram(), lab.d), range);
  EXPECT_EQ(read(511, 2, lab.ram(), lab.d), range);
  EXPECT_EQ(read(0xffff'ffff'ffff'ffff, 2, lab.ram(), lab.d), range);
  EXPECT_EQ(read(0, 129, lab.ram(), lab.d), "error: memory: address not mapped\n");
  EXPECT_EQ(read(0, 1, 0, lab.d), "error: memory: address not mapped\n");
  EXPECT_EQ(read(0, 1, lab.ram(), 99), "error: disk 99: no such device\n");
  EXPECT_EQ(lab.run(line_of("virtio blk write {} 0 1 {:#x}", lab.r, lab.ram())),
            line_of("error: disk {}: read only\n", lab.r));
  EXPECT_TRUE(lab.devices.disk.requests.empty());
}

TEST(ShellVirtio, an_error_of_the_disk_is_one_line) {
  VirtioLab lab;
  lab.devices.disk.status = [](const auto&) { return uint8_t{1}; };
  EXPECT_EQ(lab.run(line_of("virtio blk read {} 0 1 {:#x}", lab.d, lab.ram())),
            line_of("error: disk {}: input or output failed\n", lab.d));
}

TEST(ShellVirtio, random_bytes_are_printed_in_hexadecimal) {
  VirtioLab lab;
  // Another device that gives random numbers may stand before ours in the list.
  for (auto* device = virtio::Device::first(); device; device = device->next())
    if (device->type() == virtio::Type::Entropy && device != &lab.devices.entropy) (void)device->stop();
  const std::string eight = "5a5a5a5a5a5a5a5a";
  EXPECT_EQ(lab.lines("rng"), Lines{eight + eight});
  EXPECT_EQ(lab.lines("rng 33"), (Lines{eight + eight + eight + eight, "5a"}));
  (void)lab.devices.entropy.stop();
  EXPECT_EQ(lab.run("rng 1"), "error: random numbers: no such device\n");
}

TEST(ShellVirtio, the_benchmark_reads_whole_blocks_from_within_the_disk) {
  VirtioLab lab;
  const std::string said = lab.run(line_of("bench blk 100 {:#x} {}", lab.ram(), lab.d));
  EXPECT_EQ(said.find("100 reads in "), 0u) << said;
  ASSERT_EQ(lab.devices.disk.requests.size(), 100u);
  bool differ = false;
  for (const auto& request : lab.devices.disk.requests) {
    EXPECT_EQ(request.size, 4096u);
    EXPECT_EQ(request.sector % 8, 0u);
    differ |= request.sector != lab.devices.disk.requests[0].sector;
  }
  EXPECT_TRUE(differ);
}

TEST(ShellVirtio, the_benchmark_leaves_nothing_out_after_an_error) {
  VirtioLab lab;
  unsigned count = 0;
  lab.devices.disk.status = [&](const auto&) { return uint8_t(++count == 30); };
  EXPECT_EQ(lab.run(line_of("bench blk 100 {:#x} {}", lab.ram(), lab.d)),
            line_of("error: disk {}: input or output failed\n", lab.d));
  EXPECT_EQ(lab.devices.block.outstanding(), 0u);
  EXPECT_TRUE(lab.devices.block.running());
}

}  // namespace
}  // namespace shell_test
