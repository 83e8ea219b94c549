// SPDX-License-Identifier: BSD-2-Clause
#include "board/common/discovery.hh"

#include <utility>

#include "lib/console.hh"
#include "lib/late.hh"
#include "lib/text.hh"

using namespace std::string_view_literals;

namespace board {

// By the first of the names that it goes by for which there is one. Devices of a kind come in runs, so the row of the
// one before is looked at first.
const Row* Findings::row_of(const TreeWalk& walk) {
  const auto is = [](const Row& row, std::string_view name) {
    return row.compatible.size() == name.size() && row.compatible == name;
  };
  std::string_view name;
  for (size_t i = 0; !(name = walk.compatible(i)).empty(); ++i) {
    if (is(*last_, name)) return last_;
    for (const Row& row : rows_)
      if (is(row, name)) return last_ = &row;
  }
  return nullptr;
}

Findings::Findings(const DeviceTree& tree, std::span<const Row> rows) : rows_(rows), last_(rows.data()) {
  const Row *reserved = nullptr, *memory = nullptr;
  for (const Row& row : rows) {
    if (row.by == Row::By::Reserved) reserved = &row;
    if (row.by == Row::By::Memory) memory = &row;
  }
  TreeWalk walk(tree);
  while (walk.next()) {
    if (walk.depth() == 1 && walk.name() == "chosen"sv) chosen_ = walk.node();
    if (!walk.enabled()) continue;
    if (const Row* const row = row_of(walk)) add(walk, *row);
    if (walk.depth() == 2 && walk.parent_name() == "reserved-memory"sv) add(walk, *reserved);
    if (walk.depth() == 1 && walk.type() == "memory"sv) add(walk, *memory);
  }
  error_ = walk.error();
}

void Findings::add(const TreeWalk& walk, const Row& row) {
  for (size_t index = 0;; ++index) {  // memory may have several regions; all else has one
    const auto reg = walk.reg(index);
    if (index && !reg) return;
    uint8_t& count = counts_[&row - rows_.data()];
    if (count == row.most || count_ == kMost) {
      overflowed_ = true;
      return;
    }
    ++count;
    list_[count_++] = {&row, {walk.node(), walk.name(), reg, walk.phandle()}};
    if (row.by != Row::By::Memory) return;
  }
}

std::string_view Findings::bind(const DeviceTree& tree) {
  std::string_view arguments;
  if (chosen_) {
    arguments = tree.string(*chosen_, "bootargs"sv);
    if (counts_[0] > 1) {
      std::string_view path = tree.string(*chosen_, "stdout-path"sv);
      if (const auto node = tree.find(take_until(path, ':')))
        for (size_t i = 1; i < count_; ++i)
          if (list_[i].device.node == *node) std::swap(list_[0], list_[i]);
    }
  }
  for (const Row& row : rows_)
    for (size_t i = 0; i < count_; ++i)
      if (list_[i].row == &row) row.bind(list_[i].device);
  return arguments;
}

std::string_view discover(const DeviceTree& tree, std::span<const Row> rows) {
  // Too large for the stack.
  alignas(Findings) [[gnu::section(".bss..noinit")]] static std::byte memory[sizeof(Findings)];
  Findings& found = *std::construct_at(reinterpret_cast<Findings*>(memory), tree, rows);
  if (found.error() != Error{}) print("{}: going on with what comes before\n", found.error());
  if (found.overflowed()) print("device tree: more devices of a kind than there is room for\n");
  return found.bind(tree);
}

}  // namespace board
