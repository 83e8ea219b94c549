// SPDX-License-Identifier: BSD-2-Clause
// lib/crc32.hh - the checksum that zip, Ethernet, GPT and firmware update metadata use.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

class Crc32 {
 public:
  void add(std::span<const std::byte> bytes);
  uint32_t value() const { return ~rest_; }

 private:
  uint32_t rest_ = ~uint32_t{0};
};

inline uint32_t crc32(std::span<const std::byte> bytes) {
  Crc32 sum;
  sum.add(bytes);
  return sum.value();
}
