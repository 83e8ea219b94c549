// SPDX-License-Identifier: BSD-2-Clause
// board/common/tree.hh - finding and mapping the device tree.
#pragma once
#include "lib/fdt.hh"

namespace board {

/// The tree whose header lies at `address`: its pages are mapped, read-only, and it stays there for ever. Nothing of it
/// is trusted, not even that memory answers at all. Error::NotFound: nothing like a tree there; BadTree: damaged.
Result<DeviceTree> tree_at(uint64_t address);

}  // namespace board
