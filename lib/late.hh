// SPDX-License-Identifier: BSD-2-Clause
// lib/late.hh - a large object that few boots need: made at its first use, in memory that no boot clears.
//
//   alignas(T) [[gnu::section(".bss..noinit")]] std::byte memory[sizeof(T)];
//   constinit Late<T> object{memory};
#pragma once
#include <cstddef>
#include <memory>
#include <span>

template <class T>
class Late {
 public:
  explicit constexpr Late(std::span<std::byte, sizeof(T)> memory) : memory_(memory.data()) {}
  T& operator*() {
    if (!made_) made_ = std::construct_at(reinterpret_cast<T*>(memory_));
    return *made_;
  }
  T* operator->() { return &**this; }

 private:
  std::byte* memory_;
  T* made_ = nullptr;
};
