// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/disk.hh - a disk in memory that counts what is asked of it, and fails or loses its power where a test
// says.
#pragma once
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "lib/block.hh"

namespace fake {

class Disk final : public BlockDevice {
 public:
  explicit Disk(uint64_t sectors, uint32_t sector_size = 512)
      : data(size_t(sectors * sector_size)), sector_size_(sector_size) {}
  explicit Disk(std::vector<std::byte> image, uint32_t sector_size = 512)
      : data(std::move(image)), sector_size_(sector_size) {
    data.resize((data.size() + sector_size - 1) / sector_size * sector_size);
  }

  std::vector<std::byte> data;
  bool locked = false;             // takes no writes
  uint64_t reads = 0, writes = 0;  // sectors
  uint64_t requests = 0, flushes = 0;
  uint64_t power = UINT64_MAX;    // sectors that are still written until it fails
  std::vector<uint64_t> written;  // sectors, in their order
  /// What becomes of the request for a sector, instead of success; before it is read.
  std::function<Error(uint64_t sector, bool write)> fault;

  std::string_view name() const override { return "disk0"; }
  uint64_t sectors() const override { return data.size() / sector_size_; }
  uint32_t sector_size() const override { return sector_size_; }
  bool read_only() const override { return locked; }
  Result<void> read(uint64_t sector, std::span<std::byte> to) override {
    const size_t count = to.size() / sector_size_;
    if (const Error error = request(sector, to.size(), false); error != Error{}) return failure(error);
    reads += count;
    if (!to.empty()) std::memcpy(to.data(), &data[size_t(sector * sector_size_)], to.size());
    return {};
  }
  Result<void> write(uint64_t sector, std::span<const std::byte> from) override {
    const size_t count = from.size() / sector_size_;
    if (const Error error = request(sector, from.size(), true); error != Error{}) return failure(error);
    if (locked) return failure(Error::ReadOnly);
    for (size_t i = 0; i < count; ++i) {
      if (power == 0) return failure(Error::IoError);
      if (power != UINT64_MAX) --power;
      ++writes;
      written.push_back(sector + i);
      std::memcpy(&data[size_t((sector + i) * sector_size_)], &from[i * sector_size_], sector_size_);
    }
    return {};
  }
  Result<void> flush() override {
    if (power == 0) return failure(Error::IoError);
    ++flushes;
    return {};
  }

 private:
  Error request(uint64_t sector, size_t size, bool write) {
    ++requests;
    if (size % sector_size_ != 0) return Error::Misaligned;
    const uint64_t count = size / sector_size_;
    if (count > sectors() || sector > sectors() - count) return Error::OutOfRange;
    for (uint64_t i = 0; fault && i < count; ++i)
      if (const Error error = fault(sector + i, write); error != Error{}) return error;
    return Error{};
  }

  uint32_t sector_size_;
};

}  // namespace fake
