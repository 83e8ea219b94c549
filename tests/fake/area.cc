// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/area.hh"

#include <algorithm>
#include <cstring>

namespace fake {

StorageArea::StorageArea(uint64_t size, uint32_t erase_size, std::string name)
    : data(size, 0xff),
      name_(std::move(name)),
      medium_(data),
      dirty_((size + kSector - 1) / kSector),
      erase_size_(erase_size) {}

bool StorageArea::cut() {
  if (operations_++ < cut_at_) return false;
  power_ = false;
  return true;
}

uint8_t StorageArea::noise() {
  how_ = how_ * 1664525 + 1013904223;
  return uint8_t(how_ >> 24);
}

void StorageArea::cut_power(uint64_t operation, uint32_t how) {
  cut_at_ = operations_ + operation;
  how_ = (how + 1) * 2654435769u;  // small numbers are to differ as well
}

void StorageArea::power_on() {
  if (!power_ && !erase_size_) data = medium_;
  std::fill(dirty_.begin(), dirty_.end(), false);
  power_ = true;
  cut_at_ = UINT64_MAX;
}

// Of what was not flushed any part arrived, and one sector in part.
void StorageArea::lose() {
  if (erase_size_) return;
  bool torn = false;
  for (size_t sector = 0; sector < dirty_.size(); ++sector) {
    if (!dirty_[sector] || noise() & 1) continue;
    const size_t begin = sector * kSector, size = std::min<size_t>(kSector, data.size() - begin);
    const size_t arrived = !torn && noise() & 1 ? size_t{noise()} * 2 : size;
    torn |= arrived != size;
    std::copy_n(data.begin() + long(begin), std::min(arrived, size), medium_.begin() + long(begin));
  }
}

Result<void> StorageArea::read(uint64_t offset, std::span<std::byte> to) {
  if (!power_) return failure(Error::IoError);
  if (!within(offset, to.size(), data.size())) return failure(Error::OutOfRange);
  if (!to.empty()) std::memcpy(to.data(), data.data() + offset, to.size());
  return {};
}

Result<void> StorageArea::erase(uint64_t offset, uint64_t size) {
  if (!power_) return failure(Error::IoError);
  if (!erase_size_) return failure(Error::NotSupported);
  if (read_only) return failure(Error::ReadOnly);
  if (offset % erase_size_ || size % erase_size_) return failure(Error::Misaligned);
  if (!within(offset, size, data.size())) return failure(Error::OutOfRange);
  for (uint64_t block = offset; block < offset + size; block += erase_size_) {
    const auto begin = data.begin() + long(block), end = begin + erase_size_;
    // A chip writes zeros before it erases; then bits come back one by one.
    for (int step = 0; step < 4; ++step) {
      if (!cut()) continue;
      const bool zeros = noise() & 1;
      const uint8_t few = noise() & 1 ? 0x11 : 0xff;
      for (auto byte = begin; byte != end; ++byte)
        *byte = step == 0   ? (noise() & 3 ? *byte : 0)
                : step == 1 ? (zeros ? 0 : noise())
                : step == 2 ? uint8_t(*byte | (noise() & few))
                            : (noise() & 3 ? 0xff : *byte);
      return failure(Error::IoError);
    }
    std::fill(begin, end, 0xff);
    ++erased;
  }
  return {};
}

Result<void> StorageArea::write(uint64_t offset, std::span<const std::byte> from) {
  if (!power_) return failure(Error::IoError);
  if (read_only) return failure(Error::ReadOnly);
  if (!within(offset, from.size(), data.size())) return failure(Error::OutOfRange);
  if (!erase_size_) {
    for (size_t done = 0; done < from.size();) {
      const size_t sector = (offset + done) / kSector;
      const size_t size = std::min<size_t>(from.size() - done, (sector + 1) * kSector - (offset + done));
      for (size_t i = 0; i < size; ++i) data[offset + done + i] = uint8_t(from[done + i]);
      dirty_[sector] = true;
      done += size;
      if (!cut()) continue;
      lose();
      return failure(Error::IoError);
    }
    return {};
  }
  for (size_t i = 0; i < from.size(); ++i)
    if (uint8_t(from[i]) & ~data[offset + i]) return failure(Error::InvalidParameters);
  for (size_t i = 0; i < from.size(); ++i) {
    uint8_t& byte = data[offset + i];
    if (cut()) {
      byte = uint8_t(byte & (uint8_t(from[i]) | noise()));
      return failure(Error::IoError);
    }
    byte = uint8_t(from[i]);
  }
  return {};
}

Result<void> StorageArea::flush() {
  if (!power_) return failure(Error::IoError);
  if (erase_size_) return {};
  if (cut()) {
    lose();
    return failure(Error::IoError);
  }
  medium_ = data;
  std::fill(dirty_.begin(), dirty_.end(), false);
  return {};
}

}  // namespace fake
