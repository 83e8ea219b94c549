// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/low_memory.hh"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace fake {
namespace {

std::vector<LowMemory*>& all() {
  static std::vector<LowMemory*> memories;
  return memories;
}

std::span<std::byte> take(size_t size) {
  static uintptr_t next = 0x1000'0000;
  for (; next < 0x7000'0000; next += 0x100'0000) {
    void* const memory = mmap(reinterpret_cast<void*>(next), size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (memory != MAP_FAILED) return {static_cast<std::byte*>(memory), size};
  }
  std::fputs("no memory below 4 GiB\n", stderr);
  std::abort();
}

}  // namespace

LowMemory::LowMemory(size_t size) : bytes(take(size)) { all().push_back(this); }
LowMemory::~LowMemory() {
  std::erase(all(), this);
  munmap(bytes.data(), bytes.size());
}

std::byte* LowMemory::at(uint64_t address, size_t size) {
  if constexpr (sizeof(void*) == sizeof(uint32_t)) return reinterpret_cast<std::byte*>(uintptr_t(address));
  for (const LowMemory* memory : all()) {
    const auto begin = uint64_t(uintptr_t(memory->bytes.data()));
    if (address >= begin && size <= memory->bytes.size() && address - begin <= memory->bytes.size() - size)
      return memory->bytes.data() + (address - begin);
  }
  return nullptr;
}

}  // namespace fake
