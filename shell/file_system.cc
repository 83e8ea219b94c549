// SPDX-License-Identifier: BSD-2-Clause
#include "shell/file_system.hh"

#include "disk/gpt.hh"
#include "lib/late.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

constexpr Guid kEfiSystemPartition = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"_guid;

alignas(disk::Gpt) [[gnu::section(".bss..noinit")]] std::byte table_memory[sizeof(disk::Gpt)];
constinit Late<disk::Gpt> table{table_memory};
alignas(FileSystem) [[gnu::section(".bss..noinit")]] std::byte files_memory[sizeof(FileSystem)];
constinit Late<FileSystem> files{files_memory};

}  // namespace

FileSystem& file_system() { return *files; }

Result<disk::Fat*> FileSystem::mount(BlockDevice& disk) {
  const auto opened = table->open(disk);
  if (!opened && opened.error() != Error::NotFound) return failure(opened.error());
  if (opened) {
    const disk::Partition found = TRY(table->find_type(kEfiSystemPartition));
    partition_ = TRY(disk::Slice::of(disk, found.first, found.last, disk.name()));
    CHECK(fat_.mount(*partition_));
  } else {
    CHECK(fat_.mount(disk));
  }
  return &fat_;
}

}  // namespace shell
#endif
