// SPDX-License-Identifier: BSD-2-Clause
// drivers/mmc_area.hh - one area of a card as a disk: user area, boot areas, general purpose partitions.
#pragma once
#include <array>

#include "lib/block.hh"

namespace drivers {

class MmcSlot;

class MmcArea final : public BlockDevice {
 public:
  /// Values of PARTITION_ACCESS, EXT_CSD [179] bits 2:0; 3, the RPMB, is nobody's disk.
  enum class Access : uint8_t { User = 0, Boot0 = 1, Boot1 = 2, General0 = 4 };
  static constexpr uint32_t kSector = 512;

  constexpr MmcArea() = default;
  /// Of a card that was started. `card` is the slot's name; the area's is that and what the access stands for.
  void set_up(MmcSlot& slot, std::string_view card, Access access, uint64_t sectors, bool locked);
  Access access() const { return access_; }

  std::string_view name() const override { return {name_.data(), length_}; }
  uint64_t sectors() const override { return sectors_; }
  uint32_t sector_size() const override { return kSector; }
  bool read_only() const override { return locked_; }
  /// As of BlockDevice, and: ReadOnly: also when the card says so; NoDevice: the card is gone, or another one is there;
  /// Timeout, WireCrc, WireFraming, DmaFault: in every mode that the card was tried in.
  Result<void> read(uint64_t sector, std::span<std::byte> to) override;
  Result<void> write(uint64_t sector, std::span<const std::byte> from) override;
  Result<void> flush() override;

 private:
  Result<void> check(uint64_t sector, size_t size) const;

  MmcSlot* slot_ = nullptr;
  uint64_t sectors_ = 0;
  Access access_ = Access::User;
  bool locked_ = false;
  uint8_t length_ = 0;
  std::array<char, 14> name_{};
};

}  // namespace drivers
