// SPDX-License-Identifier: BSD-2-Clause
// drivers/spi_nor_protect.hh - what the status registers of Winbond's W25Q80 to W25Q128 protect (data sheets, "Status
// Register Memory Protection").
#pragma once
#include "lib/flash.hh"

namespace drivers {

/// What a chip of `size` bytes protects with this status: register 1, and 2 above it. Size 0: nothing.
Flash::Range nor_protected(uint16_t status, uint64_t size);
/// The bits (nor::kProtection) that protect exactly this. OutOfRange: no bits do.
Result<uint16_t> nor_protection(Flash::Range range, uint64_t size);

}  // namespace drivers
