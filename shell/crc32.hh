// SPDX-License-Identifier: BSD-2-Clause
// shell/crc32.hh - the checksum that zip, Ethernet and GPT use, to see whether data arrived as it was.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace shell {

class Crc32 {
 public:
  void add(std::span<const std::byte> bytes);
  uint32_t value() const { return ~rest_; }

 private:
  uint32_t rest_ = ~uint32_t{0};
};

}  // namespace shell
