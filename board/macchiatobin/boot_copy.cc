// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/boot_copy.hh"

#include <algorithm>

namespace board {
namespace {

using efi::Checked, efi::Verdict;

// One by one, as a flash may have the bytes of one write in any order when power fails.
constexpr uint64_t kMagicSize = sizeof(BootImageHeader::magic);

Verdict of_copy(const Result<void>& done) {
  if (!done) return REFUSE_ERROR("copy in SPI NOR", done.error(), Unsuccessful);
  return {};
}
Verdict of_bank(const Result<void>& done) {
  if (!done) return REFUSE_ERROR("active bank", done.error(), Unsuccessful);
  return {};
}

class Copy {
 public:
  Copy(Area& from, Area& to, std::span<std::byte> memory)
      : from_(from), to_(to), source_(memory.first(memory.size() / 2)), there_(memory.last(memory.size() / 2)) {}

  Verdict run(uint64_t size, efi::Progress& progress) {
    const uint64_t sector = to_.erase_size(), first = std::min(sector, size);
    for (uint64_t at = sector; at < size; at += sector) {
      const uint64_t part = std::min(sector, size - at);
      progress.step("copying to SPI NOR", 0, at - sector, size);
      if (TRY_CHECKED(same(at, part))) continue;
      CHECK_VERDICT(begin(sector));
      CHECK_VERDICT(erase(at, sector));
      CHECK_VERDICT(write(at, part));
    }
    if (begun_ || !TRY_CHECKED(same(0, first))) {
      CHECK_VERDICT(begin(sector));
      CHECK_VERDICT(write(kMagicSize, first - kMagicSize));
      CHECK_VERDICT(write(0, kMagicSize));
    }
    progress.step("copying to SPI NOR", 0, size, size);
    return {};
  }

 private:
  // Nothing is an image from here on, whatever becomes of an erasing that is cut.
  Verdict begin(uint64_t sector) {
    if (begun_) return {};
    begun_ = true;
    constexpr std::array<std::byte, kMagicSize> kNone{};
    CHECK_VERDICT(of_copy(to_.write(0, kNone)));
    return erase(0, sector);
  }

  Verdict erase(uint64_t at, uint64_t size) { return of_copy(to_.erase(at, size)); }

  Verdict write(uint64_t at, uint64_t size) {
    for (uint64_t end = at + size; at < end;) {
      const auto bytes = source_.first(size_t(std::min<uint64_t>(source_.size(), end - at)));
      CHECK_VERDICT(of_bank(from_.read(at, bytes)));
      CHECK_VERDICT(of_copy(to_.write(at, bytes)));
      if (!TRY_CHECKED(same(at, bytes.size())))
        return REFUSE("copy in SPI NOR", "reads back as something else", Unsuccessful);
      at += bytes.size();
    }
    return {};
  }

  Checked<bool> same(uint64_t at, uint64_t size) {
    for (uint64_t end = at + size; at < end;) {
      const auto bytes = source_.first(size_t(std::min<uint64_t>(source_.size(), end - at)));
      const auto other = there_.first(bytes.size());
      CHECK_CHECKED(of_bank(from_.read(at, bytes)));
      CHECK_CHECKED(of_copy(to_.read(at, other)));
      if (__builtin_memcmp(bytes.data(), other.data(), bytes.size()) != 0) return false;
      at += bytes.size();
    }
    return true;
  }

  Area& from_;
  Area& to_;
  std::span<std::byte> source_, there_;
  bool begun_ = false;
};

}  // namespace

Verdict copy_boot_image(efi::Platform& platform, Area& from, Area& to) {
  const BootImageHeader header = TRY_CHECKED(check_boot_image(from, platform.memory()));
  if (header.size() > to.size()) return REFUSE("copy in SPI NOR", "smaller than the image", InsufficientResources);
  return Copy(from, to, platform.memory()).run(header.size(), platform.progress());
}

}  // namespace board
