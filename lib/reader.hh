// SPDX-License-Identifier: BSD-2-Clause
// lib/reader.hh - bytes that lie somewhere: in memory, on a disk, in a file. Nobody needs them in memory whole.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/result.hh"

/// What is read twice may have changed between: a disk is a peer. Who acts on bytes checks the copy that he acts on.
class Reader {
 public:
  virtual uint64_t size() const = 0;  // bytes; the same each time
  /// Exactly `to.size()` bytes from `offset` on. Errors: OutOfRange: they are not all there; those of the device.
  virtual Result<void> read(uint64_t offset, std::span<std::byte> to) = 0;

 protected:
  ~Reader() = default;
};

/// True when `size` bytes from `offset` on lie within `all`, for any numbers.
constexpr bool within(uint64_t offset, uint64_t size, uint64_t all) { return offset <= all && size <= all - offset; }

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  uint64_t size() const override { return bytes_.size(); }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override {
    if (!within(offset, to.size(), bytes_.size())) return failure(Error::OutOfRange);
    if (!to.empty()) __builtin_memcpy(to.data(), bytes_.data() + offset, to.size());
    return {};
  }

 private:
  std::span<const std::byte> bytes_;
};
