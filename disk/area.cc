// SPDX-License-Identifier: BSD-2-Clause
#include "disk/area.hh"

#include <algorithm>
#include <cstring>

namespace disk {

Result<void> DiskArea::read(uint64_t offset, std::span<std::byte> to) {
  if (!within(offset, to.size(), size())) return failure(Error::OutOfRange);
  const uint32_t bytes = disk_->sector_size();
  while (!to.empty()) {
    const auto at = uint32_t(offset % bytes);
    size_t part = to.size() / bytes * bytes;
    if (at == 0 && part != 0) {
      CHECK(disk_->read(offset / bytes, to.first(part)));
    } else {
      part = std::min<size_t>(bytes - at, to.size());
      buffer_.drop();
      std::memcpy(to.data(), TRY(buffer_.read(*disk_, offset / bytes, bytes)) + at, part);
    }
    offset += part;
    to = to.subspan(part);
  }
  return {};
}

Result<void> DiskArea::write(uint64_t offset, std::span<const std::byte> from) {
  if (!within(offset, from.size(), size())) return failure(Error::OutOfRange);
  if (disk_->read_only()) return failure(Error::ReadOnly);
  const uint32_t bytes = disk_->sector_size();
  while (!from.empty()) {
    const auto at = uint32_t(offset % bytes);
    size_t part = from.size() / bytes * bytes;
    if (at == 0 && part != 0) {
      CHECK(disk_->write(offset / bytes, from.first(part)));
    } else {
      part = std::min<size_t>(bytes - at, from.size());
      buffer_.drop();
      std::memcpy(TRY(buffer_.read(*disk_, offset / bytes, bytes)) + at, from.data(), part);
      CHECK(buffer_.write(*disk_));
    }
    offset += part;
    from = from.subspan(part);
  }
  return {};
}

}  // namespace disk
