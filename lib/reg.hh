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

/// The same where the width, 1, 2 or 4 bytes, is known at run time only.
inline uint32_t mmio_read(uintptr_t address, unsigned width) {
  return width == 1   ? mmio_read<uint8_t>(address)
         : width == 2 ? mmio_read<uint16_t>(address)
                      : mmio_read<uint32_t>(address);
}
inline void mmio_write(uintptr_t address, unsigned width, uint32_t value) {
  if (width == 1)
    mmio_write(address, uint8_t(value));
  else if (width == 2)
    mmio_write(address, uint16_t(value));
  else
    mmio_write(address, value);
}

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
