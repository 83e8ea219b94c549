// SPDX-License-Identifier: BSD-2-Clause
// lib/guid.cc
#include "lib/guid.hh"

GuidText::GuidText(const Guid& guid) {
  constexpr uint8_t kOrder[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  size_t at = 0;
  for (const uint8_t place : kOrder) {
    if (at == 8 || at == 13 || at == 18 || at == 23) text_[at++] = '-';
    for (const int shift : {4, 0}) {
      const unsigned digit = guid.bytes[place] >> shift & 15;
      text_[at++] = char(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
  }
}
