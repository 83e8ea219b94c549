// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/low_memory.hh - memory of the host below 4 GiB, for devices of tests that have 32 bits of address. Where
// the host has no more bits itself, all memory is of this kind.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace fake {

class LowMemory {
 public:
  explicit LowMemory(size_t size);
  ~LowMemory();
  LowMemory(const LowMemory&) = delete;

  const std::span<std::byte> bytes;
  /// `size` bytes at an address as a device has it; null: not all of it is memory of this kind.
  static std::byte* at(uint64_t address, size_t size);
};

}  // namespace fake
