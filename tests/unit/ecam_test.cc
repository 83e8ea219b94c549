// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/ecam.hh"

#include <gtest/gtest.h>

#include <bit>
#include <sstream>

#include "lib/reg.hh"
#include "tests/fake/machine.hh"
#include "tests/fake/pci.hh"
#include "tests/unit/fdt_build.hh"

namespace {

using fake::PciBridge;
using fake::PciCard;

// Where QEMU's is, with highmem and without.
constexpr uint64_t kEcam = sizeof(uintptr_t) == 8 ? 0x40'1000'0000 : 0x3f00'0000;
constexpr uint64_t kCpu = 0x1000'0000, kSize = 0x1000'0000;

TreeBuilder with_bridge(std::initializer_list<uint32_t> ranges, std::initializer_list<uint32_t> buses = {0, 0xff},
                        uint32_t address_cells = 3, uint32_t root_cells = 2) {
  TreeBuilder tree;
  tree.cells("#address-cells", {root_cells}).cells("#size-cells", {2});
  tree.begin("pcie@10000000").string("device_type", "pci").cells("#address-cells", {address_cells});
  tree.cells("#size-cells", {2}).cells("ranges", ranges);
  if (buses.size()) tree.cells("bus-range", buses);
  tree.end();
  return tree;
}

struct Lab {
  /// `pci`: what the bus calls the start of the window.
  explicit Lab(unsigned buses = 16, unsigned first_bus = 0, uint32_t pci = kCpu, uint32_t size = kSize)
      : host(kEcam, first_bus, buses, {kCpu, pci, size}) {
    auto builder = with_bridge({0x0100'0000, 0,        0,   0,    0x3eff'0000,
                                0,           0x1'0000,  //
                                0x0200'0000, 0,        pci, 0,    uint32_t(kCpu),
                                0,           size,  //
                                0x0300'0000, 0x80,     0,   0x80, 0,
                                0x80,        0},
                               {first_bus, 0xff});
    const auto tree = builder.open();
    const auto bound = drivers::Ecam::bind(tree, tree.find("/pcie@10000000").value(), {kEcam, uint64_t(buses) << 20});
    EXPECT_EQ(error_of(bound), kNone);
    ecam = bound.value_or(ecam);
  }
  ~Lab() {
    EXPECT_EQ(host.conflicts, 0u) << "several answered at once";
    EXPECT_EQ(host.unmapped, 0u) << "an access to what was not mapped";
  }

  std::span<const PciFunction> scan() {
    found = ecam.scan(room, &fake::PciHost::map);
    lines = terminal.take();
    return found;
  }
  const PciFunction& at(uint16_t address) const {
    for (const PciFunction& function : found)
      if (function.address == address) return function;
    ADD_FAILURE() << "no function at " << address;
    return found[0];
  }
  /// The function answers at that BAR, first and last byte, and nobody else does.
  void expect_reached(PciCard& card, const PciFunction& function, unsigned bar) {
    const auto [address, size] = function.bars[bar];
    ASSERT_EQ(size, card.bar_size(bar));
    EXPECT_EQ(address % size, 0u) << "not aligned";
    ASSERT_GE(address, kCpu);
    ASSERT_LE(address + size, kCpu + host_size);
    mmio_write<uint8_t>(address, 0x5a);
    mmio_write<uint8_t>(address + size - 1, 0xa5);
    EXPECT_EQ(card.memory[std::pair(bar, uint64_t{0})], 0x5au);
    EXPECT_EQ(card.memory[std::pair(bar, size - 1)], 0xa5u);
    EXPECT_EQ(host.unanswered, 0u);
  }

