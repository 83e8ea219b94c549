// SPDX-License-Identifier: BSD-2-Clause
// drivers/spi_nor_protect.hh - what the status registers of Winbond's W25Q80 to W25Q128 protect (data sheets, "Status
// Register Memory Protection").
#pragma once
#include "lib/flash.hh"

namespace drivers {

/// Bits of status register 1, and of 2 above it.
namespace nor_status {
constexpr uint16_t kBusy = 1 << 0, kEnabled = 1 << 1, kSector = 1 << 6, kBottom = 1 << 5, kComplement = 1 << 14,
                   kSuspended = 1 << 15;
constexpr unsigned kBlocksShift = 2;
constexpr uint16_t kProtection = kComplement | kSector | kBottom | 7 << kBlocksShift;
}  // namespace nor_status

/// What a chip of `size` bytes protects with this status. Size 0: nothing.
Flash::Range nor_protected(uint16_t status, uint64_t size);
/// The bits of kProtection that protect exactly this. OutOfRange: no bits do.
Result<uint16_t> nor_protection(Flash::Range range, uint64_t size);

}  // namespace drivers
