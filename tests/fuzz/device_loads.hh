// SPDX-License-Identifier: BSD-2-Clause
// tests/fuzz/device_loads.hh - as loads.hh, for memory that is not only read as words of 32 bits; and where a fuzzer's
// decisions come from.
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

class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool empty() const { return at_ == end_; }
  uint8_t byte() { return empty() ? uint8_t{0} : *at_++; }
  uint32_t word() {
    uint32_t word = byte();
    for (int i = 1; i < 4; ++i) word |= uint32_t{byte()} << 8 * i;
    return word;
  }
  /// Mostly small, now and then anything.
  uint32_t number() {
    const uint8_t kind = byte();
    return kind < 192 ? kind : kind < 224 ? kind * 257u : word();
  }

 private:
  const uint8_t *at_, *end_;
};
