// SPDX-License-Identifier: BSD-2-Clause
// lib/dma.hh - memory as devices see it. The board says where rings and small buffers lie, and what has to be done for
// buffers elsewhere when the caches are not coherent with the devices.
#pragma once
#include "lib/arena.hh"

struct Dma {
  /// Needs no maintenance: on a board that is not coherent it is mapped Non-cacheable.
  Arena& arena;
  /// Before a device reads `size` bytes: what the caches hold goes to memory. Null: coherent.
  void (*clean)(const void* from, size_t size) = nullptr;
  /// Before a device writes there, and again when it is done: what the caches hold is dropped. Null: coherent. Buffers
  /// then begin and end on cache lines.
  void (*invalidate)(void* from, size_t size) = nullptr;

  void to_device(const void* from, size_t size) const {
    if (clean) clean(from, size);
  }
  void from_device(void* from, size_t size) const {
    if (invalidate) invalidate(from, size);
  }
  /// The address that devices use.
  static uint64_t address(const volatile void* memory) { return uintptr_t(memory); }
};
