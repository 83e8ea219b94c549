// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "efi/fwu_metadata.hh"

namespace efi {
namespace {

// IoError: the area's start has other bytes.
Result<void> compare(Area& area, std::span<const std::byte> bytes) {
  std::array<std::byte, 128> there;
  for (size_t at = 0; at < bytes.size(); at += there.size()) {
    const size_t size = std::min(there.size(), bytes.size() - at);
    CHECK(area.read(at, std::span(there).first(size)));
    if (__builtin_memcmp(there.data(), &bytes[at], size) != 0) return failure(Error::IoError);
  }
  return {};
}

}  // namespace

void FwuStore::use(Area* first, Area* second, unsigned images_v1) {
  places_ = {{{first, Copy::Absent}, {second, Copy::Absent}}};
  images_v1_ = images_v1;
}

Result<void> FwuStore::read(Place& place) {
  if (!place.area) return failure(Error::NotFound);
  place.state = Copy::Damaged;
  const auto bytes = std::span(bytes_).first(size_t(std::min<uint64_t>(place.area->size(), bytes_.size())));
  CHECK(place.area->read(0, bytes));
  CHECK(parse_fwu_metadata(bytes, images_v1_, metadata_));
  place.state = Copy::Good;
  return {};
}

Result<void> FwuStore::load() {
  // The first last: where both are sound, it is what counts.
  const auto second = read(places_[1]);
  uint32_t crc;
  __builtin_memcpy(&crc, bytes_.data(), sizeof(crc));
  const auto first = read(places_[0]);
  if (first && second && __builtin_memcmp(&crc, bytes_.data(), sizeof(crc)) != 0) places_[1].state = Copy::Differs;
  return !first && (second || !places_[0].area) ? second : first;
}

Result<void> FwuStore::write(Place& place, std::span<const std::byte> bytes) {
  Area& area = *place.area;
  if (bytes.size() > area.size()) return failure(Error::NoSpace);
  if (!compare(area, bytes)) {
    place.state = Copy::Damaged;
    if (const uint64_t block = area.erase_size()) CHECK(area.erase(0, (bytes.size() + block - 1) & ~(block - 1)));
    CHECK(area.write(0, bytes));
    CHECK(area.flush());
    CHECK(compare(area, bytes));
  }
  place.state = Copy::Good;
  return {};
}

Result<void> FwuStore::commit(const FwuMetadata& next) {
  Result<void> done = failure(Error::NotFound);
  const auto bytes = std::span(bytes_).first(write_fwu_metadata(next, bytes_));
  // The copy that does not count now goes first: when the first is written, the second must say what counts then, and
  // one that differs says something older.
  unsigned copy = places_[0].state != Copy::Damaged && places_[1].state != Copy::Good;
  for (unsigned n = 0; n < 2; ++n, copy ^= 1) {
    if (!places_[copy].area) continue;
    done = write(places_[copy], bytes);
    if (!done) break;
    if (copy == 0 || places_[0].state != Copy::Good) metadata_ = next;
  }
  return done;
}

}  // namespace efi
