// SPDX-License-Identifier: BSD-2-Clause
// lib/reg.hh - typed registers. A Reg is an offset, a width and a right; a Field is bits; Mmio is where they live.
#pragma once
#include <cstdint>

enum class Right { ReadOnly, WriteOnly, ReadWrite };

template <class T, uint32_t Offset, Right R = Right::ReadWrite>
struct Reg {
  using Value = T;
  static constexpr uint32_t kOffset = Offset;
  static constexpr Right kRight = R;
};

template <class T, unsigned Hi, unsigned Lo = Hi>
struct Field {
  static_assert(Hi >= Lo && Hi < 8 * sizeof(T));
  static constexpr T kMask = T((T(~T(0)) >> (8 * sizeof(T) - 1 - (Hi - Lo))) << Lo);
  constexpr T operator()(T value) const { return T(value << Lo) & kMask; }  // place
  static constexpr T get(T word) { return T(word & kMask) >> Lo; }          // extract
};

#ifdef CONFIG_HOST  // tests/fake/bus.cc routes these to fake devices
template <class T>
T mmio_read(uintptr_t address);
template <class T>
void mmio_write(uintptr_t address, T value);
#else
template <class T>
T mmio_read(uintptr_t address) {
  return *reinterpret_cast<volatile T*>(address);
}
template <class T>
void mmio_write(uintptr_t address, T value) {
  *reinterpret_cast<volatile T*>(address) = value;
}
#endif

class Mmio {
 public:
  explicit constexpr Mmio(uintptr_t base) : base_(base) {}
  template <class R>
  typename R::Value read(R) const
    requires(R::kRight != Right::WriteOnly)
  {
    return mmio_read<typename R::Value>(base_ + R::kOffset);
  }
  template <class R>
  void write(R, typename R::Value value) const
    requires(R::kRight != Right::ReadOnly)
  {
    mmio_write<typename R::Value>(base_ + R::kOffset, value);
  }

 private:
  uintptr_t base_;
};
