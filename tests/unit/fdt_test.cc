// SPDX-License-Identifier: BSD-2-Clause
#include "lib/fdt.hh"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <random>

#include "tests/unit/fdt_build.hh"

namespace {

using namespace std::string_view_literals;
using Node = DeviceTree::Node;

// A copy whose end is that of its memory, so that the sanitizer sees a read behind it.
class Exact {
 public:
  explicit Exact(const void* blob) : Exact(blob, fdt_totalsize(blob)) {}
  Exact(const void* blob, size_t size) : size_(size), memory_(new(std::align_val_t{8}) std::byte[size]) {
    std::memcpy(memory_, blob, size);
  }
  Exact(const Exact&) = delete;
  ~Exact() { ::operator delete[](memory_, std::align_val_t{8}); }
  std::byte* data() { return memory_; }
  size_t size() const { return size_; }

 private:
  size_t size_;
  std::byte* memory_;
};

TreeBuilder machine() {
  TreeBuilder tree;
  tree.cells("#address-cells", {2}).cells("#size-cells", {2});
  tree.begin("chosen").string("bootargs", "a b").string("stdout-path", "serial0:115200").end();
  tree.begin("aliases").string("serial0", "/soc/uart@1000").string("loop", "loop").end();
  tree.begin("soc").cells("#address-cells", {1}).cells("#size-cells", {1});
  tree.cells("ranges", {0x0, 0x1, 0x8000'0000, 0x10000});
  tree.begin("uart@1000").bytes("compatible", "arm,pl011\0arm,primecell\0"sv).cells("reg", {0x1000, 0x100, 0x3000, 4});
  tree.cells("phandle", {7}).end();
  tree.begin("off@2000").string("status", "disabled").cells("reg", {0x2000, 0x100});
  tree.begin("below").end().end();
  tree.end();
  tree.begin("memory@40000000").string("device_type", "memory").cells("reg", {0, 0x4000'0000, 0, 0x1000'0000}).end();
  return tree;
}

TEST(Fdt, an_empty_tree_has_nothing_in_it) {
  const DeviceTree tree;
  int depth = 0, cursor = 0;
  EXPECT_EQ(tree.size(), 0u);
  EXPECT_FALSE(tree.next(Node::Root, depth));
  EXPECT_FALSE(tree.first_child(Node::Root));
  EXPECT_FALSE(tree.next_sibling(Node::Root));
  EXPECT_FALSE(tree.find("/chosen"));
  EXPECT_FALSE(tree.find_phandle(1));
  EXPECT_FALSE(tree.property(Node::Root, "reg"));
  EXPECT_FALSE(tree.first_property(Node::Root, cursor));
  EXPECT_FALSE(tree.next_property(cursor));
  EXPECT_EQ(tree.name(Node::Root), "");
  EXPECT_EQ(tree.reg(Node::Root).error(), Error::NotFound);
  EXPECT_FALSE(TreeWalk(tree).next());
}

TEST(Fdt, paths_aliases_and_phandles_lead_to_the_same_node) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  const auto uart = tree.find("/soc/uart@1000");
  ASSERT_TRUE(uart);
  EXPECT_EQ(tree.name(*uart), "uart@1000");
  EXPECT_EQ(tree.find("serial0"), uart);
  EXPECT_EQ(tree.find_phandle(7), uart);
  EXPECT_EQ(tree.parent(*uart), tree.find("/soc"));
  EXPECT_EQ(tree.parent(Node::Root), std::nullopt);
}

TEST(Fdt, what_is_not_there_is_not_found) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  EXPECT_FALSE(tree.find("/nothing"));
  EXPECT_FALSE(tree.find(""));
  EXPECT_FALSE(tree.find("nosuchalias"));
  EXPECT_FALSE(tree.find_phandle(8));
  EXPECT_FALSE(tree.find_phandle(0));
  EXPECT_FALSE(tree.property(Node::Root, "absent"));
}

TEST(Fdt, an_alias_of_itself_does_not_end_the_stack) {
  auto builder = machine();
  EXPECT_FALSE(builder.open().find("loop"));
}

TEST(Fdt, children_and_siblings_leave_grandchildren_out) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  std::vector<std::string_view> names;
  for (auto node = tree.first_child(Node::Root); node; node = tree.next_sibling(*node))
    names.push_back(tree.name(*node));
  EXPECT_EQ(names, (std::vector{"chosen"sv, "aliases"sv, "soc"sv, "memory@40000000"sv}));
  const auto chosen = tree.find("/chosen");
  ASSERT_TRUE(chosen);
  EXPECT_FALSE(tree.first_child(*chosen));
}

