// SPDX-License-Identifier: BSD-2-Clause
#include "efi/der.hh"

#include <array>

namespace efi {
namespace {

constexpr uint8_t kLong = 0x80;  // of the length's first byte: it follows, in as many bytes as the other bits say
constexpr std::byte kZero{0}, kSign{0x80}, kTrue{0xff};

// The value of a type whose contents have a form. Fails by leaving nothing: each of these has a byte at least.
Bytes value_of(uint8_t tag, Bytes contents) {
  if (contents.empty()) return {};
  const std::byte first = contents[0];
  if (tag == der::kBoolean) return contents.size() == 1 && (first == kZero || first == kTrue) ? contents : Bytes();
  if (tag == der::kBitString) return first == kZero ? contents.subspan(1) : Bytes();
  if ((first & kSign) != kZero) return {};
  if (first != kZero || contents.size() == 1) return contents;
  return (contents[1] & kSign) != kZero ? contents.subspan(1) : Bytes();
}

}  // namespace

bool same(Bytes a, Bytes b) {
  return a.size() == b.size() && (a.empty() || __builtin_memcmp(a.data(), b.data(), a.size()) == 0);
}

namespace der {

uint64_t size(Bytes head) {
  constexpr uint8_t kLongTag = 0x1f, kMostOctets = 4;
  if (head.size() < 2 || (uint8_t(head[0]) & kLongTag) == kLongTag) return 0;
  const uint8_t first = uint8_t(head[1]);
  if (first < kLong) return 2u + first;
  // No byte at all would be the indefinite form.
  const size_t octets = first - kLong;
  if (octets - 1 >= kMostOctets || head.size() < 2 + octets || head[2] == kZero) return 0;
  uint64_t length = 0;
  for (size_t i = 2; i < 2 + octets; ++i) length = length << 8 | uint8_t(head[i]);
  return length >= kLong ? 2 + octets + length : 0;
}

Bytes next(Bytes& list) {
  const uint64_t whole = size(list);
  if (whole > list.size()) return {};
  const Bytes element = list.first(size_t(whole));
  list = list.subspan(size_t(whole));
  return element;
}

Bytes contents(Bytes element) {
  const uint8_t first = uint8_t(element[1]);
  return element.subspan(first < kLong ? 2 : 2 + first - kLong);
}

bool match(Bytes bytes, const Step* row, Bytes* parts) {
  std::array<Bytes, kDeepest> outside;
  size_t depth = 0;
  for (;; ++row) {
    Bytes none;
    const uint8_t number = row->how & kNoPart;
    Bytes& part = number == kNoPart ? none : parts[number];
    if (row->tag == 0) {
      if ((row->how & Step::Inside) == 0) {
        part = bytes;
        bytes = {};
        continue;
      }
      if (!bytes.empty()) return false;
      if (depth == 0) return true;
      bytes = outside[--depth];
      continue;
    }
    if (bytes.empty() || uint8_t(bytes[0]) != row->tag) {
      if ((row->how & Step::Optional) == 0) return false;
      part = {};
      continue;
    }
    const Bytes element = next(bytes);
    if (element.empty()) return false;
    const Bytes inside = contents(element);
    if (row->how & Step::Inside) {
      part = element;
      outside[depth++] = bytes;
      bytes = inside;
    } else if (row->how & Step::Whole) {
      part = element;
    } else if (row->tag <= kBitString && (row->how & Step::Raw) == 0) {
      part = value_of(row->tag, inside);
      if (part.empty()) return false;
    } else {
      part = inside;
    }
  }
}

}  // namespace der
}  // namespace efi
