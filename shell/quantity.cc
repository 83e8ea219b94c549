// SPDX-License-Identifier: BSD-2-Clause
#include "shell/quantity.hh"

#include "lib/text.hh"

namespace shell {

using namespace std::string_view_literals;

Result<uint64_t> parse_quantity(std::string_view text) {
  uint64_t unit = 1;
  if (text.ends_with('k')) unit = 1'000;
  if (text.ends_with('M')) unit = 1'000'000;
  if (text.ends_with('G')) unit = 1'000'000'000;
  if (unit == 1) return parse_number(text);
  text.remove_suffix(1);

  const bool fraction = text.find('.') != text.npos;
  const std::string_view whole = take_until(text, '.');
  if (whole.starts_with("0x"sv) || whole.starts_with("0X"sv) || (fraction && text.empty())) return failure(Error::BadNumber);
  uint64_t value = TRY(parse_number(whole));
  if (__builtin_mul_overflow(value, unit, &value)) return failure(Error::BadNumber);
  for (const char digit : text) {
    unit /= 10;
    if (unit == 0 || digit < '0' || digit > '9') return failure(Error::BadNumber);
    if (__builtin_add_overflow(value, unit * uint64_t(digit - '0'), &value)) return failure(Error::BadNumber);
  }
  return value;
}

}  // namespace shell
