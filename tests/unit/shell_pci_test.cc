// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <utility>

#include "tests/fake/timeline.hh"
#include "tests/unit/shell_lab.hh"
#include "virtio/device.hh"

namespace {

using shell_test::Lab;

PciFunction bridge() {
  PciFunction function;
  function.vendor = 0x1b36;
  function.device = 8;
  function.class_code = 0x06'0000;
  return function;
}

PciFunction card() {
  PciFunction function;
  function.address = 2 << 8 | 3 << 3 | 1;
  function.vendor = 0x8086;
  function.device = 0x10d3;
  function.class_code = 0x02'0000;
  function.bars[1] = {0x1000'0000, 0x1000};
  function.bars[4] = {0x1000'4000, 0x4000};
  return function;
}

TEST(ShellPci, without_a_bus_there_is_no_such_device) {
  Lab lab;
  EXPECT_EQ(lab.run("pci"), "error: pci: no such device\n");
  EXPECT_EQ(lab.error, Error::NoDevice);
}

TEST(ShellPci, functions_are_listed_with_what_they_are_and_where) {
  Lab lab;
  lab.machine.functions = {bridge(), card()};
  EXPECT_EQ(lab.lines("pci"),
            (std::vector<std::string>{"address vendor device class         driver bar         at       size",
                                      "00:00.0 0x1b36    0x8 host bridge",
                                      "02:03.1 0x8086 0x10d3 Ethernet               1 0x10000000     0x1000",
                                      "                                             4 0x10004000     0x4000"}));
}

TEST(ShellPci, for_machines_all_is_in_fields_of_its_own) {
  Lab lab;
  lab.machine.functions = {bridge(), card()};
  EXPECT_EQ(
      lab.run("pci -j"),
      "[{\"address\":\"00:00.0\",\"vendor\":6966,\"device\":8,\"class\":\"host bridge\",\"driver\":\"\",\"bars\":[]},\n"
      "{\"address\":\"02:03.1\",\"vendor\":32902,\"device\":4307,\"class\":\"Ethernet\",\"driver\":\"\",\"bars\":["
      "{\"bar\":1,\"at\":268435456,\"size\":4096},{\"bar\":4,\"at\":268451840,\"size\":16384}]}]\n");
}

TEST(ShellPci, classes_are_named_by_the_nearest_that_is_known) {
  const std::pair<uint32_t, const char*> classes[] = {
      {0x01'0802, "NVMe"},         {0x01'0500, "storage"}, {0x06'0400, "PCI bridge"}, {0x06'0100, "bridge"},
      {0x00'ff00, "unclassified"}, {0x0c'0330, "USB"},     {0xff'0000, "unknown"},    {0x0d'1000, "unknown"}};
  for (const auto& [code, name] : classes) {
    Lab lab;
    PciFunction function = bridge();
    function.class_code = code;
    lab.machine.functions = {function};
    EXPECT_NE(lab.run("pci -j").find("\"class\":\"" + std::string(name) + "\""), std::string::npos) << name;
  }
}

TEST(ShellPci, all_six_bars_are_shown_however_high_they_are) {
  Lab lab;
  PciFunction function = bridge();
  function.address = 0xffff;
  for (auto& bar : function.bars) bar = {0xffff'ffff'ffff'fff0, 0x8000'0000'0000'0000};
  lab.machine.functions = {function};
  const auto lines = lab.lines("pci");
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_TRUE(lines[1].starts_with("ff:1f.7 ")) << lines[1];
  for (size_t i = 1; i < lines.size(); ++i)
    EXPECT_TRUE(lines[i].ends_with(std::to_string(i - 1) + " 0xfffffffffffffff0 0x8000000000000000")) << lines[i];
}

// A device on the bus that nobody starts. Tests of all devices pass it by: it is reset, and stays so.
class Idle final : public virtio::Transport {
 public:
  virtual ~Idle() = default;
  virtio::Type type() const override { return virtio::Type(63); }
  std::string_view bus() const override { return "pci"; }
  uint64_t address() const override { return 7 << 3; }
  uint64_t features() override { return 0; }
  void set_features(uint64_t) override {}
  uint8_t status() override { return 0; }
  void set_status(uint8_t) override {}
  uint16_t queue_limit(uint16_t) override { return 0; }
  Result<virtio::Doorbell> enable_queue(uint16_t, const virtio::QueueArea&) override { return failure(Error::NoQueue); }
  uint32_t generation() override { return 0; }
  uint32_t read_config(uint32_t, unsigned) override { return 0; }
  void write_config(uint32_t, unsigned, uint32_t) override {}
  uint32_t config_size() const override { return 0; }
};

class Driver final : public virtio::Device {
 public:
  Driver(virtio::Transport& transport, const virtio::Host& host) : Device(transport, host) {}
  virtual ~Driver() = default;

 private:
  Result<void> set_up() override { return {}; }
  uint64_t wanted() const override { return 0; }
};

TEST(ShellPci, a_function_that_has_a_driver_is_shown_with_it) {
  // The list of devices only grows, so what is in it has to stay.
  static fake::Timeline timeline;
  static Arena arena{std::span<std::byte>()};
  static const Dma dma{arena};
  static const virtio::Host host{dma, timeline.time};
  static Idle transport;
  static Driver driver(transport, host);
  static bool added = false;
  if (!std::exchange(added, true)) driver.add();

  Lab lab;
  PciFunction function = card();
  function.address = uint16_t(transport.address());
  lab.machine.functions = {bridge(), function};
  const auto lines = lab.lines("pci");
  EXPECT_EQ(lines[1].find("virtio"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find("virtio"), std::string::npos) << lines[2];
}

}  // namespace
