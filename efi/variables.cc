// SPDX-License-Identifier: BSD-2-Clause
#include "efi/variables.hh"

namespace efi {

NumberedName::NumberedName(std::string_view prefix, uint16_t number) : size_(uint8_t(prefix.size() + 4)) {
  size_t at = 0;
  for (const char c : prefix) text_[at++] = c;
  for (int shift = 12; shift >= 0; shift -= 4) text_[at++] = "0123456789ABCDEF"[number >> shift & 15];
}

}  // namespace efi
