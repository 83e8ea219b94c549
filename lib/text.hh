// SPDX-License-Identifier: BSD-2-Clause
// lib/text.hh - taking words and numbers out of text that a person or a device tree supplied.
#pragma once
#include <cstdint>
#include <string_view>

#include "lib/result.hh"

/// Decimal, or hexadecimal after 0x. Error::BadNumber: anything else, or more than 64 bits.
Result<uint64_t> parse_number(std::string_view text);
/// The same, and at most `most`.
Result<uint64_t> parse_number(std::string_view text, uint64_t most);

/// Takes the first word (no blanks; one between " " may have them) off `text`. Empty: there is none left.
std::string_view take_word(std::string_view& text);
/// Takes what stands before `separator` off `text`, with the separator.
std::string_view take_until(std::string_view& text, char separator);

/// What a hexadecimal digit of either case stands for; 16 and more: it is none.
constexpr unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return unsigned(c - '0');
  const char lower = char(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? unsigned(lower - 'a') + 10 : 99;
}

/// True when the byte can be printed on any terminal as it is.
constexpr bool printable(char c) { return c >= ' ' && c <= '~'; }
