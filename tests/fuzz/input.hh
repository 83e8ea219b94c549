// SPDX-License-Identifier: BSD-2-Clause
// tests/fuzz/input.hh - where a fuzzer's decisions come from. What is not there reads as zeros.
#pragma once
#include <cstddef>
#include <cstdint>

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
  /// A length in memory of `capacity` bytes: mostly small and at the edges of what matters, now and then anything.
  uint32_t length(uint32_t capacity) {
    const uint8_t kind = byte();
    return kind < 160 ? kind % 128 : kind < 200 ? capacity - 8 + kind % 16 : word();
  }

 private:
  const uint8_t *at_, *end_;
};
