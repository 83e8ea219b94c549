// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/boot_copy.hh - a further copy of a boot image, in a flash.
#pragma once
#include "board/macchiatobin/boot_image.hh"
#include "efi/platform.hh"

namespace board {

/// Makes the boot image at the start of `to` that of `from`, which is refused before anything is changed when it is not
/// sound. Sectors that are equal are left alone. While others change, `to` does not begin with an image: the magic is
/// overwritten before the first of them is erased, and written last of all.
efi::Verdict copy_boot_image(efi::Platform& platform, Area& from, Area& to);

}  // namespace board
