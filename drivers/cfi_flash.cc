// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/cfi_flash.hh"

#include <algorithm>
#include <bit>

#include "lib/wait.hh"

namespace drivers {
namespace {

// Commands of set 1.
constexpr uint8_t kReadArray = 0xff, kReadStatus = 0x70, kClearStatus = 0x50, kQuery = 0x98;
constexpr uint8_t kProgramWord = 0x40, kProgramBuffer = 0xe8, kErase = 0x20, kLocks = 0x60, kConfirm = 0xd0;
constexpr uint8_t kReset = 0xf0;  // of set 2: brings chips that are not Intel's back to their array

// The status register.
constexpr uint8_t kReady = 1 << 7, kEraseFailed = 1 << 5, kProgramFailed = 1 << 4, kNoVoltage = 1 << 3,
                  kLocked = 1 << 1;

// Where things are in the answer to a query (JESD68.01, table 1 to 4), in words of the bus.
constexpr uint32_t kSignature = 0x10, kCommandSet = 0x13, kWordTime = 0x1f, kBufferTime = 0x20, kEraseTime = 0x21,
                   kWordTimeMost = 0x23, kBufferTimeMost = 0x24, kEraseTimeMost = 0x25, kSize = 0x27, kBuffer = 0x2a,
                   kRegions = 0x2c, kFirstRegion = 0x2d, kQueryAddress = 0x55;

/// 1 in the lowest bit of each chip of `chip` bytes on a bus of `width`.
constexpr uint32_t lanes_of(unsigned width, unsigned chip) {
  uint32_t lanes = 0;
  for (unsigned at = 0; at < width; at += chip) lanes |= 1u << 8 * at;
  return lanes;
}

template <class T>
T load(const std::byte* from) {
  T value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}
template <class T>
void store(std::byte* to, T value) {
  __builtin_memcpy(to, &value, sizeof value);
}

/// Of two powers of two, what a chip says is typical and by how much it may take longer; within reason.
constexpr uint32_t limit(uint8_t typical, uint8_t most, uint32_t unit, uint32_t least, uint32_t longest) {
  const uint64_t time = uint64_t{unit} << std::min(typical + most, 32);
  return uint32_t(std::clamp<uint64_t>(time, least, longest));
}

}  // namespace

Result<void> CfiFlash::start() {
  size_ = 0;
  if (window_ < uint64_t{kQueryAddress + 1} * width_) return failure(Error::NotFound);
  // A chip hears the lowest byte of its word, whichever these are.
  lanes_ = lanes_of(width_, 1);
  command(0, kReadArray);
  command(uint64_t{kQueryAddress} * width_, kQuery);
  Result<void> result = failure(Error::NotFound);
  for (unsigned chip = 1; chip <= width_; chip *= 2) {
    const uint32_t lanes = lanes_of(width_, chip);
    const auto is = [&](uint32_t index, char c) { return get(uint64_t{index} * width_) == uint8_t(c) * lanes; };
    if (!is(kSignature, 'Q') || !is(kSignature + 1, 'R') || !is(kSignature + 2, 'Y')) continue;
    lanes_ = lanes;
    result = read_geometry();
    break;
  }
  if (!result) command(0, kReset);
  command(0, kReadArray);
  return result;
}

Result<uint8_t> CfiFlash::query(uint32_t index) const {
  const uint32_t word = get(uint64_t{index} * width_);
  const auto value = uint8_t(word);
  if (word != value * lanes_) return failure(Error::NotSupported);
  return value;
}

Result<void> CfiFlash::read_geometry() {
  std::array<uint8_t, kFirstRegion + 4 * std::tuple_size_v<decltype(regions_)>> is;
  for (uint32_t i = kSignature; i < is.size(); ++i) {
    // Where the regions end comes what is the vendor's, and may differ.
    if (i < kFirstRegion || i < kFirstRegion + 4u * is[kRegions]) is[i] = TRY(query(i));
  }
  const auto half = [&](uint32_t index) { return uint32_t(is[index] | is[index + 1] << 8); };
  if (half(kCommandSet) != 1 && half(kCommandSet) != 3) return failure(Error::NotSupported);

  const auto chips = uint32_t(std::popcount(lanes_));
  region_count_ = is[kRegions];
  if (region_count_ == 0 || region_count_ > regions_.size() || is[kSize] > 31) return failure(Error::Malformed);
  uint64_t end = 0;
  uint32_t smallest = UINT32_MAX;
  for (uint32_t i = 0; i < region_count_; ++i) {
    const uint32_t at = kFirstRegion + 4 * i, blocks = half(at) + 1, pages = half(at + 2);
    const uint32_t sector = (pages ? pages * 256 : 128) * chips;
    if (!std::has_single_bit(sector) || end % sector != 0) return failure(Error::Malformed);
    end += uint64_t{blocks} * sector;
    regions_[i] = {end, sector};
    smallest = std::min(smallest, sector);
  }
  if (end != (uint64_t{1} << is[kSize]) * chips || end > window_) return failure(Error::Malformed);

  // A count of words goes to each chip in one of its own words.
  const uint32_t chip_width = width_ / chips;
  const uint32_t most = chip_width == 1 ? 8 : 16;
  const uint32_t buffer = half(kBuffer);
  buffer_size_ = buffer == 0 ? width_ : std::min((uint32_t{1} << std::min(buffer, most)) * chips, smallest);
  buffer_size_ = std::max<uint32_t>(buffer_size_, width_);
  program_limit_ = std::max(limit(is[kWordTime], is[kWordTimeMost], 1, 100'000, 1'000'000),
                            limit(is[kBufferTime], is[kBufferTimeMost], 1, 100'000, 1'000'000));
  erase_limit_ = limit(is[kEraseTime], is[kEraseTimeMost], 1000, 1'000'000, 60'000'000);
  size_ = end;
  return {};
}

Result<uint32_t> CfiFlash::sector_size(uint64_t offset, uint64_t size) const {
  if (!within(offset, size, size_)) return failure(Error::OutOfRange);
  for (const Region& region : std::span(regions_).first(region_count_)) {
    if (offset >= region.end) continue;
    if (size > region.end - offset || offset % region.sector != 0 || size % region.sector != 0) break;
    return region.sector;
  }
  return failure(Error::Misaligned);
}

Result<void> CfiFlash::read(uint64_t offset, std::span<std::byte> to) {
  if (!within(offset, to.size(), size_)) return failure(Error::OutOfRange);
  uintptr_t from = base_ + uintptr_t(offset);
  std::byte *at = to.data(), *const end = at + to.size();
  while (at != end && from % sizeof(uint64_t) != 0) *at++ = std::byte(mmio_read<uint8_t>(from++));
  for (; size_t(end - at) >= sizeof(uint64_t); at += sizeof(uint64_t), from += sizeof(uint64_t))
    store(at, mmio_read<uint64_t>(from));
  while (at != end) *at++ = std::byte(mmio_read<uint8_t>(from++));
  return {};
}

Result<void> CfiFlash::wait(uint64_t offset, uint32_t microseconds) const {
  uint32_t status = 0;
  // Asked each time: a chip that gave up may show its array, which looks like any status.
  const bool ready = wait_until(*time_, time_->microseconds(microseconds), [&] {
    command(offset, kReadStatus);
    status = get(offset);
    return (status & kReady * lanes_) == kReady * lanes_;
  });
  if (!ready) return failure(Error::Timeout);
  if (status & (kLocked | kNoVoltage) * lanes_) return failure(Error::ReadOnly);
  if (status & (kEraseFailed | kProgramFailed) * lanes_) return failure(Error::IoError);
  return {};
}

/// Does it, and once more after unlocking the sector at `offset` when that is what it needs. Ends in array mode.
template <class F>
Result<void> CfiFlash::unlocked(uint64_t offset, F&& action) const {
  command(offset, kClearStatus);
  Result<void> result = action();
  if (!result && result.error() == Error::ReadOnly) {
    command(offset, kClearStatus);
    command(offset, kLocks);
    command(offset, kConfirm);
    if (wait(offset, erase_limit_)) {
      command(offset, kClearStatus);
      result = action();
    }
  }
  if (!result) command(offset, kClearStatus);
  command(offset, kReadArray);
  return result;
}

Result<void> CfiFlash::erase(uint64_t offset, uint64_t size) {
  const uint32_t sector = TRY(sector_size(offset, size));
  for (const uint64_t end = offset + size; offset < end; offset += sector) {
    CHECK(unlocked(offset, [&] {
      command(offset, kErase);
      command(offset, kConfirm);
      return wait(offset, erase_limit_);
    }));
  }
  return {};
}

/// Of one sector, in status mode.
Result<void> CfiFlash::program(uint64_t offset, std::span<const std::byte> from) const {
  const uint64_t begin = offset, end = offset + from.size();
  command(begin / width_ * width_, kReadArray);
  const uint32_t head = get(begin / width_ * width_), tail = get((end - 1) / width_ * width_);
  // What the bus has at `at`. The neighbours get what they have: ones would do for a chip, QEMU's takes them literally.
  const auto word = [&](uint64_t at) {
    if (width_ == 4 && at >= begin && at + 4 <= end) return load<uint32_t>(from.data() + size_t(at - begin));
    uint32_t value = at < begin ? head : tail;
    for (unsigned i = 0; i < width_; ++i)
      if (at + i >= begin && at + i < end)
        value = (value & ~(0xffu << 8 * i)) | uint32_t(from[size_t(at + i - begin)]) << 8 * i;
    return value;
  };
  for (uint64_t at = begin / width_ * width_; at < end;) {
    const uint64_t stop = std::min((at / buffer_size_ + 1) * buffer_size_, end);
    const auto words = uint32_t((stop - at + width_ - 1) / width_);
    const uint64_t first = at;
    if (words == 1) {
      command(first, kProgramWord);
    } else {
      const bool free = wait_until(*time_, time_->microseconds(program_limit_), [&] {
        command(first, kProgramBuffer);
        return (get(first) & kReady * lanes_) == kReady * lanes_;
      });
      if (!free) return failure(Error::Timeout);
      put(first, (words - 1) * lanes_);
    }
    for (uint32_t i = 0; i < words; ++i, at += width_) put(at, word(at));
    if (words != 1) command(first, kConfirm);
    CHECK(wait(first, program_limit_));
  }
  return {};
}

Result<void> CfiFlash::write(uint64_t offset, std::span<const std::byte> from) {
  if (!within(offset, from.size(), size_)) return failure(Error::OutOfRange);
  std::array<std::byte, 256> old;
  for (size_t done = 0; done < from.size();) {
    const auto part = from.subspan(done, std::min(old.size(), from.size() - done));
    CHECK(read(offset + done, std::span(old).first(part.size())));
    size_t i = 0;
    bool rises = false;
    for (; i + sizeof(uint64_t) <= part.size(); i += sizeof(uint64_t))
      rises |= (load<uint64_t>(&part[i]) & ~load<uint64_t>(&old[i])) != 0;
    for (; i < part.size(); ++i) rises |= (part[i] & ~old[i]) != std::byte{0};
    if (rises) return failure(Error::InvalidParameters);
    done += part.size();
  }
  while (!from.empty()) {
    const Region* region = regions_.data();
    while (offset >= region->end) ++region;
    const auto part = from.first(size_t(std::min<uint64_t>(from.size(), region->sector - offset % region->sector)));
    CHECK(unlocked(offset / width_ * width_, [&] { return program(offset, part); }));
    offset += part.size();
    from = from.subspan(part.size());
  }
  return {};
}

}  // namespace drivers
