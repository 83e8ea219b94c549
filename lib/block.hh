// SPDX-License-Identifier: BSD-2-Clause
// lib/block.hh - what a disk is to everyone above it: file systems, partition tables, commands.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/result.hh"

class BlockDevice {
 public:
  virtual std::string_view name() const = 0;
  virtual uint64_t sectors() const = 0;      // sectors() * sector_size() fits 64 bits
  virtual uint32_t sector_size() const = 0;  // bytes, a power of two, 512 or more
  virtual bool read_only() const = 0;

  /// Whole sectors, from `sector` on, straight to or from memory of the caller's; when these return it is his again.
  /// Errors, before anything is sent: Misaligned, OutOfRange, ReadOnly. Others: IoError, and those of the device.
  virtual Result<void> read(uint64_t sector, std::span<std::byte> to) = 0;
  virtual Result<void> write(uint64_t sector, std::span<const std::byte> from) = 0;
  /// What was written outlives a loss of power when this returns.
  virtual Result<void> flush() = 0;

 protected:
  ~BlockDevice() = default;
};
