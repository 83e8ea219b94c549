// SPDX-License-Identifier: BSD-2-Clause
// Any bytes for a device tree: every accessor ends, and what it returns lies within the blob.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "lib/fdt.hh"
#include "scmi/binding.hh"

namespace {

using Node = DeviceTree::Node;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "device_tree: %s\n", what);
  std::abort();
}

struct Blob {
  const char *begin, *end;
  void holds(const void* data, size_t size) const {
    const auto* at = static_cast<const char*>(data);
    expect(size == 0 || (at >= begin && at <= end && size <= size_t(end - at)), "a view leaves the blob");
  }
  void holds(std::string_view text) const { holds(text.data(), text.size()); }
  void holds(DeviceTree::Bytes bytes) const { holds(bytes.data(), bytes.size()); }
};

void look_at(const DeviceTree& tree, const Blob& blob, Node node) {
  blob.holds(tree.name(node));
  int cursor;
  for (auto p = tree.first_property(node, cursor); p; p = tree.next_property(cursor)) {
    blob.holds(p->name);
    blob.holds(p->value);
  }
  for (const char* name : {"reg", "compatible", "shmem", "#address-cells", "no such property"}) {
    if (const auto value = tree.property(node, name)) blob.holds(*value);
    for (size_t index = 0; index < 3; ++index) {
      (void)tree.cell(node, name, index);
      blob.holds(tree.string(node, name, index));
    }
    (void)tree.cell(node, name, SIZE_MAX);
    (void)tree.string(node, name, SIZE_MAX);
  }
  for (size_t index = 0; index < 3; ++index) (void)tree.reg(node, index);
  (void)tree.reg(node, SIZE_MAX);
  (void)tree.compatible(node, "arm,scmi-smc");
  (void)tree.enabled(node);
  if (const auto handle = tree.cell(node, "phandle")) (void)tree.find_phandle(*handle);
  if (const auto above = tree.parent(node)) blob.holds(tree.name(*above));
}

void bind(const DeviceTree& tree, const Blob& blob, Node node) {
  scmi::ChannelBinding channels[4];
  const size_t count = scmi::read_binding(tree, node, channels);
  expect(count <= 4, "more channels than room");
  for (size_t i = 0; i < count; ++i) {
    blob.holds(channels[i].name);
    expect(channels[i].limit > 0 && channels[i].limit <= 60'000, "a wait without limit");
    if (channels[i].problem.empty()) expect(channels[i].a2p != 0 && channels[i].function != 0, "a channel of nothing");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Exactly as much memory as there are bytes, aligned as a loader aligns a tree.
  const std::unique_ptr<char[]> memory(new char[size]);
  std::memcpy(memory.get(), data, size);
  const Blob blob{memory.get(), memory.get() + size};
  if (size >= DeviceTree::kHeaderSize)
    (void)DeviceTree::extent(std::as_bytes(std::span(memory.get(), DeviceTree::kHeaderSize)));
  const auto opened = DeviceTree::open(memory.get(), size);
  if (!opened) return 0;
  const DeviceTree& tree = *opened;
  expect(tree.size() <= size, "a tree larger than its memory");

  for (const char* path : {"/", "/chosen", "/firmware/scmi", "scmi", "serial0", "", "//", "/a@1/b"})
    if (const auto node = tree.find(path)) blob.holds(tree.name(*node));
  size_t count = 0;
  int depth = 0;
  for (std::optional<Node> node = Node::Root; node; node = tree.next(*node, depth)) {
    expect(++count <= size / 8 + 1, "more nodes than bytes");
    look_at(tree, blob, *node);
    bind(tree, blob, *node);
    size_t children = 0;
    for (auto child = tree.first_child(*node); child; child = tree.next_sibling(*child))
      expect(++children <= size / 8, "more children than bytes");
  }

  size_t walked = 0;
  TreeWalk walk(tree);
  while (walk.next()) {
    expect(++walked <= size / 8 + 1, "more steps than bytes");
    blob.holds(walk.name());
    blob.holds(walk.parent_name());
    blob.holds(walk.type());
    expect(walk.depth() <= TreeWalk::kMostDepth, "deeper than promised");
    (void)walk.enabled();
    (void)walk.phandle();
    for (size_t index = 0; index < 3; ++index) blob.holds(walk.compatible(index));
    const auto one = walk.reg(), other = tree.reg(walk.node());
    if (one && other) expect(one->address == other->address && one->size == other->size, "two views of one reg");
  }
  return 0;
}
