// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/update.hh - the firmware update of this board.
#pragma once
#include "efi/platform.hh"

namespace board {

/// Something was kept before: metadata or variables. Starts the SPI flash, and not the eMMC.
bool updates_in_use();
efi::Platform& updates();

}  // namespace board
