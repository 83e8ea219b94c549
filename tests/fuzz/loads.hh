// SPDX-License-Identifier: BSD-2-Clause
// tests/fuzz/loads.hh - memory that changes between two looks: loads instrumented by -fsanitize-coverage=trace-loads
// announce themselves, and the fuzzer that includes this says what happens then.
#pragma once
#include <cstdint>

/// Called before each load of 32 bits. Defined by the fuzzer, without coverage of its own.
void before_load(uint32_t* address);

extern "C" {
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load1(uint8_t*) {}
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load2(uint16_t*) {}
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load4(uint32_t* address) { before_load(address); }
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load8(uint64_t*) {}
[[clang::no_sanitize("coverage")]] void __sanitizer_cov_load16(void*) {}
}
