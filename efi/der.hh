// SPDX-License-Identifier: BSD-2-Clause
// efi/der.hh - a cursor over DER (X.690): definite lengths in their shortest form, tags of one byte, nothing else.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace efi {

using Bytes = std::span<const std::byte>;

namespace der {
/// Identifier octets, as they lie in the encoding.
enum Tag : uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kOid = 0x06,
  kSequence = 0x30,
  kSet = 0x31,
  kPrimitive0 = 0x80,    // [0] IMPLICIT, of a primitive
  kPrimitive1 = 0x81,    //
  kPrimitive2 = 0x82,    //
  kConstructed0 = 0xa0,  // [0] EXPLICIT, or IMPLICIT of a constructed type
  kConstructed1 = 0xa1,
  kConstructed3 = 0xa3,
};
}  // namespace der

/// One level of an encoding. What is inside of an element is read by another cursor, so the reader's code is as deep as
/// the structure that it expects, whatever the bytes nest. The first thing that is not as expected fails the cursor for
/// good: from then on every read is empty. done() tells at the end whether all was well, and nothing read before counts
/// until it has.
class Der {
 public:
  constexpr explicit Der(Bytes bytes) : rest_(bytes) {}

  /// The next element's tag; 0, which no element has, where none follows.
  uint8_t tag() const { return rest_.empty() ? uint8_t{0} : uint8_t(rest_[0]); }
  /// The next element, which has to have this tag: its contents, or all of it.
  Bytes take(uint8_t tag);
  Bytes whole(uint8_t tag);
  /// The next element's contents where it has this tag; else nothing is read and the bytes are empty.
  Bytes maybe(uint8_t tag) { return this->tag() == tag ? take(tag) : Bytes(); }
  /// A cursor over the next element's contents. It has failed when this one has.
  Der enter(uint8_t tag);

  /// INTEGER that is not negative, big-endian, without leading zeros; of zero one byte.
  Bytes number();
  /// The same of 0 to 255; others fail.
  uint8_t small_number();
  /// BIT STRING of whole bytes.
  Bytes bits();

  bool failed() const { return failed_; }
  bool more() const { return !rest_.empty(); }
  /// All was as expected, and nothing is left.
  bool done() const { return !failed_ && rest_.empty(); }
  /// What was not read yet.
  Bytes rest() const { return rest_; }
  /// For who finds that what he read is not what may be there.
  void fail();

 private:
  struct Element {
    Bytes whole, contents;
  };
  Element next(uint8_t tag);

  Bytes rest_;
  bool failed_ = false;
};

}  // namespace efi
