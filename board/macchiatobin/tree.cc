// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/tree.hh"

#include "board/common/text.hh"
#include "board/common/tree.hh"
#include "lib/console.hh"

using namespace std::string_view_literals;

extern "C" const char board_tree[], board_tree_end[];

namespace board {

bool is_this_board(const DeviceTree& tree) {
  return tree.compatible(DeviceTree::Node::Root, "marvell,armada8040-mcbin"sv);
}

DeviceTree choose_tree(uint64_t address) {
  // TF-A leaves the CPU's number there, which is 0 here and no tree.
  const auto given = tree_at(address);
  if (given) {
    if (is_this_board(*given)) return *given;
    print("device tree at {:#x}: of another board ({}), taking the built-in one\n", address,
          shown(given->string(DeviceTree::Node::Root, "compatible"sv)));
  } else if (given.error() != Error::NotFound) {
    print("device tree at {:#x}: {}, taking the built-in one\n", address, given.error());
  }
  const auto own = DeviceTree::open(board_tree, size_t(board_tree_end - board_tree));
  if (!own) print("built-in device tree: {}\n", own.error());
  return own.value_or(DeviceTree());
}

}  // namespace board
