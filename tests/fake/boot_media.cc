// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/boot_media.hh"

#include <algorithm>
#include <cstring>

#include "tests/fake/pattern.hh"

namespace fake {

bool Supply::take() {
  if (left == 0) on = false;
  if (!on) return false;
  --left;
  ++used;
  return true;
}

bool Supply::coin() {
  random = random * 1664525 + 1013904223;
  return random >> 31;
}

Result<void> BootFlash::start() {
  if (missing) return failure(Error::NotFound);
  return {};
}

Result<uint32_t> BootFlash::sector_size(uint64_t offset, uint64_t size) const {
  if (!within(offset, size, bytes.size())) return failure(Error::OutOfRange);
  // The store of variables looks through all of its blocks at each boot: few of them keep the tests short.
  const uint32_t sector = offset >= bytes.size() - (256 << 10) ? 64 << 10 : 4 << 10;
  if (offset % sector || size % sector) return failure(Error::Misaligned);
  return sector;
}

Result<void> BootFlash::read(uint64_t offset, std::span<std::byte> to) {
  if (missing || !supply_.on) return failure(Error::IoError);
  if (!within(offset, to.size(), bytes.size())) return failure(Error::OutOfRange);
  std::copy_n(bytes.begin() + ptrdiff_t(offset), to.size(), to.begin());
  were_read += to.size();
  return {};
}

Result<void> BootFlash::erase(uint64_t offset, uint64_t size) {
  const auto sector = sector_size(offset, size);
  if (!sector) return failure(sector.error());
  if (offset + size > locked.offset && offset < locked.offset + locked.size) return failure(Error::ReadOnly);
  for (uint64_t at = offset; at < offset + size; at += *sector) {
    if (!supply_.on) return failure(Error::IoError);
    const auto begin = bytes.begin() + ptrdiff_t(at), end = begin + *sector;
    if (!supply_.take()) {
      // Zeros first, then ones come back one by one; those that were there are the first to be seen.
      const bool zeros = supply_.coin();
      for (auto byte = begin; byte != end; ++byte)
        if (zeros && supply_.coin())
          *byte = {};
        else
          for (unsigned bit = 0; bit < 8 && !zeros; ++bit)
            if (supply_.coin()) *byte |= std::byte(1 << bit);
      return failure(Error::IoError);
    }
    std::fill(begin, end, std::byte{0xff});
    changed += *sector;
  }
  return {};
}

Result<void> BootFlash::write(uint64_t offset, std::span<const std::byte> from) {
  if (!within(offset, from.size(), bytes.size())) return failure(Error::OutOfRange);
  if (offset + from.size() > locked.offset && offset < locked.offset + locked.size) return failure(Error::ReadOnly);
  for (size_t i = 0; i < from.size(); ++i)
    if ((from[i] & ~bytes[offset + i]) != std::byte{}) return failure(Error::InvalidParameters);
  for (size_t at = 0; at < from.size(); at += 64) {
    if (!supply_.on) return failure(Error::IoError);
    const bool whole = supply_.take();
    const size_t end = std::min(at + 64, from.size());
    for (size_t i = at; i < end; ++i)
      if (whole || supply_.coin()) bytes[offset + i] = from[i];
    if (!whole) return failure(Error::IoError);
    changed += end - at;
  }
  return {};
}

Result<void> BootArea::read(uint64_t sector, std::span<std::byte> to) {
  if (!supply_.on) return failure(Error::IoError);
  if (!within(sector * 512, to.size(), bytes.size())) return failure(Error::OutOfRange);
  std::copy_n(bytes.begin() + ptrdiff_t(sector * 512), to.size(), to.begin());
  return {};
}

Result<void> BootArea::write(uint64_t sector, std::span<const std::byte> from) {
  if (!within(sector * 512, from.size(), bytes.size())) return failure(Error::OutOfRange);
  for (size_t at = 0; at < from.size(); at += 512, ++sector) {
    if (!supply_.on) return failure(Error::IoError);
    const auto to = bytes.begin() + ptrdiff_t(sector * 512);
    before_.emplace_back(sector, Bytes(to, to + 512));
    const bool whole = supply_.take();
    std::copy_n(from.begin() + ptrdiff_t(at), whole ? 512 : 200, to);
    if (!whole) return failure(Error::IoError);
  }
  return {};
}

Result<void> BootArea::flush() {
  if (!supply_.on || !supply_.take()) return failure(Error::IoError);
  before_.clear();
  return {};
}

void BootArea::lose() {
  for (; !before_.empty(); before_.pop_back())
    if (supply_.coin()) std::ranges::copy(before_.back().second, bytes.begin() + ptrdiff_t(before_.back().first * 512));
}

BootCard::BootCard(Supply& supply, uint64_t boot_size) : supply_(supply) {
  areas.push_back(std::make_unique<BootArea>(supply, "mmc0", 4096));
  for (const char* const name : {"mmc0boot0", "mmc0boot1"})
    areas.push_back(std::make_unique<BootArea>(supply, name, boot_size));
}

Result<void> BootCard::start() {
  if (missing) return failure(Error::NoDevice);
  ++starts;
  return {};
}

Result<MmcCard::BootPartition> BootCard::boot_partition() {
  if (missing || !supply_.on) return failure(Error::IoError);
  return config;
}

Result<void> BootCard::set_boot_partition(BootPartition to) {
  if (missing || !supply_.on) return failure(Error::IoError);
  const bool whole = supply_.take();
  if (whole || supply_.coin()) config = to;
  if (!whole) return failure(Error::IoError);
  return {};
}

namespace {

uint32_t word(const Bytes& bytes, size_t at) {
  uint32_t value;
  std::memcpy(&value, &bytes[at], sizeof(value));
  return value;
}
uint32_t sum(const Bytes& bytes, size_t from, size_t to) {
  uint32_t total = 0;
  for (size_t at = from; at < to; at += 4) total += word(bytes, at);
  return total;
}
void put(Bytes& bytes, size_t at, uint32_t value) { std::memcpy(&bytes[at], &value, sizeof(value)); }

constexpr uint32_t kMagic = 0xb105'b002, kProlog = 8192;

}  // namespace

Bytes boot_image(size_t size, uint32_t seed) {
  const std::string content = pattern(kProlog + size, seed);
  Bytes image(content.size());
  std::memcpy(image.data(), content.data(), content.size());
  std::fill_n(image.begin(), 64, std::byte{});
  put(image, 0, kMagic);
  put(image, 4, kProlog);
  put(image, 12, uint32_t(size));
  put(image, 16, sum(image, kProlog, image.size()));
  put(image, 8, sum(image, 0, kProlog));
  return image;
}

Bytes whole_boot_image(const Bytes& bytes) {
  if (word(bytes, 0) != kMagic) return {};
  const uint64_t prolog = word(bytes, 4), all = prolog + word(bytes, 12);
  if (prolog < 64 || prolog % 4 || all % 4 || all > bytes.size()) return {};
  if (sum(bytes, 0, prolog) - word(bytes, 8) != word(bytes, 8)) return {};
  if (sum(bytes, prolog, all) != word(bytes, 16)) return {};
  return {bytes.begin(), bytes.begin() + ptrdiff_t(all)};
}

}  // namespace fake
