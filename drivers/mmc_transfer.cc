// SPDX-License-Identifier: BSD-2-Clause
// What areas are made of. Data moves in one place only, move(), which selects the area that it is for; and one place,
// mend(), decides what an error means for the card.
#include <algorithm>

#include "drivers/mmc_card.hh"
#include "drivers/mmc_status.hh"

namespace drivers {

using namespace mmc_status;

constexpr uint32_t kBusyMs = 5000;  // of a card that writes; nobody specifies it
constexpr uint32_t kFlushMs = 30'000;

/// All data of an area's, and nothing else, goes through here.
Result<void> MmcSlot::move(Access access, uint64_t sector, const MmcBlocks& blocks) {
  CHECK(select(access));
  const auto address = uint32_t(by_sector_ ? sector : sector * MmcArea::kSector);
  const bool many = blocks.count > 1;
  if (many && counts_) CHECK(order(23, blocks.count));
  CHECK(order(uint8_t((blocks.write ? 24 : 17) + many), address, blocks));
  if (many && !counts_) {
    // A card that reads ahead may complain that it came to its end.
    const Error said = error_in(TRY(ask(12, 0)) & (blocks.write ? ~0u : ~kOutOfRange));
    if (said != Error{}) return failure(said);
  }
  return blocks.write || many ? settle(kBusyMs) : Result<void>();
}

/// The other bits of PARTITION_CONFIG stay as the card has them.
Result<void> MmcSlot::select(Access access) {
  if (selected_ == uint8_t(access)) return {};
  if (identity_.kind == Kind::Emmc) {
    selected_ = kUnknown;
    CHECK(read_ext_csd());
    const uint8_t config = ext_csd_[ext_csd::kPartitionConfig];
    const auto wanted = uint8_t((config & ~ext_csd::kAccessBits) | uint8_t(access));
    if (config != wanted) CHECK(set_ext_csd(ext_csd::kPartitionConfig, wanted));
  }
  selected_ = uint8_t(access);
  return {};
}

/// After an error: the card is brought back to where it takes commands. Returns what the card itself says of it, which
/// tells more than that no data came.
Error MmcSlot::recover(Error error) {
  selected_ = kUnknown;
  const auto status = ask(13, card_address());
  if (!status) return error;
  Error said = error_in(*status);
  if (state_of(*status) == kSending || state_of(*status) == kReceiving) {
    const auto stopped = ask(12, 0);
    if (said == Error{} && stopped) said = error_in(*stopped);
  }
  const auto settled = settle(kBusyMs);
  if (said == Error{} && !settled) said = settled.error();
  return said == Error{} ? error : said;
}

/// Nothing: it is worth another try, in the same mode, from the beginning, or in a slower mode. `again` is true at
/// first.
Result<void> MmcSlot::mend(Error error, bool& again) {
  error = recover(error);
  const bool wires = error == Error::WireCrc || error == Error::WireFraming;
  if (again && wires) {
    again = false;
    return {};
  }
  if (again && error == Error::Timeout) {
    again = false;
    return bring_up();
  }
  if (wires && !slowest()) {
    again = true;
    ++step_;
    return bring_up();
  }
  // Nobody who comes after us expects anything else.
  if (settle(1)) static_cast<void>(select(Access::User));
  return failure(error);
}

Result<void> MmcSlot::transfer(Access access, uint64_t sector, std::byte* data, size_t size, bool write) {
  while (size != 0) {
    if (!up_) return failure(Error::Broken);
    const auto part = uint32_t(std::min<size_t>(size, host_->largest(data)));
    const MmcBlocks blocks{data, MmcArea::kSector, part / MmcArea::kSector, write};
    for (bool again = true;;) {
      const auto moved = move(access, sector, blocks);
      if (moved) break;
      CHECK(mend(moved.error(), again));
    }
    sector += blocks.count;
    data += part;
    size -= part;
  }
  return {};
}

Result<void> MmcSlot::flush() {
  if (!up_) return failure(Error::Broken);
  if (identity_.kind != Kind::Emmc || !described_.cached) return {};
  for (bool again = true;;) {
    const auto flushed = switch_byte(ext_csd::kFlushCache, 1, kFlushMs);
    if (flushed) return {};
    CHECK(mend(flushed.error(), again));
  }
}

Result<void> MmcSlot::hand_over() {
  if (!up_) return {};
  CHECK(flush());
  return select(Access::User);
}

}  // namespace drivers
