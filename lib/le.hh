// SPDX-License-Identifier: BSD-2-Clause
// lib/le.hh - integers as they lie in memory shared with a device: little-endian, naturally aligned.
#pragma once
#include <bit>
#include <cstdint>

template <class T>
struct Le {
  static_assert(std::endian::native == std::endian::little, "every CPU that this runs on is little-endian");
  Le() = default;
  constexpr Le(T value) : raw(value) {}
  constexpr operator T() const { return raw; }
  alignas(sizeof(T)) T raw;  // i386 would have those of 64 bits at multiples of four
};
using le16 = Le<uint16_t>;
using le32 = Le<uint32_t>;
using le64 = Le<uint64_t>;