TEST(Fdt, next_goes_through_all_nodes_and_tells_their_depth) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  int depth = 0;
  std::string seen;
  for (auto node = tree.next(Node::Root, depth); node; node = tree.next(*node, depth))
    seen += std::to_string(depth) + std::string(tree.name(*node)) + " ";
  EXPECT_EQ(seen, "1chosen 1aliases 1soc 2uart@1000 2off@2000 3below 1memory@40000000 ");
}

TEST(Fdt, properties_come_in_the_order_of_the_tree) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  const auto soc = tree.find("/soc");
  ASSERT_TRUE(soc);
  int cursor;
  std::vector<std::string_view> names;
  for (auto p = tree.first_property(*soc, cursor); p; p = tree.next_property(cursor)) names.push_back(p->name);
  EXPECT_EQ(names, (std::vector{"#address-cells"sv, "#size-cells"sv, "ranges"sv}));
}

TEST(Fdt, cells_and_strings_are_bounded_by_their_property) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  const auto uart = *tree.find("serial0");
  EXPECT_EQ(tree.cell(uart, "reg"), 0x1000u);
  EXPECT_EQ(tree.cell(uart, "reg", 3), 4u);
  EXPECT_EQ(tree.cell(uart, "reg", 4), std::nullopt);
  EXPECT_EQ(tree.cell(uart, "reg", SIZE_MAX), std::nullopt);
  EXPECT_EQ(tree.string(uart, "compatible"), "arm,pl011");
  EXPECT_EQ(tree.string(uart, "compatible", 1), "arm,primecell");
  EXPECT_EQ(tree.string(uart, "compatible", 2), "");
  EXPECT_EQ(tree.string(uart, "absent"), "");
}

TEST(Fdt, a_string_without_its_end_is_none) {
  TreeBuilder builder;
  builder.bytes("open", "abc").bytes("half", "one\0two"sv).bytes("none", "");
  const DeviceTree tree = builder.open();
  EXPECT_EQ(tree.string(Node::Root, "open"), "");
  EXPECT_EQ(tree.string(Node::Root, "half"), "one");
  EXPECT_EQ(tree.string(Node::Root, "half", 1), "");
  EXPECT_EQ(tree.string(Node::Root, "none"), "");
}

TEST(Fdt, compatible_wants_a_whole_string) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  const auto uart = *tree.find("serial0");
  EXPECT_TRUE(tree.compatible(uart, "arm,pl011"));
  EXPECT_TRUE(tree.compatible(uart, "arm,primecell"));
  EXPECT_FALSE(tree.compatible(uart, "arm,pl01"));
  EXPECT_FALSE(tree.compatible(uart, "arm,pl011x"));
  EXPECT_FALSE(tree.compatible(uart, ""));
}

TEST(Fdt, only_okay_and_silence_mean_enabled) {
  TreeBuilder builder;
  builder.begin("a").end().begin("b").string("status", "okay").end().begin("c").string("status", "ok").end();
  builder.begin("d").string("status", "disabled").end().begin("e").bytes("status", "okay").end();
  const DeviceTree tree = builder.open();
  for (const char* path : {"/a", "/b", "/c"}) EXPECT_TRUE(tree.enabled(*tree.find(path))) << path;
  for (const char* path : {"/d", "/e"}) EXPECT_FALSE(tree.enabled(*tree.find(path))) << path;
}

TEST(Fdt, reg_is_translated_by_the_ranges_above_it) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  const auto first = tree.reg(*tree.find("serial0"));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->address, 0x1'8000'1000u);
  EXPECT_EQ(first->size, 0x100u);
  const auto second = tree.reg(*tree.find("serial0"), 1);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->address, 0x1'8000'3000u);
  EXPECT_EQ(tree.reg(*tree.find("serial0"), 2).error(), Error::NotFound);
  const auto memory = tree.reg(*tree.find("/memory@40000000"));
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->address, 0x4000'0000u);
  EXPECT_EQ(memory->size, 0x1000'0000u);
}

