// SPDX-License-Identifier: BSD-2-Clause
// drivers/mmc_registers.hh - what a card says of itself, taken apart: CID, CSD, EXT_CSD, SCR. A card can say anything;
// what these return is within bounds, or Malformed.
#pragma once
#include <span>

#include "drivers/mmc_command.hh"
#include "lib/mmc.hh"

namespace drivers {

using ExtCsdBytes = std::span<const uint8_t, 512>;

/// Bits `high` to `low`, at most 32 of them, of a register of 128.
constexpr uint32_t bits_of(const MmcAnswer& is, unsigned high, unsigned low) {
  const unsigned word = 3 - low / 32, shift = low % 32, count = high - low + 1;
  uint64_t value = is[word];
  if (word > 0) value |= uint64_t{is[word - 1]} << 32;
  return uint32_t(value >> shift & ((uint64_t{1} << count) - 1));
}

/// JESD84-B51 7.2, SD 5.2. `revision`: EXT_CSD_REV of an eMMC, by which the years are counted.
MmcCard::Identity identity_of(MmcCard::Kind kind, const MmcAnswer& cid, uint8_t revision);

struct MmcCsd {
  uint64_t sectors;  // of 512 bytes; 0: an eMMC that tells it in EXT_CSD
  uint16_t classes;  // of commands, by their numbers
  bool locked;       // for good, or until somebody unlocks it
};
/// JESD84-B51 7.3, SD 5.3. `by_sector`: the card said so before (OCR). Errors: NotSupported: older than EXT_CSD, or
/// larger than SDXC; Malformed: no geometry, or one that contradicts the OCR.
Result<MmcCsd> emmc_csd(const MmcAnswer& csd, bool by_sector);
Result<MmcCsd> sd_csd(const MmcAnswer& csd, bool by_sector);

/// Offsets in EXT_CSD (JESD84-B51 7.4), those that are written.
namespace ext_csd {
inline constexpr uint8_t kFlushCache = 32, kBootBus = 177, kPartitionConfig = 179, kBusWidth = 183, kTiming = 185;
inline constexpr uint8_t kAccessBits = 7;  // of PARTITION_CONFIG
// What never changes while a card is in use begins and ends here: enough to see whether it is read rightly.
inline constexpr uint8_t kConstant = 192, kConstantEnd = 242;
}  // namespace ext_csd

struct MmcExtCsd {
  uint64_t user, boot;              // sectors of the user area; of either boot area, 0: there are none
  std::array<uint64_t, 4> general;  // sectors of general purpose partitions
  uint32_t high_hertz;              // single rate at high speed; 0: never
  uint8_t revision;
  bool dual;  // dual data rate at 52 MHz and this voltage
  bool cached;
  std::array<bool, 2> boot_locked;
};
/// `sectors`: of a card that told it in its CSD; 0: it is here. Errors: NotSupported: sectors of 4 KiB; Malformed: no
/// sectors at all, or more than a command can name.
Result<MmcExtCsd> parse_ext_csd(ExtCsdBytes is, uint64_t sectors);

struct SdScr {
  bool wide;      // four lines
  bool counts;    // CMD23
  bool switches;  // CMD6
};
/// SD 5.6, eight bytes as they come. NotSupported: a structure from the future.
Result<SdScr> parse_scr(std::span<const uint8_t, 8> is);

}  // namespace drivers
