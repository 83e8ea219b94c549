// SPDX-License-Identifier: BSD-2-Clause
// efi/windows_ux.hh - a capsule with a picture to be shown during the update. It is checked; nobody here shows it.
#pragma once
#include "efi/verdict.hh"
#include "lib/reader.hh"

namespace efi {

/// `all` is the capsule whole, its header `header_size` of it. Refuses one without room for a picture, a version that
/// is not 1, and bytes whose sum is not 0 modulo 256. Reads all of them.
Verdict check_windows_ux(Reader& source, uint32_t header_size, uint32_t all);

}  // namespace efi
