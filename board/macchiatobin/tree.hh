// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/tree.hh - which device tree is used.
#pragma once
#include "lib/fdt.hh"

namespace board {

/// The tree that the stage before left at `address`, where it is one of this board, or else the one in the image. A
/// line says why a tree that is there is not taken.
DeviceTree choose_tree(uint64_t address);

/// What a tree calls itself is this board.
bool is_this_board(const DeviceTree& tree);

}  // namespace board