// One bus below the root with these words, and a device on it.
Result<DeviceTree::Region> reg_on(uint32_t address_cells, uint32_t size_cells, const char* ranges_name,
                                  std::initializer_list<uint32_t> ranges, std::initializer_list<uint32_t> reg) {
  TreeBuilder builder;
  builder.cells("#address-cells", {2}).cells("#size-cells", {2}).begin("bus");
  builder.cells("#address-cells", {address_cells}).cells("#size-cells", {size_cells}).cells(ranges_name, ranges);
  builder.begin("device").cells("reg", reg).end().end();
  const DeviceTree tree = builder.open();
  return tree.reg(*tree.find("/bus/device"));
}

TEST(Fdt, empty_ranges_are_one_to_one) {
  const auto reg = reg_on(1, 1, "ranges", {}, {0x1234, 8});
  ASSERT_TRUE(reg);
  EXPECT_EQ(reg->address, 0x1234u);
}

TEST(Fdt, without_ranges_there_is_no_address_of_the_cpu) {
  EXPECT_EQ(reg_on(1, 1, "other", {}, {0x1234, 8}).error(), Error::NotMapped);
}

TEST(Fdt, a_region_outside_of_every_range_or_across_its_end_is_not_mapped) {
  EXPECT_EQ(reg_on(1, 1, "ranges", {0, 0, 0, 0x1000}, {0x1000, 1}).error(), Error::NotMapped);
  EXPECT_EQ(reg_on(1, 1, "ranges", {0, 0, 0, 0x1000}, {0xfff, 2}).error(), Error::NotMapped);
  EXPECT_EQ(reg_on(1, 1, "ranges", {0x100, 0, 0, 0x1000}, {0x80, 1}).error(), Error::NotMapped);
  EXPECT_TRUE(reg_on(1, 1, "ranges", {0, 0, 0, 0x1000}, {0xfff, 1}));
}

