// SPDX-License-Identifier: BSD-2-Clause
// lib/arena.hh - memory that is handed out once and never comes back.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "lib/result.hh"

class Arena {
 public:
  explicit constexpr Arena(std::span<std::byte> memory) : memory_(memory) {}

  /// `count` cleared objects, aligned to `alignment` (a power of two). Error::NoSpace.
  template <class T>
  Result<std::span<T>> take(size_t count, size_t alignment = alignof(T)) {
    if (count > memory_.size() / sizeof(T)) return failure(Error::NoSpace);
    return std::span(reinterpret_cast<T*>(TRY(bytes(count * sizeof(T), alignment))), count);
  }
  size_t used() const { return used_; }
  size_t size() const { return memory_.size(); }

 private:
  Result<std::byte*> bytes(size_t size, size_t alignment) {
    const size_t padding = -(uintptr_t(memory_.data()) + used_) & (alignment - 1);
    if (padding > memory_.size() - used_ || size > memory_.size() - used_ - padding) return failure(Error::NoSpace);
    std::byte* const taken = memory_.data() + used_ + padding;
    used_ += padding + size;
    std::memset(taken, 0, size);
    return taken;
  }

  std::span<std::byte> memory_;
  size_t used_ = 0;
};
