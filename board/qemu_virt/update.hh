// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_virt/update.hh - firmware update: images in flash bank 1 and on virtio disks, in two banks each.
#pragma once
#include "efi/platform.hh"
#include "lib/flash.hh"

namespace board {

/// The tree has a flash.
void set_flash();
/// Its chips, whatever lies in them; nullptr: there are none.
Flash* flash_chips();
/// Something was kept before: metadata or variables. A look that costs a boot nothing.
bool updates_in_use();
/// NoDevice: there is nothing to update, no flash and no disk.
Result<efi::Platform*> updates();

}  // namespace board
