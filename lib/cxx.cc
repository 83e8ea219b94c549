// SPDX-License-Identifier: BSD-2-Clause
// lib/cxx.cc - what headers of the C++ library call, of all its run time, where exceptions do not exist.
#include "lib/assert.hh"

extern "C" [[noreturn]] void __cxa_pure_virtual() { panic("a pure virtual function was called"); }

namespace std {
[[noreturn]] void __throw_out_of_range_fmt(const char* format, ...) { panic(format); }
[[noreturn]] void __throw_bad_optional_access() { panic("an optional was empty"); }
}  // namespace std
