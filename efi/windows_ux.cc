// SPDX-License-Identifier: BSD-2-Clause
// efi/windows_ux.cc
#include "efi/windows_ux.hh"

#include <algorithm>

#include "efi/capsule_format.hh"
#include "efi/capsule_item.hh"

namespace efi {

Verdict check_windows_ux(Reader& source, uint32_t header_size, uint32_t all) {
  format::DisplayCapsule display{};
  if (all - header_size > sizeof display) CHECK_VERDICT(read_capsule(source, header_size, display));
  if (display.version != display.kVersion)
    return REFUSE("Windows UX capsule", "not of version 1, or cut", InvalidFormat);

  std::array<std::byte, 512> piece;
  uint8_t sum = 0;
  for (uint32_t at = 0; at < all;) {
    const auto bytes = std::span(piece).first(std::min<size_t>(piece.size(), all - at));
    CHECK_VERDICT(read_capsule(source, at, bytes));
    for (const std::byte byte : bytes) sum = uint8_t(sum + uint8_t(byte));
    at += uint32_t(bytes.size());
  }
  if (sum) return REFUSE("Windows UX capsule", "wrong checksum", InvalidFormat);
  return {};
}

}  // namespace efi
