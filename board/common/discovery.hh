// SPDX-License-Identifier: BSD-2-Clause
// board/common/discovery.hh - a board is a table {compatible, bind} that is walked over its device tree once.
#pragma once
#include <memory>
#include <optional>
#include <span>

#include "lib/fdt.hh"

namespace board {

struct Device {
  DeviceTree::Node node;
  std::string_view name;
  Result<DeviceTree::Region> reg;
  uint32_t phandle;
};

/// Bound in the order of the table, whatever the order of the tree: each may use what stands above it. Memory that
/// others must have without a cacheable view is mapped before the RAM around it.
struct Row {
  enum class By : uint8_t { Compatible, Reserved, Memory };  // Reserved: what /reserved-memory has

  std::string_view compatible;  // empty for the others
  void (*bind)(const Device& device);
  uint8_t most = 6;  // that are used: many of one kind leave room for the others
  By by = By::Compatible;
};

/// What of a tree matches a row, in the order of the tree.
class Findings {
 public:
  static constexpr size_t kMost = 112, kMostRows = 20;

  /// Rows with `By` Reserved and Memory are there once each; the first row is that of the consoles.
  [[gnu::noinline]] Findings(const DeviceTree& tree, std::span<const Row> rows);

  Error error() const { return error_; }           // of the tree, which ends there
  bool overflowed() const { return overflowed_; }  // more devices of a kind than there is room for
  /// Binds everything; of the consoles the one that /chosen/stdout-path names comes first. Returns /chosen/bootargs.
  std::string_view bind(const DeviceTree& tree);

 private:
  struct Finding {
    const Row* row;
    Device device;
  };

  const Row* row_of(const TreeWalk& walk);
  void add(const TreeWalk& walk, const Row& row);

  std::span<const Row> rows_;
  const Row* last_;
  Finding list_[kMost];
  uint8_t counts_[kMostRows]{};
  size_t count_ = 0;
  bool overflowed_ = false;
  Error error_{};
  std::optional<DeviceTree::Node> chosen_;
};

/// Walks the tree, binds what is found, says what is wrong with it. Returns /chosen/bootargs.
std::string_view discover(const DeviceTree& tree, std::span<const Row> rows);

}  // namespace board
