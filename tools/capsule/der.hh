// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/der.hh - writing DER (X.690). Small things, put together from the inside out.
#pragma once
#include <ctime>
#include <initializer_list>

#include "tools/capsule/bytes.hh"

namespace capsule::der {

enum Tag : uint8_t {
  Integer = 0x02,
  OctetString = 0x04,
  Null = 0x05,
  ObjectIdentifier = 0x06,
  UtcTime = 0x17,
  GeneralizedTime = 0x18,
  Sequence = 0x30,
  Set = 0x31,
  Context0 = 0xa0,  // [0], constructed
};

/// Tag, length and all `parts` one after the other.
Bytes element(Tag tag, std::initializer_list<View> parts);
/// The same with the parts in the order of a SET OF (11.6).
Bytes set_of(Tag tag, std::vector<Bytes> parts);
/// The form that a signing time has (RFC 5652, 11.3): UTCTime from 1950 to 2049, GeneralizedTime otherwise.
Bytes time(time_t seconds);

/// The size of the element at the start of `bytes`; 0: there is none that fits into them.
size_t size_of_element(View bytes);

}  // namespace capsule::der
