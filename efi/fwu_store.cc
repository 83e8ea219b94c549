// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "efi/fwu_metadata.hh"

namespace efi {
namespace {

// Whether these bytes are at the area's start.
Result<bool> same(Area& area, std::span<const std::byte> bytes) {
  std::array<std::byte, 128> there;
  for (size_t at = 0; at < bytes.size(); at += there.size()) {
    const size_t size = std::min(there.size(), bytes.size() - at);
    CHECK(area.read(at, std::span(there).first(size)));
    if (__builtin_memcmp(there.data(), &bytes[at], size) != 0) return false;
  }
  return true;
}

}  // namespace

void FwuStore::use(Area* first, Area* second, unsigned images_v1) {
  areas_ = {first, second};
  states_.fill(Copy::Absent);
  images_v1_ = images_v1;
}

Result<void> FwuStore::read(unsigned copy) {
  Area* const area = areas_[copy];
  if (!area) {
    states_[copy] = Copy::Absent;
    return failure(Error::NotFound);
  }
  states_[copy] = Copy::Damaged;
  const auto bytes = std::span(bytes_).first(std::min<uint64_t>(area->size(), bytes_.size()));
  CHECK(area->read(0, bytes));
  CHECK(parse_fwu_metadata(bytes, images_v1_, metadata_));
  states_[copy] = Copy::Good;
  return {};
}

Result<void> FwuStore::load() {
  // The first last: where both are sound, it is what counts.
  const auto second = read(1);
  uint32_t crc;
  __builtin_memcpy(&crc, bytes_.data(), sizeof(crc));
  const auto first = read(0);
  if (first && second && __builtin_memcmp(&crc, bytes_.data(), sizeof(crc)) != 0) states_[1] = Copy::Differs;
  if (first || second) return {};
  return states_[0] == Copy::Absent ? second : first;
}

Result<void> FwuStore::write(unsigned copy, size_t size) {
  Area& area = *areas_[copy];
  const auto bytes = std::span(bytes_).first(size);
  if (size > area.size()) return failure(Error::NoSpace);
  const auto is = same(area, bytes);
  if (!is || !*is) {
    states_[copy] = Copy::Damaged;
    if (const uint64_t block = area.erase_size()) CHECK(area.erase(0, (size + block - 1) & ~(block - 1)));
    CHECK(area.write(0, bytes));
    CHECK(area.flush());
    if (!TRY(same(area, bytes))) return failure(Error::IoError);
  }
  states_[copy] = Copy::Good;
  return {};
}

Result<void> FwuStore::commit(const FwuMetadata& next) {
  if (!areas_[0] && !areas_[1]) return failure(Error::NotFound);
  const size_t size = write_fwu_metadata(next, bytes_);
  // The copy that does not count now goes first: when the first is written, the second must say what counts then, and
  // one that differs says something older.
  const unsigned begin = states_[0] != Copy::Damaged && states_[1] != Copy::Good;
  for (unsigned n = 0; n < 2; ++n) {
    const unsigned copy = n ^ begin;
    if (!areas_[copy]) continue;
    CHECK(write(copy, size));
    if (copy == 0 || states_[0] != Copy::Good) metadata_ = next;
  }
  return {};
}

}  // namespace efi
