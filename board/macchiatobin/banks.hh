// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/banks.hh - firmware update: the boot image in two banks, the eMMC's boot partitions, and a copy of
// the accepted one in SPI NOR. PARTITION_CONFIG follows the metadata.
#pragma once
#include "board/common/update.hh"
#include "board/macchiatobin/boot_image.hh"
#include "disk/area.hh"
#include "lib/flash.hh"
#include "lib/mmc.hh"

namespace board {

/// Places in SPI NOR. U-Boot's environment lies between the boot image and the metadata.
struct FlashPlace {
  uint64_t offset, size;
};
constexpr FlashPlace kBootCopy{0, 0x18'0000}, kMetadata[] = {{0x19'0000, 0x1'0000}, {0x1a'0000, 0x1'0000}},
                                              kVariables{0x3c'0000, 0x3'0000};

/// Whether metadata or variables are there. Starts the flash and reads a few words of it; false when that fails.
bool updates_kept(Flash& flash);

class Banks : public Updates {
 public:
  /// Flash, card and clock stay the caller's; they are started when they are needed.
  Banks(Flash& flash, MmcCard& card, const Time& (*time)()) : Updates(time), flash_(flash), card_(card) {}

  std::span<const efi::ImageDescription> images() const override;
  Area* area(const efi::FwuImage& image, unsigned bank) override;
  efi::Verdict look(const efi::ImageDescription& image, uint64_t at, std::span<const std::byte> bytes,
                    uint64_t size) override;
  efi::Checked<bool> select(const efi::FwuMetadata& metadata) override;
  efi::Verdict mirror(const efi::FwuMetadata& metadata, bool thorough) override;
  void describe(Output& out, const efi::FwuMetadata& metadata) override;

 protected:
  Result<MetadataPlaces> metadata_places(bool anew) override;
  Result<Area*> variables_place(bool anew) override;
  efi::Verdict describe_fresh(efi::FwuMetadata& to) override;
  ~Banks() = default;

 private:
  Result<Area*> part(std::optional<FlashArea>& to, const FlashPlace& place, std::string_view name);
  Result<Area*> bank(unsigned number);
  Result<MmcCard::BootPartition> selected();

  Flash& flash_;
  MmcCard& card_;
  std::optional<disk::DiskArea> banks_[2];
  std::optional<FlashArea> metadata_[2], variables_, copy_;
  BootImageCheck check_{0};
};

}  // namespace board
