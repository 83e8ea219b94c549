// SPDX-License-Identifier: BSD-2-Clause
#include "efi/der.hh"

namespace efi {

void Der::fail() {
  failed_ = true;
  rest_ = {};
}

Der::Element Der::next(uint8_t tag) {
  constexpr uint8_t kMoreTag = 0x1f, kLong = 0x80;
  constexpr size_t kMostLength = 4;
  size_t header = 2;
  if (rest_.size() < header || this->tag() != tag || (tag & kMoreTag) == kMoreTag) return fail(), Element{};
  uint64_t length = uint8_t(rest_[1]);
  if (length >= kLong) {
    // 0x80 alone would be the indefinite form.
    const size_t octets = length - kLong;
    if (octets == 0 || octets > kMostLength || rest_.size() - header < octets) return fail(), Element{};
    length = 0;
    for (size_t i = 0; i < octets; ++i) length = length << 8 | uint8_t(rest_[header++]);
    if (length < kLong || length >> 8 * (octets - 1) == 0) return fail(), Element{};
  }
  if (length > rest_.size() - header) return fail(), Element{};
  const Element element{rest_.first(header + length), rest_.subspan(header, length)};
  rest_ = rest_.subspan(header + length);
  return element;
}

Bytes Der::take(uint8_t tag) { return next(tag).contents; }
Bytes Der::whole(uint8_t tag) { return next(tag).whole; }

Der Der::enter(uint8_t tag) {
  Der inside(take(tag));
  inside.failed_ = failed_;
  return inside;
}

Bytes Der::number() {
  const Bytes bytes = take(der::kInteger);
  if (bytes.empty() || uint8_t(bytes[0]) >= 0x80) return fail(), Bytes();
  if (bytes.size() == 1 || bytes[0] != std::byte{0}) return bytes;
  if (uint8_t(bytes[1]) < 0x80) return fail(), Bytes();
  return bytes.subspan(1);
}

uint8_t Der::small_number() {
  const Bytes bytes = number();
  if (bytes.size() != 1) return fail(), uint8_t{0};
  return uint8_t(bytes[0]);
}

Bytes Der::bits() {
  const Bytes bytes = take(der::kBitString);
  if (bytes.empty() || bytes[0] != std::byte{0}) return fail(), Bytes();
  return bytes.subspan(1);
}

}  // namespace efi
