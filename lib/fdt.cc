// SPDX-License-Identifier: BSD-2-Clause
#include "lib/fdt.hh"

#include <libfdt.h>

using namespace std::string_view_literals;  // their lengths are known at compile time

namespace {

using Node = DeviceTree::Node;
using Bytes = DeviceTree::Bytes;

std::optional<Node> node_at(int offset) {
  if (offset < 0) return std::nullopt;
  return Node(offset);
}

// Tags and cells are aligned to four bytes, as the blocks are.
[[gnu::always_inline]] inline uint32_t word_at(const std::byte* at) {
  return fdt32_to_cpu(*reinterpret_cast<const fdt32_t*>(at));
}
uint32_t cell_at(Bytes bytes, size_t index) { return word_at(bytes.data() + index * 4); }

// One step through the structure block, in two registers. `next` is 0 when the tag and what belongs to it do not lie
// within the block.
struct Step {
  uint32_t tag, next;
  uint32_t length;       // of a node's name, which begins 4 bytes on, or of a property's value, which begins 12 on
  uint32_t name_offset;  // of a property
};
Step step_at(Bytes structure, size_t at) {
  const std::byte* const base = structure.data();
  const size_t size = structure.size();
  if (at > size || size - at < 4) return {};
  const uint32_t tag = word_at(base + at), here = uint32_t(at);
  if (tag == FDT_PROP) {
    if (size - at < 12) return {tag, 0, 0, 0};
    const uint32_t length = word_at(base + at + 4);
    if (length > size - at - 12) return {tag, 0, 0, 0};
    return {tag, here + 12 + ((length + 3) & ~3u), length, word_at(base + at + 8)};
  }
  if (tag == FDT_BEGIN_NODE) {
    const std::byte *const name = base + at + 4, *end = name;
    while (end != base + size && *end != std::byte{0}) ++end;
    const uint32_t length = uint32_t(end - name);
    if (end == base + size) return {tag, 0, 0, 0};
    return {tag, here + 4 + ((length + 4) & ~3u), length, 0};
  }
  return {tag, here + 4, 0, 0};
}

// The first string of a list, without its end; nothing when it has none.
std::optional<std::string_view> take_string(Bytes& list) {
  const std::string_view text(reinterpret_cast<const char*>(list.data()), list.size());
  const size_t length = text.find('\0');
  if (length == std::string_view::npos) return std::nullopt;
  list = list.subspan(length + 1);
  return text.substr(0, length);
}

bool is_okay(Bytes status) {
  const auto text = take_string(status);
  return text == "okay"sv || text == "ok"sv;
}

}  // namespace

uint64_t cells_at(Bytes value, size_t index, uint32_t count) {
  uint64_t number = 0;
  for (uint32_t i = 0; i < count; ++i) number = number << 32 | cell_at(value, index + i);
  return number;
}

Result<DeviceTree::Extent> DeviceTree::extent(Bytes header) {
  const void* blob = header.data();
  if (header.size() < kHeaderSize || fdt_check_header(blob) != 0) return failure(Error::BadTree);
  // Older ones pad otherwise and have whole paths for names; and libfdt loads the tags as words.
  if (fdt_version(blob) < 16 || fdt_off_dt_struct(blob) % 4) return failure(Error::BadTree);
  const Extent all{fdt_totalsize(blob), fdt_totalsize(blob)};
  if (fdt_version(blob) < 17) return all;  // no size of the structure block
  const size_t structure = fdt_off_dt_struct(blob) + fdt_size_dt_struct(blob);
  const size_t strings = fdt_off_dt_strings(blob) + fdt_size_dt_strings(blob);
  return Extent{all.all, structure > strings ? structure : strings};
}

Result<DeviceTree> DeviceTree::open(const void* blob, size_t most) {
  if (!blob || most < kHeaderSize) return failure(Error::BadTree);
  if (TRY(extent({static_cast<const std::byte*>(blob), kHeaderSize})).all > most) return failure(Error::BadTree);
  DeviceTree tree;
  tree.blob_ = blob;
  // The header has been checked: both lie within the blob.
  const auto* const start = static_cast<const std::byte*>(blob);
  const size_t offset = fdt_off_dt_struct(blob);
  tree.structure_ = {start + offset, fdt_version(blob) < 17 ? tree.size() - offset : fdt_size_dt_struct(blob)};
  tree.strings_ = {start + fdt_off_dt_strings(blob), fdt_size_dt_strings(blob)};
  return tree;
}

size_t DeviceTree::size() const { return blob_ ? fdt_totalsize(blob_) : 0; }

