// SPDX-License-Identifier: BSD-2-Clause
// efi/bank_writer.hh - puts an image into an area, and knows that it is there.
#pragma once
#include "efi/verify.hh"

namespace efi {

/// Writes the image of `item`, erasing as it goes, and reads back each piece. The bytes are digested again: refused
/// when they are not those that were verified. What the area had is lost in any case, behind the image too, up to the
/// next block.
Verdict write_image(Platform& platform, Reader& source, const VerifiedItem& item, Area& to);

/// Makes `to` what `from` is, reading back each piece; what is equal already is left alone. Neither is larger than the
/// other, or what is larger is blank behind.
Verdict copy_image(Platform& platform, Area& from, Area& to);

}  // namespace efi
