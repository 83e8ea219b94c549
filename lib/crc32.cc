// SPDX-License-Identifier: BSD-2-Clause
#include "lib/crc32.hh"

#include <array>

namespace {

// Of four bits: a sixteenth of the usual table's size, for twice its time.
constexpr auto kTable = [] {
  std::array<uint32_t, 16> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    table[i] = i;
    for (int bit = 0; bit < 4; ++bit) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
  }
  return table;
}();

}  // namespace

void Crc32::add(std::span<const std::byte> bytes) {
  uint32_t rest = rest_;
  for (const std::byte byte : bytes) {
    rest ^= uint32_t(byte);
    rest = rest >> 4 ^ kTable[rest & 15];
    rest = rest >> 4 ^ kTable[rest & 15];
  }
  rest_ = rest;
}
