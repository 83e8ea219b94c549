// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/nor.hh - NOR flash in memory, as whoever uses a Flash sees it: sectors of 4 KiB or another size, part of
// which may be protected, and faults where a test says.
#pragma once
#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "lib/flash.hh"

namespace fake {

class Nor final : public Flash {
 public:
  explicit Nor(size_t size, uint32_t sector = 4096, std::string name = "spi")
      : data(size, std::byte{0xff}), sector_(sector), name_(std::move(name)) {}

  std::vector<std::byte> data;
  Identity chip{.id = {0xef, 0x40, 0x16}, .part = "W25Q32", .described = true, .address_bytes = 3};
  Error on_start{};
  Range protection{0, 0};
  bool protects = true;  // knows of protection at all
  Error on_protect{};
  /// What becomes of the erasing or writing at an offset, instead of success.
  std::function<Error(uint64_t offset)> fault;
  uint64_t erased = 0, written = 0;  // bytes

  std::string_view name() const override { return name_; }
  Result<void> start() override { return on_start == Error{} ? Result<void>() : failure(on_start); }
  const Identity& identity() const override { return chip; }
  uint64_t size() const override { return data.size(); }
  Result<uint32_t> sector_size(uint64_t offset, uint64_t size) const override {
    if (!within(offset, size, data.size())) return failure(Error::OutOfRange);
    if (offset % sector_ || size % sector_) return failure(Error::Misaligned);
    return sector_;
  }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override {
    if (!within(offset, to.size(), data.size())) return failure(Error::OutOfRange);
    std::copy_n(data.begin() + long(offset), to.size(), to.begin());
    return {};
  }
  Result<void> erase(uint64_t offset, uint64_t size) override {
    if (const auto whole = sector_size(offset, size); !whole) return failure(whole.error());
    if (const Error error = change(offset, size); error != Error{}) return failure(error);
    std::fill_n(data.begin() + long(offset), size, std::byte{0xff});
    erased += size;
    return {};
  }
  Result<void> write(uint64_t offset, std::span<const std::byte> from) override {
    if (!within(offset, from.size(), data.size())) return failure(Error::OutOfRange);
    if (const Error error = change(offset, from.size()); error != Error{}) return failure(error);
    for (size_t i = 0; i < from.size(); ++i)
      if ((from[i] & ~data[offset + i]) != std::byte{}) return failure(Error::InvalidParameters);
    std::ranges::copy(from, data.begin() + long(offset));
    written += from.size();
    return {};
  }
  Result<Range> protected_range() override {
    if (!protects) return failure(Error::NotSupported);
    return protection;
  }
  Result<void> protect(Range range) override {
    if (!protects) return failure(Error::NotSupported);
    if (on_protect != Error{}) return failure(on_protect);
    protection = range;
    return {};
  }

 private:
  Error change(uint64_t offset, uint64_t size) const {
    if (offset < protection.offset + protection.size && protection.offset < offset + size) return Error::ReadOnly;
    return fault ? fault(offset) : Error{};
  }

  uint32_t sector_;
  std::string name_;
};

}  // namespace fake
