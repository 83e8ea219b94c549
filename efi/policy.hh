// SPDX-License-Identifier: BSD-2-Clause
// efi/policy.hh - whether an item suits this platform, signature aside.
#pragma once
#include "efi/capsule.hh"
#include "efi/platform.hh"

namespace efi {

/// The image that `item` is for: its type, index and hardware instance are those of `platform`. There is one in it.
Checked<const ImageDescription*> image_of(const Platform& platform, const Item& item);

/// Refuses a version below the lowest that is supported, and a monotonic count below the highest that was installed.
Verdict check_versions(const Item& item, const Installed& is);

/// `head` is the start of the signed bytes as they were hashed, kMostFront of them or all: the expression and the
/// payload header in it are those that `item` has, for the source may have changed since, and the expression is
/// satisfied.
Verdict check_head(Platform& platform, const Item& item, std::span<const std::byte> head);

}  // namespace efi
