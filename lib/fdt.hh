// SPDX-License-Identifier: BSD-2-Clause
// lib/fdt.hh - a flattened device tree. libfdt judges its header and follows paths; what every boot does is read
// without libfdt's search from the top for each question. A tree is from outside: every accessor checks what it reads,
// answers "not there" or Error::BadTree for what is damaged, and never leaves the blob. Nothing is copied.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "lib/result.hh"

class DeviceTree {
 public:
  /// A node, as its offset in the structure block. Valid as long as the tree.
  enum class Node : int32_t { Root = 0 };
  using Bytes = std::span<const std::byte>;
  struct Region {
    uint64_t address, size;
  };
  struct Property {
    std::string_view name;
    Bytes value;
  };

  DeviceTree() = default;  // an empty tree: nothing is found in it
  /// Checks the header and that the blob does not exceed `most` bytes. Error::BadTree: not a tree, or truncated.
  static Result<DeviceTree> open(const void* blob, size_t most);
  /// How many bytes the blob wants to have, told by a header of at least kHeaderSize bytes: `all` of it, and what is
  /// enough to read it, which is often far less. Error::BadTree: not a header.
  static constexpr size_t kHeaderSize = 40;
  struct Extent {
    size_t all, used;
  };
  static Result<Extent> extent(Bytes header);

  const void* blob() const { return blob_; }  // null: the empty tree
  size_t size() const;

  /// The node after `node` in the order of the tree, whatever its depth; `depth` follows. Nothing: the end.
  std::optional<Node> next(Node node, int& depth) const;
  std::optional<Node> first_child(Node node) const;
  std::optional<Node> next_sibling(Node node) const;
  std::optional<Node> find(std::string_view path) const;  // "/chosen", or an alias
  std::optional<Node> find_phandle(uint32_t phandle) const;
  std::optional<Node> parent(Node node) const;
  std::string_view name(Node node) const;  // with its unit address

  std::optional<Bytes> property(Node node, std::string_view name) const;
  std::optional<Property> first_property(Node node, int& cursor) const;
  std::optional<Property> next_property(int& cursor) const;
  /// The `index`th 32-bit cell of a property.
  std::optional<uint32_t> cell(Node node, std::string_view name, size_t index = 0) const;
  /// A string property, or the `index`th of a list; empty when not there or not terminated.
  std::string_view string(Node node, std::string_view name, size_t index = 0) const;
  bool compatible(Node node, std::string_view with) const;
  /// status is absent, "okay" or "ok".
  bool enabled(Node node) const;
  /// The `index`th entry of reg, its address translated through every ranges on the way up. Error::NotFound: no such
  /// entry; NotMapped: not an address of the CPU's (no ranges above); BadTree: cells or ranges that make no sense.
  Result<Region> reg(Node node, size_t index = 0) const;

 private:
  friend class TreeWalk;

  const void* blob_ = nullptr;
  Bytes structure_, strings_;  // its two blocks
};

/// The number that `count` cells of a property's value are, from the `index`th on, which are there; of none it is zero.
uint64_t cells_at(DeviceTree::Bytes value, size_t index, uint32_t count = 1);

/// Every node once, in the order of the tree, with what a driver is found by at hand. libfdt looks from the top of the
/// tree for most questions and checks each byte again; this reads the structure block once, so that a boot does not
/// wait for it. The tree outlives it.
class TreeWalk {
 public:
  static constexpr size_t kMostDepth = 16;  // of nodes below the root; more is taken for damage

  explicit TreeWalk(const DeviceTree& tree)
      : structure_(tree.structure_), strings_(tree.strings_), ended_(!tree.blob()) {}

  /// Goes on to the next node, the root first. False: the end, or what error() says.
  bool next();
  /// BadTree when the walk ended before the tree did.
  Error error() const { return error_; }

  DeviceTree::Node node() const { return here().node; }
  DeviceTree::Node parent() const { return levels_[depth_ ? depth_ - 1 : 0].node; }
  size_t depth() const { return depth_; }
  std::string_view name() const { return here().name; }
  std::string_view parent_name() const { return levels_[depth_ ? depth_ - 1 : 0].name; }
  /// The `index`th string that it is compatible with; empty: no more.
  std::string_view compatible(size_t index) const;
  /// device_type, of nodes that still have one.
  std::string_view type() const;
  /// It and everything above it.
  bool enabled() const { return here().enabled; }
  uint32_t phandle() const { return phandle_; }  // 0: none
  Result<DeviceTree::Region> reg(size_t index = 0) const;

 private:
  using Bytes = DeviceTree::Bytes;
  struct Level {
    DeviceTree::Node node;
    uint32_t address_cells, size_cells;  // of its children
    std::string_view name;
    Bytes ranges;
    bool has_ranges, enabled;
  };

  const Level& here() const { return levels_[depth_]; }
  void notice(std::string_view name, Bytes value);

  Bytes structure_, strings_;
  size_t at_ = 0;  // in structure_: where next() goes on; a multiple of 4
  int depth_ = -1;
  Error error_{};
  bool ended_;
  Bytes reg_, compatible_, type_;
  uint32_t phandle_ = 0;
  std::array<Level, kMostDepth + 1> levels_;
};
