// SPDX-License-Identifier: BSD-2-Clause
// lib/fdt.hh - a flattened device tree, read with libfdt. A tree is from outside: every accessor checks what it reads,
// answers "not there" or Error::BadTree for what is damaged, and never leaves the blob. Nothing is copied.
#pragma once
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

  const void* blob() const { return blob_; }
  size_t size() const;

  /// The node after `node` in the order of the tree, whatever its depth; `depth` follows. Nothing: the end.
  std::optional<Node> next(Node node, int& depth) const;
  std::optional<Node> first_child(Node node) const;
  std::optional<Node> next_sibling(Node node) const;
  std::optional<Node> find(std::string_view path) const;  // "/chosen", or an alias
  std::optional<Node> find_phandle(uint32_t phandle) const;
  std::optional<Node> parent(Node node) const;
  std::string_view name(Node node) const;  // with its unit address

  std::optional<Bytes> property(Node node, const char* name) const;
  std::optional<Property> first_property(Node node, int& cursor) const;
  std::optional<Property> next_property(int& cursor) const;
  /// The `index`th 32-bit cell of a property.
  std::optional<uint32_t> cell(Node node, const char* name, size_t index = 0) const;
  /// A string property, or the `index`th of a list; empty when not there or not terminated.
  std::string_view string(Node node, const char* name, size_t index = 0) const;
  bool compatible(Node node, std::string_view with) const;
  /// status is absent, "okay" or "ok".
  bool enabled(Node node) const;
  /// The `index`th entry of reg, its address translated through every ranges on the way up. Error::NotFound: no such
  /// entry; BadTree: cells or ranges that make no sense.
  Result<Region> reg(Node node, size_t index = 0) const;

 private:
  const void* blob_ = nullptr;
};
