// SPDX-License-Identifier: BSD-2-Clause
// tests/fuzz/device_loads.hh - as loads.hh, for memory that is not only read as words of 32 bits.
#pragma once
#include <cstddef>
#include <cstdint>

/// Called before each load. Defined by the fuzzer, without coverage of its own.
void before_load(uintptr_t address, size_t bytes);

extern "C" {
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load1(uint8_t*) {}
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load2(uint16_t* at) { before_load(uintptr_t(at), 2); }
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load4(uint32_t* at) { before_load(uintptr_t(at), 4); }
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load8(uint64_t* at) { before_load(uintptr_t(at), 8); }
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load16(__int128*) {}
}
