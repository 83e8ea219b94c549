// SPDX-License-Identifier: BSD-2-Clause
// lib/cxx.cc - what headers of the C++ library call, of all its run time, where exceptions do not exist; and of the
// compiler's own library.
#include <cstdint>

#include "lib/assert.hh"

extern "C" [[noreturn]] void __cxa_pure_virtual() { panic("a pure virtual function was called"); }

// std::popcount and std::has_single_bit: without SIMD registers the CPU has no instruction for them.
extern "C" {
int __popcountdi2(uint64_t value);
int __popcountdi2(uint64_t value) {
  int bits = 0;
  for (; value; value &= value - 1) ++bits;
  return bits;
}
int __popcountsi2(uint32_t value);
int __popcountsi2(uint32_t value) { return __popcountdi2(value); }
}

namespace std {
[[noreturn]] void __throw_out_of_range_fmt(const char* format, ...) { panic(format); }
[[noreturn]] void __throw_bad_optional_access() { panic("an optional was empty"); }
}  // namespace std
