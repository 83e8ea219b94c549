// SPDX-License-Identifier: BSD-2-Clause
// lib/guid.cc
#include "lib/guid.hh"

GuidText::GuidText(const Guid& guid) {
  size_t at = 0;
  for (const uint8_t place : kGuidOrder) {
    if (guid_has_dash(at)) text_[at++] = '-';
    for (const int shift : {4, 0}) {
      const unsigned digit = guid.bytes[place] >> shift & 15;
      text_[at++] = char(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
  }
}
