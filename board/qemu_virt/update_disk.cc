// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_virt/update_disk.hh"

#include <optional>

#include "disk/area.hh"
#include "disk/gpt.hh"
#include "disk/slice.hh"
#include "lib/late.hh"
#include "virtio/block.hh"

namespace board {
namespace {

// Of an update: two copies of the metadata, and two banks of each image.
struct Open {
  Guid unique;
  std::optional<disk::Slice> slice;
  std::optional<disk::DiskArea> area;
};
using Opened = std::array<Open, 8>;
alignas(Opened) [[gnu::section(".bss..noinit")]] std::byte opened_memory[sizeof(Opened)];
constinit Late<Opened> opened{opened_memory};
alignas(disk::Gpt) [[gnu::section(".bss..noinit")]] std::byte table_memory[sizeof(disk::Gpt)];
constinit Late<disk::Gpt> table{table_memory};

/// The first partition for which look(table) finds one, with its disk.
template <class F>
Result<disk::Partition> find(virtio::Block*& disk, F&& look) {
  Error error = Error::NotFound;
  for (size_t number = 0; (disk = virtio::Block::find(number)); ++number) {
    const auto table_opened = table->open(*disk);
    const auto found = table_opened ? look(*table) : failure(table_opened.error());
    if (found) return *found;
    if (found.error() != Error::NotFound) error = found.error();
  }
  return failure(error);
}

}  // namespace

Result<Guid> partition_of_type(const Guid& type, unsigned nth) {
  virtio::Block* disk;
  const disk::Partition found = TRY(find(disk, [&](disk::Gpt& in) { return in.find_type(type, nth); }));
  return found.unique;
}

Result<Area*> partition_area(const Guid& unique) {
  for (Open& one : *opened) {
    if (one.area && one.unique == unique) return &*one.area;
    if (one.area) continue;
    virtio::Block* disk;
    const disk::Partition found = TRY(find(disk, [&](disk::Gpt& in) { return in.find_unique(unique); }));
    one.slice = TRY(disk::Slice::of(*disk, found.first, found.last, disk->name()));
    one.unique = unique;
    return &one.area.emplace(*one.slice);
  }
  return failure(Error::NoSpace);
}

}  // namespace board
