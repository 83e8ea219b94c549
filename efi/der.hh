// SPDX-License-Identifier: BSD-2-Clause
// efi/der.hh - DER (X.690), strictly: definite lengths in their shortest form, tags of one byte, nothing else.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace efi {

using Bytes = std::span<const std::byte>;

bool same(Bytes a, Bytes b);

/// What ASN.1 says of a structure is data here: a row of steps that its elements are held against. So a reader goes as
/// deep as its row, whatever the bytes nest, and each structure costs two bytes a step.
namespace der {

/// Identifier octets, as they lie in the encoding.
constexpr uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kNull = 0x05, kOid = 0x06;
constexpr uint8_t kSequence = 0x30, kSet = 0x31;
/// [number] of a primitive type that is IMPLICIT; of any other.
constexpr uint8_t primitive(uint8_t number) { return 0x80 | number; }
constexpr uint8_t constructed(uint8_t number) { return 0xa0 | number; }

struct Step {
  enum How : uint8_t { Optional = 0x10, Whole = 0x20, Raw = 0x40, Inside = 0x80 };
  uint8_t tag;  // 0: no element is read
  uint8_t how;  // and the number of the part that it is kept as
};
constexpr uint8_t kNoPart = 0xf;  // at most 15 are kept
constexpr size_t kDeepest = 5;

/// The next element: its value. INTEGER: not negative, without leading zeros (of zero one byte); BIT STRING: of whole
/// bytes, without the number in front of them; BOOLEAN: one byte, zero or not; of any other its contents.
constexpr Step take(uint8_t tag, uint8_t part = kNoPart) { return {tag, part}; }
/// The same where the next element has that tag; else the part is empty.
constexpr Step maybe(uint8_t tag, uint8_t part = kNoPart) { return {tag, uint8_t(Step::Optional | part)}; }
/// The next element as it is encoded.
constexpr Step whole(uint8_t tag, uint8_t part) { return {tag, uint8_t(Step::Whole | part)}; }
constexpr Step maybe_whole(uint8_t tag, uint8_t part) { return {tag, uint8_t(Step::Optional | Step::Whole | part)}; }
/// The contents of the next element, whatever they are by its tag.
constexpr Step raw(uint8_t tag, uint8_t part) { return {tag, uint8_t(Step::Raw | part)}; }
/// Goes on inside of the next element, which is kept as it is encoded.
constexpr Step enter(uint8_t tag, uint8_t part = kNoPart) { return {tag, uint8_t(Step::Inside | part)}; }
/// All that is left of the element that was entered.
constexpr Step rest(uint8_t part) { return {0, part}; }
/// Nothing is left of it. At the outermost level: of all, and the row ends.
constexpr Step kEnd = {0, Step::Inside};

/// Whether `bytes` are as `row` has it; only then the parts count. They are views of `bytes`.
bool match(Bytes bytes, const Step* row, Bytes* parts);

/// Takes the next element off `list`, whole, whatever its tag. Empty where none can be read.
Bytes next(Bytes& list);
/// The contents of what next() returned.
Bytes contents(Bytes element);
/// The size of the element that begins here, as its first bytes have it; `head` need not hold all of it. 0: that is no
/// DER, or `head` ends within the length.
uint64_t size(Bytes head);

}  // namespace der
}  // namespace efi
