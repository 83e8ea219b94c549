// SPDX-License-Identifier: BSD-2-Clause
#include "lib/text.hh"

Result<uint64_t> parse_number(std::string_view text) { return parse_number(text, UINT64_MAX); }

Result<uint64_t> parse_number(std::string_view text, uint64_t most) {
  unsigned base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  if (text.empty()) return failure(Error::BadNumber);
  uint64_t value = 0;
  for (const char c : text) {
    const unsigned digit = hex_digit(c);
    if (digit >= base || value > (UINT64_MAX - digit) / base) return failure(Error::BadNumber);
    value = value * base + digit;
  }
  if (value > most) return failure(Error::BadNumber);
  return value;
}

std::string_view take_until(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view first = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return first;
}

std::string_view take_word(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  if (!text.empty() && text.front() == '"') {
    text.remove_prefix(1);
    return take_until(text, '"');
  }
  size_t length = 0;
  while (length < text.size() && text[length] != ' ' && text[length] != '\t') ++length;
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}
