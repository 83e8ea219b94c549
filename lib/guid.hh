// SPDX-License-Identifier: BSD-2-Clause
// lib/guid.hh - EFI_GUID as it lies in capsules, variables and partition tables (UEFI 2.10, appendix A).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/print.hh"
#include "lib/result.hh"

/// Bytes in wire order: the first three fields are little-endian, whatever the text looks like.
struct Guid {
  std::array<uint8_t, 16> bytes{};
  bool operator==(const Guid&) const = default;
};
static_assert(sizeof(Guid) == 16 && alignof(Guid) == 1);

constexpr size_t kGuidText = 36;  // "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"

/// Upper or lower case, no braces. Error::BadNumber: anything else.
constexpr Result<Guid> parse_guid(std::string_view text) {
  constexpr uint8_t kOrder[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  if (text.size() != kGuidText) return failure(Error::BadNumber);
  Guid guid;
  size_t at = 0;
  for (const uint8_t place : kOrder) {
    if (at == 8 || at == 13 || at == 18 || at == 23)
      if (text[at++] != '-') return failure(Error::BadNumber);
    unsigned value = 0;
    for (int half = 0; half < 2; ++half) {
      const char c = text[at++];
      const char lower = char(c | 0x20);
      if (c >= '0' && c <= '9')
        value = value * 16 + unsigned(c - '0');
      else if (lower >= 'a' && lower <= 'f')
        value = value * 16 + unsigned(lower - 'a' + 10);
      else
        return failure(Error::BadNumber);
    }
    guid.bytes[place] = uint8_t(value);
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