std::optional<Node> DeviceTree::next(Node node, int& depth) const {
  Step step = step_at(structure_, size_t(node));
  if (step.tag != FDT_BEGIN_NODE) return std::nullopt;
  while (step.next) {
    const size_t at = step.next;
    step = step_at(structure_, at);
    if (step.tag == FDT_BEGIN_NODE && step.next) return ++depth, Node(at);
    if (step.tag == FDT_END_NODE ? --depth < 0 : step.tag != FDT_PROP && step.tag != FDT_NOP) break;
  }
  return std::nullopt;
}

std::optional<Node> DeviceTree::first_child(Node node) const {
  int depth = 0;
  const auto found = next(node, depth);
  return depth == 1 ? found : std::nullopt;
}

std::optional<Node> DeviceTree::next_sibling(Node node) const {
  int depth = 1;
  auto found = next(node, depth);
  while (found && depth > 1) found = next(*found, depth);
  return depth == 1 ? found : std::nullopt;
}

std::optional<Node> DeviceTree::find(std::string_view path) const {
  if (!blob_) return std::nullopt;
  return node_at(fdt_path_offset_namelen(blob_, path.data(), int(path.size())));
}

std::optional<Node> DeviceTree::find_phandle(uint32_t phandle) const {
  for (TreeWalk walk(*this); walk.next();)
    if (phandle && walk.phandle() == phandle) return walk.node();
  return std::nullopt;
}

std::optional<Node> DeviceTree::parent(Node node) const {
  if (node == Node::Root) return std::nullopt;
  for (TreeWalk walk(*this); walk.next();)
    if (walk.node() == node) return walk.parent();
  return std::nullopt;
}

std::string_view DeviceTree::name(Node node) const {
  const Step step = step_at(structure_, size_t(node));
  if (step.tag != FDT_BEGIN_NODE || !step.next) return {};
  return {reinterpret_cast<const char*>(structure_.data()) + size_t(node) + 4, step.length};
}

std::optional<Bytes> DeviceTree::property(Node node, std::string_view name) const {
  int cursor;
  for (auto found = first_property(node, cursor); found; found = next_property(cursor))
    if (found->name == name) return found->value;
  return std::nullopt;
}

std::optional<DeviceTree::Property> DeviceTree::first_property(Node node, int& cursor) const {
  cursor = -1;
  const Step begin = step_at(structure_, size_t(node));
  if (begin.tag != FDT_BEGIN_NODE) return std::nullopt;
  cursor = int(begin.next);
  return next_property(cursor);
}

std::optional<DeviceTree::Property> DeviceTree::next_property(int& cursor) const {
  while (cursor > 0) {
    const size_t at = size_t(cursor);
    const Step step = step_at(structure_, at);
    if (!step.next || (step.tag != FDT_PROP && step.tag != FDT_NOP)) break;
    cursor = int(step.next);
    if (step.tag == FDT_NOP || step.name_offset >= strings_.size()) continue;
    Bytes name = strings_.subspan(step.name_offset);
    if (const auto text = take_string(name)) return Property{*text, structure_.subspan(at + 12, step.length)};
  }
  return std::nullopt;
}

std::optional<uint32_t> DeviceTree::cell(Node node, std::string_view name, size_t index) const {
  const auto bytes = property(node, name);
  if (!bytes || index >= bytes->size() / 4) return std::nullopt;
  return cell_at(*bytes, index);
}

std::string_view DeviceTree::string(Node node, std::string_view name, size_t index) const {
  auto list = property(node, name);
  while (list) {
    const auto text = take_string(*list);
    if (!text) break;
    if (index-- == 0) return *text;
  }
  return {};
}

bool DeviceTree::compatible(Node node, std::string_view with) const {
  auto list = property(node, "compatible");
  while (list) {
    const auto text = take_string(*list);
    if (!text) break;
    if (*text == with) return true;
  }
  return false;
}

bool DeviceTree::enabled(Node node) const {
  const auto status = property(node, "status");
  return !status || is_okay(*status);
}

Result<DeviceTree::Region> DeviceTree::reg(Node node, size_t index) const {
  for (TreeWalk walk(*this); walk.next();)
    if (walk.node() == node) return walk.reg(index);
  return failure(Error::NotFound);
}

