// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/mmc_area.hh"

#include "drivers/mmc_card.hh"

namespace drivers {

constexpr char kSuffixes[8][6] = {"", "boot0", "boot1", "", "gp0", "gp1", "gp2", "gp3"};

void MmcArea::set_up(MmcSlot& slot, std::string_view card, Access access, uint64_t sectors, bool locked) {
  slot_ = &slot;
  access_ = access;
  sectors_ = sectors;
  locked_ = locked;
  length_ = 0;
  for (const std::string_view part : {card, std::string_view(kSuffixes[uint8_t(access)])})
    for (const char c : part)
      if (length_ < name_.size()) name_[length_++] = c;
}

Result<void> MmcArea::check(uint64_t sector, size_t size) const {
  if (size % kSector != 0) return failure(Error::Misaligned);
  if (sector > sectors_ || size / kSector > sectors_ - sector) return failure(Error::OutOfRange);
  return {};
}

Result<void> MmcArea::read(uint64_t sector, std::span<std::byte> to) {
  CHECK(check(sector, to.size()));
  return slot_->transfer(access_, sector, to.data(), to.size(), false);
}

Result<void> MmcArea::write(uint64_t sector, std::span<const std::byte> from) {
  CHECK(check(sector, from.size()));
  if (locked_) return failure(Error::ReadOnly);
  return slot_->transfer(access_, sector, const_cast<std::byte*>(from.data()), from.size(), true);
}

Result<void> MmcArea::flush() { return slot_->flush(); }

}  // namespace drivers
