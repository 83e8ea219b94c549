// SPDX-License-Identifier: BSD-2-Clause
#include "board/common/tree.hh"

#include "arch/access.hh"
#include "arch/boot.hh"
#include "arch/mmu.hh"

namespace board {
namespace {

constexpr size_t kMost = 2 << 20;  // of bytes: what the boot protocol of Linux allows a tree
constexpr uint64_t kPage = 4096;

// Maps what is not mapped yet, and sees that each page answers.
Result<void> map_answering(uint64_t address, uint64_t size) {
  CHECK(arch::map(address, size, arch::Memory::Constant));
  const uint64_t last = (address + size - 1) & ~(kPage - 1);
  for (uint64_t page = address & ~(kPage - 1); page <= last; page += kPage) CHECK(arch::peek(page, 1));
  return {};
}

}  // namespace

Result<DeviceTree> tree_at(uint64_t address) {
  constexpr uint32_t kMagic = 0xedfe0dd0;  // as a little-endian CPU sees it
  constexpr size_t kHeader = DeviceTree::kHeaderSize;
  if (address == 0 || address % 8 || address > UINT64_MAX - kHeader) return failure(Error::NotFound);
  if (arch::image().overlaps({address, kHeader})) return failure(Error::NotFound);
  if (!arch::map(address, kHeader, arch::Memory::Constant)) return failure(Error::NotFound);
  const auto magic = arch::peek(address, 4);
  if (magic != kMagic || !arch::peek(address + kHeader - 8, 8)) {
    // It may be RAM, to be mapped as such later.
    static_cast<void>(arch::map(address, kHeader, arch::Memory::Nothing));
    return failure(Error::NotFound);
  }
  const auto* const blob = reinterpret_cast<const std::byte*>(uintptr_t(address));
  const auto extent = TRY(DeviceTree::extent({blob, kHeader}));
  if (extent.all > kMost || !map_answering(address, extent.used)) return failure(Error::BadTree);
  return DeviceTree::open(blob, kMost);
}

}  // namespace board