TEST(Fdt, cells_that_make_no_sense_are_damage) {
  EXPECT_EQ(reg_on(3, 1, "ranges", {}, {0, 0, 0x1234, 8}).error(), Error::BadTree);
  EXPECT_EQ(reg_on(0, 1, "ranges", {}, {8}).error(), Error::BadTree);
  EXPECT_EQ(reg_on(1, 0xffff'ffff, "ranges", {}, {0x1234, 8}).error(), Error::BadTree);
  EXPECT_EQ(reg_on(1, 1, "ranges", {}, {0x1234, 8, 9}).error(), Error::BadTree);
  EXPECT_EQ(reg_on(1, 1, "ranges", {0, 0, 0}, {0x1234, 8}).error(), Error::BadTree);
}

TEST(Fdt, sums_that_wrap_are_damage) {
  constexpr uint32_t k = 0xffff'ffff;
  EXPECT_EQ(reg_on(2, 2, "ranges", {}, {k, k, 0, 2}).error(), Error::BadTree);
  EXPECT_EQ(reg_on(1, 1, "ranges", {0, k, 0xffff'f000, 0x2000}, {0x1800, 8}).error(), Error::BadTree);
}

TEST(Fdt, a_header_that_is_none_or_promises_too_much_is_refused) {
  auto builder = machine();
  const void* blob = builder.finish();
  const size_t size = fdt_totalsize(blob);
  EXPECT_TRUE(DeviceTree::open(blob, size));
  EXPECT_EQ(DeviceTree::open(blob, size - 1).error(), Error::BadTree);
  EXPECT_EQ(DeviceTree::open(blob, 39).error(), Error::BadTree);
  EXPECT_EQ(DeviceTree::open(nullptr, size).error(), Error::BadTree);
  struct {
    size_t word;
    uint32_t value;
  } wrong[] = {{0, 0xd00dfeee},    {1, 0}, {1, 0x7fff'ffff}, {1, 0xffff'ffff}, {2, 0xffff'fff0}, {2, 0x3a},
               {3, 0x1000'0000},   {5, 1}, {5, 15},          {6, 99},          {8, 0xffff'ffff}, {9, 0xffff'ffff},
               {9, uint32_t(size)}};
  for (const auto& [word, value] : wrong) {
    Exact copy(blob);
    reinterpret_cast<fdt32_t*>(copy.data())[word] = cpu_to_fdt32(value);
    EXPECT_FALSE(DeviceTree::open(copy.data(), size)) << "header word " << word << " = " << value;
  }
}

TEST(Fdt, versions_before_16_have_another_layout_and_are_refused) {
  auto builder = machine();
  void* blob = builder.finish();
  fdt_set_version(blob, 15);
  fdt_set_last_comp_version(blob, 15);
  EXPECT_EQ(DeviceTree::open(blob, 4096).error(), Error::BadTree);
}

TEST(Fdt, version_16_does_not_say_how_long_its_structure_is) {
  auto builder = machine();
  void* blob = builder.finish();
  fdt_set_version(blob, 16);
  fdt_set_size_dt_struct(blob, 0);
  const auto tree = DeviceTree::open(blob, fdt_totalsize(blob));
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->find_phandle(7), tree->find("serial0"));
}

TEST(Fdt, what_is_read_of_a_tree_is_often_less_than_all_of_it) {
  auto builder = machine();
  void* blob = builder.finish();
  const auto header = DeviceTree::Bytes(static_cast<std::byte*>(blob), DeviceTree::kHeaderSize);
  const size_t used = DeviceTree::extent(header)->used;
  fdt_open_into(blob, blob, 16384);
  const auto extent = DeviceTree::extent(header);
  ASSERT_TRUE(extent);
  EXPECT_EQ(extent->all, 16384u);
  EXPECT_LE(extent->used, used + 64);
  EXPECT_EQ(DeviceTree::extent(header.first(39)).error(), Error::BadTree);
}

TEST(FdtWalk, has_what_the_tree_says_of_each_node) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  TreeWalk walk(tree);
  std::string seen;
  while (walk.next()) {
    EXPECT_EQ(walk.name(), tree.name(walk.node()));
    EXPECT_EQ(walk.compatible(0), tree.string(walk.node(), "compatible"));
    EXPECT_EQ(walk.compatible(1), tree.string(walk.node(), "compatible", 1));
    EXPECT_EQ(walk.phandle(), tree.cell(walk.node(), "phandle").value_or(0));
    EXPECT_EQ(walk.type(), tree.string(walk.node(), "device_type"));
    if (walk.node() != Node::Root) {
      EXPECT_EQ(walk.parent(), tree.parent(walk.node()));
    }
    seen += std::to_string(walk.depth()) + std::string(walk.name()) + " ";
  }
  EXPECT_EQ(walk.error(), Error{});
  EXPECT_FALSE(walk.next());
  EXPECT_EQ(seen, "0 1chosen 1aliases 1soc 2uart@1000 2off@2000 3below 1memory@40000000 ");
}

TEST(FdtWalk, what_is_below_a_disabled_node_is_disabled) {
  auto builder = machine();
  const DeviceTree tree = builder.open();
  TreeWalk walk(tree);
  std::string off;
  while (walk.next())
    if (!walk.enabled()) off += std::string(walk.name()) + " ";
  EXPECT_EQ(off, "off@2000 below ");
}

TEST(FdtWalk, nodes_deeper_than_it_remembers_end_it) {
  TreeBuilder builder;
  for (size_t i = 0; i < TreeWalk::kMostDepth + 1; ++i) builder.begin("n");
  for (size_t i = 0; i < TreeWalk::kMostDepth + 1; ++i) builder.end();
  const DeviceTree tree = builder.open();
  TreeWalk walk(tree);
  size_t nodes = 0;
  while (walk.next()) ++nodes;
  EXPECT_EQ(nodes, TreeWalk::kMostDepth + 1);
  EXPECT_EQ(walk.error(), Error::BadTree);
}

TEST(FdtWalk, a_property_after_a_child_is_damage) {
  auto builder = machine();
  void* blob = builder.finish();
  // The end of the first child becomes nothing: its sibling's tags then stand inside of it.
  const int chosen = fdt_path_offset(blob, "/chosen");
  int end = 0;
  for (int at = chosen; fdt_next_tag(blob, at, &end) != FDT_END_NODE; at = end) {}
  auto* const words = reinterpret_cast<fdt32_t*>(static_cast<char*>(blob) + fdt_off_dt_struct(blob));
  words[end / 4 - 1] = cpu_to_fdt32(FDT_NOP);
  const auto tree = DeviceTree::open(blob, fdt_totalsize(blob));
  ASSERT_TRUE(tree);
  TreeWalk walk(*tree);
  while (walk.next()) {}
  EXPECT_EQ(walk.error(), Error::BadTree);
}

// Asks everything; the answers do not matter, that there are some does.
size_t ask_all(const DeviceTree& tree) {
  size_t answers = 0;
  for (TreeWalk walk(tree); walk.next(); ++answers) {
    const auto node = walk.node();
    answers += walk.reg(0).has_value() + walk.reg(1).has_value() + walk.compatible(2).size() + walk.type().size();
    int cursor, depth = 0;
    for (auto p = tree.first_property(node, cursor); p; p = tree.next_property(cursor))
      answers += p->name.size() + p->value.size();
    answers += tree.next(node, depth).has_value() + tree.first_child(node).has_value() +
               tree.next_sibling(node).has_value() + tree.reg(node).has_value() + tree.enabled(node) +
               tree.compatible(node, "arm,pl011") + tree.cell(node, "reg", 1).has_value();
  }
  for (const char* path : {"/chosen", "serial0", "/soc/uart@1000", "loop"}) answers += tree.find(path).has_value();
  return answers + tree.find_phandle(7).has_value();
}

// The same tree with the structure block last, cut off after `cut` bytes of it: behind those the sanitizer watches.
std::vector<std::byte> structure_last(const void* blob, size_t cut) {
  const auto* const start = static_cast<const std::byte*>(blob);
  const size_t strings = fdt_size_dt_strings(blob), at = (56 + strings + 7) & ~size_t{7};
  std::vector<std::byte> out(at + cut);
  std::copy_n(start, 40, out.begin());
  std::copy_n(start + fdt_off_dt_strings(blob), strings, out.begin() + 56);
  std::copy_n(start + fdt_off_dt_struct(blob), cut, out.begin() + long(at));
  fdt_set_totalsize(out.data(), uint32_t(out.size()));
  fdt_set_off_mem_rsvmap(out.data(), 40);
  fdt_set_off_dt_strings(out.data(), 56);
  fdt_set_off_dt_struct(out.data(), uint32_t(at));
  fdt_set_size_dt_struct(out.data(), uint32_t(cut));
  return out;
}

TEST(Fdt, a_structure_cut_off_anywhere_is_read_to_its_end_and_no_further) {
  auto builder = machine();
  const void* blob = builder.finish();
  const size_t size = fdt_size_dt_struct(blob);
  for (size_t cut = 0; cut <= size - 4; ++cut) {
    const auto bytes = structure_last(blob, cut);
    Exact copy(bytes.data(), bytes.size());
    const auto tree = DeviceTree::open(copy.data(), copy.size());
    ASSERT_TRUE(tree);
    EXPECT_LE(ask_all(*tree), 10'000u);
    TreeWalk walk(*tree);
    while (walk.next()) {}
    // Without the closing tag of the root, eight bytes before the end, the walk has not seen all.
    EXPECT_EQ(walk.error(), cut < size - 4 ? Error::BadTree : Error{}) << cut;
  }
}

TEST(Fdt, bytes_gone_wrong_never_lead_out_of_the_blob) {
  auto builder = machine();
  const void* blob = builder.finish();
  std::minstd_rand random(1);
  size_t opened = 0;
  for (int round = 0; round < 3000; ++round) {
    Exact copy(blob);
    for (unsigned n = 1 + random() % 8; n--;) copy.data()[random() % copy.size()] = std::byte(random());
    if (const auto tree = DeviceTree::open(copy.data(), copy.size())) {
      EXPECT_LE(ask_all(*tree), 100'000u);
      ++opened;
    }
  }
  EXPECT_GT(opened, 1000u);
}

}  // namespace
