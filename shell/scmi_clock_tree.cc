// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "scmi/clock.hh"
#include "shell/input.hh"
#include "shell/listing.hh"
#include "shell/scmi.hh"

namespace shell {
namespace {

using scmi::clock::Clock;
using scmi::clock::Id;
using scmi::clock::wire::Attributes;

constexpr size_t kMostClocks = 256;
constexpr uint16_t kRoot = 0xffff, kHole = 0xfffe;

/// Parents of clocks, and the way from each clock to the next, children first.
class Tree {
 public:
  explicit Tree(size_t count) : count_(count) {}
  void set_parent(size_t id, uint32_t parent) {
    parent_[id] = parent < count_ && parent != id ? uint16_t(parent) : kRoot;
  }
  void set_hole(size_t id) { parent_[id] = kHole; }
  uint16_t parent(size_t id) const { return parent_[id]; }

  /// The first from `from` on that has this parent; count when there is none.
  size_t find(uint16_t parent, size_t from) const {
    while (from < count_ && parent_[from] != parent) ++from;
    return from;
  }
  /// After `id`: its first child, else its next sibling, else that of the nearest ancestor that has one. `depth`
  /// follows.
  size_t next(size_t id, int& depth) const {
    if (const size_t child = find(uint16_t(id), 0); child != count_) return ++depth, child;
    while (true) {
      const uint16_t up = parent_[id];
      if (const size_t sibling = find(up, id + 1); sibling != count_ || up == kRoot) return sibling;
      --depth;
      id = up;
    }
  }
  /// Makes a root of each clock that no root leads to: a platform may report clocks that are one another's parents.
  void cut_loops() {
    for (size_t id = 0; id < count_; ++id) {
      size_t steps = 0;
      for (size_t up = id; parent_[up] < kHole && steps <= count_; ++steps) up = parent_[up];
      if (steps > count_ || (steps && parent_[id] < kHole && parent_[parent_[id]] == kHole)) parent_[id] = kRoot;
    }
  }

 private:
  size_t count_;
  std::array<uint16_t, kMostClocks> parent_;
};

}  // namespace

COMMAND(scmi_clock_tree, "scmi clock tree [-j]", "the clocks below their parents") {
  Clock clock(chosen(scmi::Protocol::Clock));
  const auto counts = clock.counts();
  CHECK(counts);
  const size_t count = counts->clocks;
  if (count > kMostClocks) return failure(Error::NoSpace);
  Tree tree(count);
  for (uint32_t id = 0; id < count; ++id) {
    CHECK(go_on());
    about("clock"sv, id);
    const auto info = clock.info(Id(id));
    if (!info && !is_status(info.error())) return failure(info.error());
    const auto parent = info && info->has(Attributes::kParents) ? clock.parent(Id(id)) : Result<Id>(Id(id));
    if (!parent && !is_status(parent.error())) return failure(parent.error());
    if (info)
      tree.set_parent(id, uint32_t(parent.value_or(Id(id))));
    else
      tree.set_hole(id);
  }
  tree.cut_loops();

  const bool json = call.has("-j"sv);
  Listing list(call, "id:5 rate:12 enabled?on|off:-7 name parent:0"sv);
  int depth = 0;
  for (size_t id = tree.find(kRoot, 0); id != count; id = tree.next(id, depth)) {
    CHECK(go_on());
    about("clock"sv, id);
    const auto info = clock.info(Id(uint32_t(id)));
    CHECK(info);
    const auto rate = clock.rate(Id(uint32_t(id)));
    std::array<char, 48> memory;
    TextBuffer name(memory);
    for (int i = 0; i < depth && !json; ++i) name.write("  "sv);
    name.write(info->name.text());
    const Arg cells[] = {id, rate.value_or(0), info->enabled(), name.text(), tree.parent(id)};
    // The tree shows the parent; a machine wants its number.
    list.row(std::span(cells).first(json && tree.parent(id) != kRoot ? 5 : 4));
  }
  return {};
}

}  // namespace shell
