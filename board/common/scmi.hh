// SPDX-License-Identifier: BSD-2-Clause
// board/common/scmi.hh - from nodes of the device tree to SCMI instances with their channels. Nothing is sent.
#pragma once
#include <cstdint>
#include <string_view>

#include "arch/smccc.hh"
#include "lib/fdt.hh"

namespace board {

/// A shared memory that channels may name by its phandle.
struct SharedArea {
  uint32_t phandle;
  std::string_view name;
  Result<DeviceTree::Region> region;
};

/// Remembers an area; it is mapped when a channel names it.
void add_area(const SharedArea& area);
/// Makes an instance of the node's channels. Says, a line each, what it has found and what is wrong with it.
void add_scmi(const DeviceTree& tree, DeviceTree::Node node, arch::Conduit conduit);

}  // namespace board
