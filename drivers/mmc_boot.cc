// SPDX-License-Identifier: BSD-2-Clause
// Where and how a boot ROM starts from an eMMC (JESD84-B51 6.3, 7.4.65, 7.4.67).
#include "drivers/mmc_card.hh"

namespace drivers {

using namespace ext_csd;

/// Reads a byte; where `mask` is not 0, these bits of it become those of `value`, and are read back.
Result<uint8_t> MmcSlot::boot_byte(uint8_t index, uint8_t mask, uint8_t value) {
  if (!up_) return failure(Error::Broken);
  if (identity_.kind != Kind::Emmc || described_.boot == 0) return failure(Error::NotSupported);
  for (bool again = true;;) {
    auto done = read_ext_csd();
    const auto wanted = uint8_t((ext_csd_[index] & ~mask) | value);
    if (done && mask != 0 && ext_csd_[index] != wanted) done = set_ext_csd(index, wanted);
    if (done) return ext_csd_[index];
    CHECK(mend(done.error(), again));
  }
}

Result<MmcCard::BootPartition> MmcSlot::boot_partition() {
  const uint8_t config = TRY(boot_byte(kPartitionConfig, 0, 0));
  return BootPartition{.ack = (config & 1 << 6) != 0, .partition = uint8_t(config >> 3 & 7)};
}

Result<void> MmcSlot::set_boot_partition(BootPartition boot) {
  if (boot.partition > 2 && boot.partition != 7) return failure(Error::InvalidParameters);
  TRY(boot_byte(kPartitionConfig, 0x78, uint8_t(boot.ack << 6 | boot.partition << 3)));
  return {};
}

Result<MmcCard::BootBus> MmcSlot::boot_bus() {
  const uint8_t bus = TRY(boot_byte(kBootBus, 0, 0));
  const unsigned width = bus & 3, mode = bus >> 3 & 3;
  if (width == 3 || mode == 3) return failure(Error::Malformed);
  return BootBus{.width = uint8_t(width ? 4 * width : 1), .keep = (bus & 1 << 2) != 0, .mode = uint8_t(mode)};
}

Result<void> MmcSlot::set_boot_bus(BootBus bus) {
  if ((bus.width != 1 && bus.width != 4 && bus.width != 8) || bus.mode > 2) return failure(Error::InvalidParameters);
  TRY(boot_byte(kBootBus, 0x1f, uint8_t(bus.mode << 3 | bus.keep << 2 | bus.width / 4)));
  return {};
}

}  // namespace drivers
