// SPDX-License-Identifier: BSD-2-Clause
// lib/area.hh - a piece of storage that is ours to write: of a flash, a partition of a disk.
#pragma once
#include <string_view>

#include "lib/reader.hh"

class Area : public Reader {
 public:
  virtual std::string_view name() const = 0;  // "flash1 bank a", "vda2 fwu-metadata": for people
  /// Bytes that are erased together, a power of two that divides size(). 0: needs no erasing, a write replaces.
  virtual uint32_t erase_size() const = 0;
  /// Makes these bytes 0xff, power failing or not: between old and new they are anything. Both are multiples of
  /// erase_size(). Errors: Misaligned, OutOfRange, ReadOnly, NotSupported where erase_size() is 0; those of the device.
  virtual Result<void> erase(uint64_t offset, uint64_t size) = 0;
  /// Any bytes anywhere. Where erase_size() is not 0 a write turns ones into zeros only, and one that would have to do
  /// the opposite is InvalidParameters before anything is written. When power fails, bytes from the first to the last
  /// in order are new, one may be in between, the rest is as before; on a disk the same of sectors, in any order until
  /// flush(). Errors: OutOfRange, ReadOnly, InvalidParameters; those of the device.
  virtual Result<void> write(uint64_t offset, std::span<const std::byte> from) = 0;
  /// What was written outlives a loss of power when this returns.
  virtual Result<void> flush() = 0;

 protected:
  ~Area() = default;
};
