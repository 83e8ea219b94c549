// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/dependency_text.hh - dependency expressions as people write them:
//   GUID >= 3 && !(GUID == 0x10002 || GUID < 2)
// A GUID stands for the version of that image which is installed. `!` binds strongest, then comparisons (== != < <= >
// >=),
// `&&`, `||`; `true` and `false` are truth values; numbers are decimal or hexadecimal after 0x, with at most 32 bits.
#pragma once
#include <string>

#include "tools/capsule/bytes.hh"
#include "tools/capsule/outcome.hh"

namespace capsule {

/// The expression in EFI_FIRMWARE_IMAGE_DEP's form, END included. A failure names the column.
Outcome<Bytes> parse_dependency(std::string_view text);

/// The text of an expression that efi::dependency_size() has taken.
std::string describe_dependency(View expression);

}  // namespace capsule
