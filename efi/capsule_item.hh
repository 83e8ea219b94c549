// SPDX-License-Identifier: BSD-2-Clause
// efi/capsule_item.hh - the inside of one item of a capsule, for those who read it: efi/capsule.cc, efi/policy.cc.
#pragma once
#include "efi/capsule.hh"
#include "efi/capsule_format.hh"
#include "efi/dependency.hh"
#include "efi/verdict.hh"

namespace efi {

/// Exactly these bytes, for who parses a capsule: a copy, since what is read twice may differ.
Verdict read_capsule(Reader& source, uint64_t offset, std::span<std::byte> to);
template <class T>
Verdict read_capsule(Reader& source, uint64_t offset, T& to) {
  return read_capsule(source, offset, std::as_writable_bytes(std::span(&to, 1)));
}

/// Item `number` of the `items` that this capsule has, into `to`, which is zero. Refusals do not name the item: who
/// asked knows it.
Verdict read_item(Reader& source, const CapsuleHeader& capsule, unsigned items, unsigned number, Item& to);

/// What stands between the signature and the image, from the first bytes of the signed ones: all of them, or
/// kMostFront. Sets dependency, payload_header and image of `to` from its other fields. Whoever reads the signed bytes
/// again, to digest them, asks this of them as well: what an item was when it was found may not be what was signed.
Verdict read_signed(std::span<const std::byte> front, Item& to);
constexpr size_t kMostFront = kMostDependency + sizeof(format::PayloadHeader);

}  // namespace efi
