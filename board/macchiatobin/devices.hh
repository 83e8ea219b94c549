// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/devices.hh - storage of the board. Nothing is asked of it before its first use.
#pragma once
#include "board/common/discovery.hh"
#include "lib/flash.hh"
#include "lib/mmc.hh"

namespace board {

Flash& spi_flash();  // "spi"
MmcCard& emmc();     // "mmc0"
MmcCard& sd_card();  // "mmc1"

// Rows of the table: where the controllers are. One that the tree does not have answers NoDevice.
void bind_spi(const Device& device);
void bind_emmc(const Device& device);
void bind_sd(const Device& device);

/// Before a reset or a hand-over: what cards kept back is written, and they are as a boot ROM wants them.
void release_storage();

}  // namespace board
