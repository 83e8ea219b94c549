// SPDX-License-Identifier: BSD-2-Clause
#include "shell/quantity.hh"

#include "lib/text.hh"

namespace shell {

Result<uint64_t> parse_quantity(std::string_view text) {
  uint64_t unit = 1;
  if (text.ends_with('k')) unit = 1'000;
  if (text.ends_with('M')) unit = 1'000'000;
  if (text.ends_with('G')) unit = 1'000'000'000;
  if (unit == 1) return parse_number(text);
  text.remove_suffix(1);

  uint64_t value = 0;
  bool digits = false, fraction = false;
  for (const char c : text) {
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    digits = true;
    if (fraction) unit /= 10;
    if (c < '0' || c > '9' || unit == 0 || __builtin_mul_overflow(value, 10u, &value) ||
        __builtin_add_overflow(value, unsigned(c - '0'), &value))
      return failure(Error::BadNumber);
  }
  if (!digits || __builtin_mul_overflow(value, unit, &value)) return failure(Error::BadNumber);
  return value;
}

}  // namespace shell