  fake::Terminal terminal;
  fake::PciHost host;
  uint64_t host_size = kSize;
  drivers::Ecam ecam;
  std::array<PciFunction, 32> room;
  std::span<const PciFunction> found;
  std::string lines;
};

TEST(Ecam, an_empty_bus_has_no_functions) {
  Lab lab;
  EXPECT_TRUE(lab.scan().empty());
  EXPECT_EQ(lab.lines, "");
  EXPECT_EQ(lab.host.config_reads, 32u) << "one look at each place";
  EXPECT_EQ(lab.host.mapped, (std::vector<std::pair<uint64_t, uint64_t>>{{kEcam, 2 << 20}}));
}

TEST(Ecam, a_function_is_described_as_it_describes_itself) {
  Lab lab;
  PciCard card(0x1af4, 0x1041, 0x02'0001);
  card.put(0x08, 7, 1);
  card.put(0x2e, 0x1100, 2);
  lab.host.add(card, 31);
  ASSERT_EQ(lab.scan().size(), 1u);
  const PciFunction& function = lab.found[0];
  EXPECT_EQ(function.address, 31 << 3);
  EXPECT_EQ(function.vendor, 0x1af4);
  EXPECT_EQ(function.device, 0x1041);
  EXPECT_EQ(function.subsystem, 0x1100);
  EXPECT_EQ(function.class_code, 0x02'0001u);
  EXPECT_EQ(function.revision, 7);
  EXPECT_EQ(function.header, 0);
  EXPECT_EQ(function.config, kEcam + (31 << 15));
  EXPECT_TRUE(function.assigned);
  for (const auto& bar : function.bars) EXPECT_EQ(bar.size, 0u);
}

TEST(Ecam, bars_of_all_kinds_get_addresses_that_nobody_else_has) {
  Lab lab;
  PciCard one(1, 1, 0), two(2, 2, 0);
  one.add_bar(0, 0x20, PciCard::Io);
  one.add_bar(1, 0x10);
  one.add_bar(2, 0x10'0000, PciCard::Wide | PciCard::Prefetchable);
  one.add_bar(4, 0x1000, PciCard::Wide);
  two.add_bar(0, 0x800, PciCard::Prefetchable);
  two.add_bar(5, 0x4000);
  lab.host.add(one, 1);
  lab.host.add(two, 2);
  ASSERT_EQ(lab.scan().size(), 2u);
  EXPECT_EQ(lab.lines, "");
  for (const PciFunction& function : lab.found) EXPECT_EQ(error_of(drivers::enable(function)), kNone);
  for (const unsigned bar : {1, 2, 4}) lab.expect_reached(one, lab.found[0], bar);
  for (const unsigned bar : {0, 5}) lab.expect_reached(two, lab.found[1], bar);
  EXPECT_EQ(lab.found[0].bars[0].size, 0u) << "I/O";
  EXPECT_EQ(one.memory[std::pair(1u, uint64_t{0})], 0x5au) << "written over through another BAR";
}

TEST(Ecam, addresses_of_the_bus_need_not_be_those_of_the_cpu) {
  Lab lab(16, 0, 0x8000'0000);
  PciCard card(1, 1, 0), behind(2, 2, 0);
  PciBridge bridge;
  card.add_bar(0, 0x1000);
  behind.add_bar(0, 0x1000);
  lab.host.add(card, 1);
  lab.host.add(bridge, 2);
  bridge.add(behind, 0);
  lab.scan();
  EXPECT_GE(card.bar(0), 0x8000'0000u);
  for (const PciFunction& function : lab.found)
    if (function.header == 0) EXPECT_EQ(error_of(drivers::enable(function)), kNone);
  lab.expect_reached(card, lab.at(1 << 3), 0);
  lab.expect_reached(behind, lab.at(1 << 8), 0);
}

TEST(Ecam, a_window_at_zero_of_the_bus_leaves_zero_free) {
  Lab lab(16, 0, 0);
  PciCard card(1, 1, 0);
  card.add_bar(0, 0x1000);
  lab.host.add(card, 1);
  lab.scan();
  EXPECT_NE(card.bar(0), 0u);
}

TEST(Ecam, functions_are_off_until_a_driver_takes_them_and_off_again_after) {
  Lab lab;
  PciCard card(1, 1, 0);
  card.add_bar(0, 0x1000);
  lab.host.add(card, 1);
  lab.scan();
  EXPECT_FALSE(card.memory_on() || card.master_on());
  EXPECT_EQ(error_of(drivers::enable(lab.found[0])), kNone);
  EXPECT_EQ(card.get(4, 2), 0x406u) << "memory, master, no interrupts";
  drivers::disable(lab.found[0]);
  EXPECT_EQ(card.get(4, 2), 0u);
}

TEST(Ecam, a_function_that_does_not_take_the_order_cannot_be_used) {
  Lab lab;
  PciCard card(1, 1, 0);
  card.put_mask(4, 0x402, 2);
  lab.host.add(card, 1);
  lab.scan();
  EXPECT_EQ(error_of(drivers::enable(lab.found[0])), Error::IoError);
}

TEST(Ecam, what_a_stage_before_configured_is_off_before_it_is_moved) {
  Lab lab;
  PciCard one(1, 1, 0), two(2, 2, 0);
  for (PciCard* card : {&one, &two}) {
    card->add_bar(0, 0x1000);
    card->put(0x10, 0x1000'0000);
    card->put(4, 0x0147, 2);
    card->put_mask(0x30, 0xffff'f801);
    card->put(0x30, 0x1000'0001);
    lab.host.add(*card, card == &one ? 1 : 2);
  }
  lab.scan();
  EXPECT_EQ(one.sized_while_on + two.sized_while_on, 0u);
  for (PciCard* card : {&one, &two}) {
    EXPECT_EQ(card->get(4, 2) & 7, 0u);
    EXPECT_EQ(card->get(0x30) & 1, 0u) << "its ROM";
  }
  for (const PciFunction& function : lab.found) EXPECT_EQ(error_of(drivers::enable(function)), kNone);
  lab.expect_reached(one, lab.found[0], 0);
  lab.expect_reached(two, lab.found[1], 0);
}

TEST(Ecam, all_functions_of_a_card_are_found_and_only_of_one_that_says_it_has_many) {
  Lab lab;
  PciCard first(1, 1, 0), third(1, 3, 0), single(2, 1, 0), ghost(2, 2, 0);
  first.put(0x0e, 0x80, 1);
  lab.host.add(first, 1, 0);
  lab.host.add(third, 1, 7);
  lab.host.add(single, 2, 0);
  lab.host.add(ghost, 2, 1);
  ASSERT_EQ(lab.scan().size(), 3u);
  EXPECT_EQ(lab.found[0].address, 1 << 3);
  EXPECT_EQ(lab.found[0].header, 0) << "without the bit of many functions";
  EXPECT_EQ(lab.found[1].address, 1 << 3 | 7);
  EXPECT_EQ(lab.found[2].address, 2 << 3);
}

TEST(Ecam, functions_behind_bridges_are_reached) {
  Lab lab;
  PciBridge left, right, deep;
  PciCard a(1, 1, 0), b(1, 2, 0), c(1, 3, 0), d(1, 4, 0);
  for (PciCard* card : {&a, &b, &c, &d}) card->add_bar(0, 0x1'0000);
  right.add_bar(0, 0x1000, PciCard::Wide);
  lab.host.add(left, 1);
  lab.host.add(d, 2);
  lab.host.add(right, 3);
  left.add(a, 0);
  left.add(deep, 4);
  deep.add(b, 0);
  right.add(c, 5);
  ASSERT_EQ(lab.scan().size(), 7u);
  EXPECT_EQ(lab.lines, "");
  EXPECT_EQ(left.secondary(), 1u);
  EXPECT_EQ(left.subordinate(), 2u);
  EXPECT_EQ(deep.primary(), 1u);
  EXPECT_EQ(deep.secondary(), 2u);
  EXPECT_EQ(right.secondary(), 3u);
  EXPECT_EQ(right.subordinate(), 3u);
  for (const PciFunction& function : lab.found)
    if (function.header == 0) EXPECT_EQ(error_of(drivers::enable(function)), kNone);
  lab.expect_reached(a, lab.at(1 << 8), 0);
  lab.expect_reached(b, lab.at(2 << 8), 0);
  lab.expect_reached(c, lab.at(3 << 8 | 5 << 3), 0);
  lab.expect_reached(d, lab.at(2 << 3), 0);
  lab.expect_reached(right, lab.at(3 << 3), 0);
}

TEST(Ecam, a_bridge_with_nothing_behind_passes_nothing_on) {
  Lab lab;
  PciBridge bridge;
  bridge.put(0x20, 0x1ff0'1000);
  bridge.put(0x24, 0x1ff1'1001);
  bridge.put(4, 6, 2);
  lab.host.add(bridge, 1);
  lab.scan();
  for (uint64_t at = kCpu; at < kCpu + kSize; at += 1 << 20) EXPECT_FALSE(bridge.passes(at)) << at;
  bridge.put(4, 6, 2);
  for (uint64_t at = kCpu; at < kCpu + kSize; at += 1 << 20) EXPECT_FALSE(bridge.passes(at)) << at;
}

TEST(Ecam, bridges_that_a_stage_before_numbered_otherwise_are_numbered_anew) {
  Lab lab;
  PciBridge left, right;
  PciCard a(1, 1, 0), b(1, 2, 0);
  left.put(0x18, 0x05'0500);
  right.put(0x18, 0x04'0100);  // what `left` becomes
  lab.host.add(left, 1);
  lab.host.add(right, 2);
  left.add(a, 0);
  right.add(b, 0);
  ASSERT_EQ(lab.scan().size(), 4u);
  EXPECT_EQ(lab.at(1 << 8).device, 1);
  EXPECT_EQ(lab.at(2 << 8).device, 2);
}

TEST(Ecam, a_chain_of_bridges_ends_somewhere) {
  Lab lab;
  std::array<PciBridge, 12> bridges;
  lab.host.add(bridges[0], 0);
  for (size_t i = 1; i < bridges.size(); ++i) bridges[i - 1].add(bridges[i], 0);
  EXPECT_EQ(lab.scan().size(), 8u);
  EXPECT_EQ(lab.lines, "pci 07:00.0: a bus behind bus 7: no room for it\n") << lab.lines;
  EXPECT_EQ(bridges[0].subordinate(), 7u);
  EXPECT_EQ(bridges[7].secondary(), 0u);
}

TEST(Ecam, buses_are_only_those_that_there_is_configuration_space_for) {
  Lab lab(2);
  PciBridge left, right;
  PciCard a(1, 1, 0), b(1, 2, 0);
  lab.host.add(left, 1);
  lab.host.add(right, 2);
  left.add(a, 0);
  right.add(b, 0);
  ASSERT_EQ(lab.scan().size(), 3u);
  EXPECT_EQ(lab.lines, "pci 00:02.0: a bus behind bus 0: no room for it\n");
  EXPECT_EQ(right.secondary(), 0u);
}

TEST(Ecam, numbers_of_buses_begin_where_the_tree_says) {
  Lab lab(4, 0x20);
  PciBridge bridge;
  PciCard card(1, 1, 0);
  lab.host.add(bridge, 1);
  bridge.add(card, 3);
  ASSERT_EQ(lab.scan().size(), 2u);
  EXPECT_EQ(lab.found[0].address, 0x2008);
  EXPECT_EQ(lab.found[1].address, 0x2118);
  EXPECT_EQ(lab.found[1].config, kEcam + (1 << 20) + (3 << 15));
}

TEST(Ecam, more_functions_than_there_is_room_for_are_left_off) {
  Lab lab;
  std::vector<std::unique_ptr<PciCard>> cards;
  for (unsigned i = 0; i < 6; ++i) {
    cards.push_back(std::make_unique<PciCard>(1, 1, 0));
    cards[i]->put(4, 7, 2);
    lab.host.add(*cards[i], i);
  }
  PciBridge bridge;
  bridge.put(0x18, 0x01'0100);
  bridge.put(4, 7, 2);
  lab.host.add(bridge, 6);
  const auto found = lab.ecam.scan(std::span(lab.room).first(4), &fake::PciHost::map);
  EXPECT_EQ(found.size(), 4u);
  EXPECT_EQ(lab.terminal.take(), "pci: more functions than there is room for\n");
  for (const auto& card : cards) EXPECT_FALSE(card->memory_on() || card->master_on());
  EXPECT_FALSE(bridge.memory_on());
  EXPECT_EQ(bridge.secondary(), 0u);
}

TEST(Ecam, a_bar_that_there_is_no_room_for_takes_its_function_away_and_no_other) {
  Lab lab;
  PciCard large(1, 1, 0), small(1, 2, 0);
  large.add_bar(0, 0x1000);
  large.add_bar(2, uint64_t{1} << 40, PciCard::Wide);
  small.add_bar(0, 0x1000);
  lab.host.add(large, 1);
  lab.host.add(small, 2);
  ASSERT_EQ(lab.scan().size(), 2u);
  EXPECT_EQ(lab.lines, "pci 00:01.0: BAR 2: no room for it\n");
  EXPECT_FALSE(lab.found[0].assigned);
  EXPECT_EQ(lab.found[0].bars[2].size, 0u);
  EXPECT_EQ(error_of(drivers::enable(lab.found[0])), Error::NoSpace);
  EXPECT_FALSE(large.memory_on());
  EXPECT_EQ(error_of(drivers::enable(lab.found[1])), kNone);
  lab.expect_reached(small, lab.found[1], 0);
}

TEST(Ecam, the_window_is_used_to_its_end_and_no_further) {
  Lab lab(16, 0, uint32_t(kCpu), 4 << 20);
  lab.host_size = 4 << 20;
  std::array<std::unique_ptr<PciCard>, 5> cards;
  for (unsigned i = 0; i < cards.size(); ++i) {
    cards[i] = std::make_unique<PciCard>(1, 1, 0);
    cards[i]->add_bar(0, 1 << 20);
    lab.host.add(*cards[i], i);
  }
  lab.scan();
  EXPECT_EQ(lab.lines, "pci 00:04.0: BAR 0: no room for it\n");
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(error_of(drivers::enable(lab.found[i])), kNone);
    lab.expect_reached(*cards[i], lab.found[i], 0);
  }
}

// A BAR that reads what nothing that decodes addresses reads.
struct Nonsense {
  const char* what;
  unsigned index;
  uint32_t fixed, mask, mask_high;
};
class EcamNonsense : public testing::TestWithParam<Nonsense> {};

TEST_P(EcamNonsense, is_refused_and_nothing_else_is) {
  Lab lab;
  PciCard lies(1, 1, 0), sound(1, 2, 0);
  lies.put(0x10 + 4 * GetParam().index, GetParam().fixed);
  lies.put_mask(0x10 + 4 * GetParam().index, GetParam().mask);
  if (GetParam().mask_high) lies.put_mask(0x14 + 4 * GetParam().index, GetParam().mask_high);
  sound.add_bar(0, 0x1000);
  lab.host.add(lies, 1);
  lab.host.add(sound, 2);
  ASSERT_EQ(lab.scan().size(), 2u);
  EXPECT_EQ(lab.lines,
            "pci 00:01.0: BAR " + std::to_string(GetParam().index) + ": " + std::string(text(Error::Malformed)) + "\n");
  EXPECT_FALSE(lab.found[0].assigned);
  EXPECT_EQ(error_of(drivers::enable(lab.found[0])), Error::NoSpace);
  EXPECT_EQ(error_of(drivers::enable(lab.found[1])), kNone);
  lab.expect_reached(sound, lab.found[1], 0);
}
INSTANTIATE_TEST_SUITE_P(Kinds, EcamNonsense,
                         testing::Values(Nonsense{"below_one_mebibyte", 0, 2, 0xffff'f000, 0},
                                         Nonsense{"a_reserved_kind", 1, 6, 0xffff'f000, 0},
                                         Nonsense{"a_size_with_holes", 2, 0, 0xff0f'f000, 0},
                                         Nonsense{"a_fixed_address", 0, 0x5000'0000, 0, 0},
                                         Nonsense{"a_second_half_that_is_missing", 5, 4, 0xffff'f000, 0},
                                         Nonsense{"wide_and_without_a_size", 0, 4, 0, 0},
                                         Nonsense{"wide_and_its_second_half_has_holes", 0, 4, 0xffff'f000,
                                                  0xf0ff'ffff}),
                         [](const auto& value) { return std::string(value.param.what); });

TEST(Ecam, a_bar_that_keeps_another_address_than_it_was_given_is_refused) {
  Lab lab;
  PciCard card(1, 1, 0);
  card.add_bar(0, 0x1000);
  unsigned reads = 0;
  card.on_read = [&](uint32_t at) {
    if (at == 0x10 && ++reads == 2) card.put(0x10, 0x1234'5000);
  };
  lab.host.add(card, 1);
  lab.scan();
  EXPECT_EQ(lab.lines, "pci 00:01.0: BAR 0: " + std::string(text(Error::Malformed)) + "\n");
  EXPECT_EQ(error_of(drivers::enable(lab.found[0])), Error::NoSpace);
}

TEST(Ecam, headers_that_are_not_known_are_listed_and_never_switched_on) {
  Lab lab;
  PciCard cardbus(1, 1, 0x06'0700);
  cardbus.put(0x0e, 2, 1);
  lab.host.add(cardbus, 1);
  ASSERT_EQ(lab.scan().size(), 1u);
  EXPECT_EQ(lab.found[0].header, 2);
  EXPECT_EQ(error_of(drivers::enable(lab.found[0])), Error::NoSpace);
}

TEST(Ecam, behind_a_bridge_whose_own_bars_have_no_room_nobody_looks) {
  Lab lab;
  PciBridge bridge;
  PciCard behind(1, 1, 0);
  bridge.add_bar(0, uint64_t{1} << 36, PciCard::Wide);
  lab.host.add(bridge, 1);
  bridge.add(behind, 0);
  EXPECT_EQ(lab.scan().size(), 1u);
  EXPECT_EQ(bridge.secondary(), 0u);
  EXPECT_FALSE(bridge.memory_on());
}

std::string unmapped(uint64_t at) {
  std::ostringstream line;
  line << "pci: configuration space at 0x" << std::hex << at << ": " << text(Error::NoSpace) << '\n';
  return line.str();
}

TEST(Ecam, configuration_space_that_cannot_be_mapped_is_not_looked_at) {
  Lab lab;
  PciCard card(1, 1, 0);
  lab.host.add(card, 1);
  lab.host.map_successes = 0;
  EXPECT_TRUE(lab.scan().empty());
  EXPECT_EQ(lab.lines, unmapped(kEcam));
  EXPECT_EQ(lab.host.config_reads, 0u);
}

TEST(Ecam, bars_that_cannot_be_mapped_are_not_used) {
  Lab lab;
  PciCard card(1, 1, 0);
  card.add_bar(0, 0x1000);
  lab.host.add(card, 1);
  lab.host.map_successes = 1;
  ASSERT_EQ(lab.scan().size(), 1u);
  EXPECT_EQ(lab.lines, "pci: window at 0x10000000: " + std::string(text(Error::NoSpace)) + "\n");
  EXPECT_EQ(lab.found[0].bars[0].size, 0u);
  EXPECT_EQ(error_of(drivers::enable(lab.found[0])), Error::NoSpace);
}

TEST(Ecam, a_second_bus_that_cannot_be_mapped_leaves_the_first) {
  Lab lab;
  PciBridge one, two;
  PciCard a(1, 1, 0), b(1, 2, 0);
  lab.host.add(one, 1);
  lab.host.add(two, 2);
  one.add(a, 0);
  two.add(b, 0);
  lab.host.map_successes = 1;  // that of buses 0 and 1
  EXPECT_EQ(lab.scan().size(), 3u);
  EXPECT_EQ(lab.lines, unmapped(kEcam + (2 << 20)));
}

// The tree.
Error bind_error(TreeBuilder builder, DeviceTree::Region ecam = {kEcam, 16 << 20}) {
  const auto tree = builder.open();
  return error_of(drivers::Ecam::bind(tree, tree.find("/pcie@10000000").value(), ecam));
}

TEST(EcamTree, cells_and_ranges_that_make_no_sense_are_refused) {
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 0, 0x1000'0000, 0, 0x1000'0000, 0, 0x1000})), kNone);
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 0, 0x1000'0000, 0x1000'0000, 0, 0x1000}, {0, 1}, 3, 1)), kNone);
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 0, 0x1000'0000, 0, 0x1000'0000, 0, 0x1000}, {0, 1}, 2)),
            Error::BadTree);
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 0, 0x1000'0000, 0, 0x1000'0000, 0, 0x1000}, {0, 1}, 3, 3)),
            Error::BadTree);
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 0, 0x1000'0000, 0, 0x1000'0000, 0})), Error::BadTree);
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 1, 0, 0, 0x1000'0000, 0, 0x1000})), Error::BadTree)
      << "32-bit space beyond 32 bits";
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 0, 0xffff'f000, 0, 0x1000'0000, 0, 0x2000})), Error::BadTree);
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 0, 0, ~0u, 0xffff'f000, 0, 0x2000})), Error::BadTree) << "wraps";
  EXPECT_EQ(bind_error(with_bridge({0x0200'0000, 0, 0x1000'0000, 0, 0x1000'0010, 0, 0x1000})), Error::BadTree);
}

TEST(EcamTree, a_bridge_without_a_window_of_32_bits_is_not_found) {
  EXPECT_EQ(bind_error(with_bridge({})), Error::NotFound);
  EXPECT_EQ(bind_error(with_bridge({0x0100'0000, 0, 0, 0, 0x3eff'0000, 0, 0x1'0000})), Error::NotFound);
  EXPECT_EQ(bind_error(with_bridge({0x0300'0000, 0x80, 0, 0x80, 0, 0x80, 0})), Error::NotFound);
  EXPECT_EQ(bind_error(with_bridge({0x4200'0000, 0, 0x1000'0000, 0, 0x1000'0000, 0, 0x1000})), Error::NotFound)
      << "prefetchable";
}

TEST(EcamTree, buses_and_configuration_space_that_make_no_sense_are_refused) {
  const auto with_buses = [](std::initializer_list<uint32_t> buses) {
    return with_bridge({0x0200'0000, 0, 0x1000'0000, 0, 0x1000'0000, 0, 0x1000}, buses);
  };
  EXPECT_EQ(bind_error(with_buses({})), kNone) << "bus-range may be absent";
  EXPECT_EQ(bind_error(with_buses({2, 1})), Error::BadTree);
  EXPECT_EQ(bind_error(with_buses({0, 0x100})), Error::BadTree);
  EXPECT_EQ(bind_error(with_buses({0x100, 0x100})), Error::BadTree);
  EXPECT_EQ(bind_error(with_buses({0, 1}), {kEcam, 0xf'ffff}), Error::BadTree) << "less than a bus";
  EXPECT_EQ(bind_error(with_buses({0, 1}), {kEcam + 0x1000, 16 << 20}), Error::BadTree) << "not aligned";
}

TEST(EcamTree, a_window_of_less_than_one_mebibyte_holds_nothing) {
  Lab lab(16, 0, uint32_t(kCpu), 0x1000);
  PciCard card(1, 1, 0);
  card.add_bar(0, 0x10);
  lab.host.add(card, 1);
  lab.scan();
  EXPECT_EQ(lab.lines, "pci 00:01.0: BAR 0: no room for it\n");
}

}  // namespace
