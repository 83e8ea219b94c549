// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/memory.hh"

#include <sys/mman.h>
#include <sys/stat.h>

namespace vhost {
namespace {

/// The first byte behind the range; false: it is empty or wraps around.
bool end_of(uint64_t start, uint64_t size, uint64_t& end) {
  return size != 0 && !__builtin_add_overflow(start, size, &end);
}

bool overlap(uint64_t a, uint64_t b, uint64_t size_a, uint64_t size_b) { return a < b + size_b && b < a + size_a; }

}  // namespace

Checked<void> Memory::set(std::span<const Region> regions, std::span<const Fd> files) {
  clear();
  if (regions.size() > kMostRegions) return failure(Flaw::TooManyRegions);
  if (regions.size() > files.size()) return failure(Flaw::MissingFd);
  for (size_t i = 0; i < regions.size(); ++i)
    if (const auto mapped = map(regions[i], files[i]); !mapped) {
      clear();
      return mapped;
    }
  return {};
}

Checked<void> Memory::map(const Region& region, const Fd& file) {
  uint64_t end = 0, file_end = 0;
  if (!end_of(region.guest, region.size, end) || !end_of(region.user, region.size, end) ||
      !end_of(region.offset, region.size, file_end))
    return failure(Flaw::RegionRange);
  for (const Mapped& other : regions_)
    if (overlap(other.region.guest, region.guest, other.region.size, region.size) ||
        overlap(other.region.user, region.user, other.region.size, region.size))
      return failure(Flaw::RegionOverlaps);
  // Bytes behind the end of a file can be mapped, but not touched.
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return failure(Flaw::MapFailed);
  if (S_ISREG(status.st_mode) && uint64_t(status.st_size) < file_end) return failure(Flaw::RegionBeyondFile);

  const auto page = uint64_t(sysconf(_SC_PAGESIZE));
  const uint64_t before = region.offset % page;
  const size_t length = size_t(before + region.size);
  void* const mapping =
      mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), off_t(region.offset - before));
  if (mapping == MAP_FAILED) return failure(Flaw::MapFailed);
  regions_.push_back({region, static_cast<std::byte*>(mapping) + before, mapping, length});
  return {};
}

void Memory::clear() {
  for (const Mapped& each : regions_) munmap(each.mapping, each.length);
  regions_.clear();
}

Checked<std::byte*> Memory::find(uint64_t Region::* base, uint64_t address, uint64_t size) const {
  for (const Mapped& each : regions_) {
    const uint64_t start = each.region.*base;
    if (address < start || address - start >= each.region.size) continue;
    if (size > each.region.size - (address - start)) break;
    return each.bytes + (address - start);
  }
  return failure(Flaw::DescriptorOutside);
}

Checked<std::byte*> Memory::at_guest(uint64_t address, uint64_t size) const {
  return find(&Region::guest, address, size);
}

Checked<std::byte*> Memory::at_user(uint64_t address, uint64_t size) const {
  return find(&Region::user, address, size);
}

}  // namespace vhost
