// SPDX-License-Identifier: BSD-2-Clause
// lib/guid.hh - EFI_GUID as it lies in capsules, variables and partition tables (UEFI 2.10, appendix A).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/print.hh"
#include "lib/text.hh"

/// Bytes in wire order: the first three fields are little-endian, whatever the text looks like.
struct Guid {
  std::array<uint8_t, 16> bytes{};
  bool operator==(const Guid&) const = default;
};
static_assert(sizeof(Guid) == 16 && alignof(Guid) == 1);

// Which byte each pair of digits is, and where dashes stand in the text.
constexpr uint8_t kGuidOrder[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
constexpr bool guid_has_dash(size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

constexpr size_t kGuidText = 36;  // "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"

/// Upper or lower case, no braces. Error::BadNumber: anything else.
constexpr Result<Guid> parse_guid(std::string_view text) {
  if (text.size() != kGuidText) return failure(Error::BadNumber);
  Guid guid;
  size_t at = 0;
  for (const uint8_t place : kGuidOrder) {
    if (guid_has_dash(at) && text[at++] != '-') return failure(Error::BadNumber);
    const unsigned high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
    if (high > 15 || low > 15) return failure(Error::BadNumber);
    guid.bytes[place] = uint8_t(high << 4 | low);
    at += 2;
  }
  return guid;
}

/// For constants: a text that is none does not compile.
consteval Guid operator""_guid(const char* text, size_t size) { return *parse_guid({text, size}); }

/// The text of a GUID, kept for as long as a line is printed: print("{}\n", GuidText(guid).view()).
class GuidText {
 public:
  explicit GuidText(const Guid& guid);
  std::string_view view() const { return {text_.data(), text_.size()}; }

 private:
  std::array<char, kGuidText> text_;
};