bool TreeWalk::next() {
  for (bool inside = false; !ended_;) {  // inside: the node has begun, its properties follow
    const Step step = step_at(structure_, at_);
    if (step.tag == FDT_PROP && inside && step.next) {
      if (step.name_offset < strings_.size())
        notice({reinterpret_cast<const char*>(strings_.data()) + step.name_offset, strings_.size() - step.name_offset},
               {structure_.data() + at_ + 12, step.length});
    } else if (step.tag == FDT_NOP) {
    } else if (inside) {
      return true;
    } else if (step.tag == FDT_BEGIN_NODE && step.next && depth_ < int(kMostDepth) && (depth_ < 0) == (at_ == 0)) {
      const bool enabled = depth_ < 0 || here().enabled;
      const char* const name = reinterpret_cast<const char*>(structure_.data()) + at_ + 4;
      levels_[++depth_] = {DeviceTree::Node(at_), 2, 1, {name, step.length}, {}, false, enabled};
      reg_ = compatible_ = type_ = {};
      phandle_ = 0;
      inside = true;
    } else if (step.tag == FDT_END_NODE && depth_ >= 0) {
      ended_ = --depth_ < 0;  // that of the root
    } else {
      error_ = Error::BadTree;
      ended_ = true;
    }
    at_ = step.next;
  }
  return false;
}

// `name` goes on to the end of the strings block. Most properties are told apart by their first letter.
void TreeWalk::notice(std::string_view name, Bytes value) {
  const auto is = [name](std::string_view wanted) {
    return name.size() > wanted.size() && name[wanted.size()] == '\0' && name.starts_with(wanted);
  };
  Level& level = levels_[depth_];
  switch (name[0]) {
    case 'c':
      if (is("compatible"sv)) compatible_ = value;
      break;
    case 'r':
      if (is("reg"sv))
        reg_ = value;
      else if (is("ranges"sv))
        level.ranges = value, level.has_ranges = true;
      break;
    case '#':
      if (is("#address-cells"sv))
        level.address_cells = value.size() == 4 ? cell_at(value, 0) : UINT32_MAX;
      else if (is("#size-cells"sv))
        level.size_cells = value.size() == 4 ? cell_at(value, 0) : UINT32_MAX;
      break;
    case 's':
      if (is("status"sv)) level.enabled = level.enabled && is_okay(value);
      break;
    case 'p':
      if (is("phandle"sv)) phandle_ = value.size() == 4 ? cell_at(value, 0) : 0;
      break;
    case 'd':
      if (is("device_type"sv)) type_ = value;
      break;
    default: break;
  }
}

std::string_view TreeWalk::compatible(size_t index) const {
  Bytes list = compatible_;
  while (!list.empty()) {
    const auto text = take_string(list);
    if (!text) break;
    if (index-- == 0) return *text;
  }
  return {};
}

std::string_view TreeWalk::type() const {
  Bytes list = type_;
  return take_string(list).value_or(std::string_view());
}

Result<DeviceTree::Region> TreeWalk::reg(size_t index) const {
  if (depth_ < 1 || reg_.empty()) return failure(Error::NotFound);
  const Level* bus = &levels_[depth_ - 1];
  if (bus->address_cells == 0 || bus->address_cells > 2 || bus->size_cells > 2) return failure(Error::BadTree);
  const size_t stride = bus->address_cells + bus->size_cells;
  if (reg_.size() % (stride * 4)) return failure(Error::BadTree);
  if (index >= reg_.size() / (stride * 4)) return failure(Error::NotFound);
  DeviceTree::Region region{cells_at(reg_, index * stride, bus->address_cells),
                            cells_at(reg_, index * stride + bus->address_cells, bus->size_cells)};
  if (region.address + region.size < region.address) return failure(Error::BadTree);

  for (; bus != &levels_[0]; --bus) {
    if (!bus->has_ranges) return failure(Error::NotMapped);
    if (bus->ranges.empty()) continue;  // one to one
    const uint32_t above = bus[-1].address_cells;
    if (bus->address_cells == 0 || bus->address_cells > 2 || bus->size_cells > 2 || above == 0 || above > 2)
      return failure(Error::BadTree);
    const size_t row = bus->address_cells + above + bus->size_cells;
    if (bus->ranges.size() % (row * 4)) return failure(Error::BadTree);
    bool found = false;
    for (size_t at = 0; at < bus->ranges.size() / 4 && !found; at += row) {
      const uint64_t child = cells_at(bus->ranges, at, bus->address_cells);
      const uint64_t parent = cells_at(bus->ranges, at + bus->address_cells, above);
      const uint64_t size = cells_at(bus->ranges, at + bus->address_cells + above, bus->size_cells);
      const uint64_t offset = region.address - child;
      if (region.address < child || offset >= size || region.size > size - offset) continue;
      if (parent + offset + region.size < parent) return failure(Error::BadTree);
      region.address = parent + offset;
      found = true;
    }
    if (!found) return failure(Error::NotMapped);
  }
  return region;
}
