// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/sfdp.hh"

#include <algorithm>

namespace drivers {
namespace {

constexpr uint32_t kSignature = 0x5044'4653;                           // "SFDP"
constexpr uint32_t kBasic = 0xff00, kMap = 0xff81, kWide = 0xff84;     // identifiers of tables
constexpr uint32_t kLeastBasic = 9, kRevisionA = 11, kRevisionB = 16;  // words of the basic table

constexpr uint64_t kLeast = 64 * 1024, kNarrow = uint64_t{1} << 24;  // bytes
constexpr uint32_t kLeastErase = 256;

struct Table {
  uint32_t at = 0, words = 0;
};

Result<void> get(Reader& sfdp, uint32_t at, std::span<uint32_t> words) {
  return sfdp.read(at, std::as_writable_bytes(words));
}

/// Whether erasing a sector is all that this can mean: 4 KiB, 32 KiB, 64 KiB and their like with addresses of 4 bytes,
/// and those that some vendors have for pages and sectors. A table that names others would have us erase or lock
/// everything.
constexpr bool erases(uint8_t opcode) {
  switch (opcode) {
    case 0x20:
    case 0x21:
    case 0x52:
    case 0x5c:
    case 0x81:
    case 0xd7:
    case 0xd8:
    case 0xdc: return true;
    default: return false;
  }
}

/// JESD216 6.4.5; 0: a size that no chip has.
constexpr uint64_t density(uint32_t word) {
  const uint32_t exponent = word & 0x7fff'ffff;
  if (word >> 31 && exponent > 35) return 0;
  const uint64_t bits = word >> 31 ? uint64_t{1} << exponent : uint64_t{word} + 1;
  return bits & (bits - 1) || bits < 8 * kLeast ? 0 : bits / 8;
}

}  // namespace

Result<void> parse_sfdp(Reader& sfdp, NorShape& to) {
  uint32_t head[2];
  CHECK(get(sfdp, 0, head));
  if (head[0] != kSignature) return failure(Error::NotFound);
  if ((head[1] >> 8 & 0xff) != 1) return failure(Error::NotSupported);
  const uint32_t headers = (head[1] >> 16 & 0xff) + 1;

  Table basic, wide;
  for (uint32_t i = 0; i < headers; ++i) {
    CHECK(get(sfdp, 8 + 8 * i, head));
    if ((head[0] >> 16 & 0xff) != 1) continue;
    const uint32_t id = head[1] >> 24 << 8 | (head[0] & 0xff);
    const Table table{head[1] & 0xff'ffff, head[0] >> 24};
    if (id == kMap) return failure(Error::NotSupported);  // its sectors are not the same everywhere
    if (id != kBasic && id != kWide) continue;
    if (table.at % 4 != 0 || table.at < 8 + 8 * headers) return failure(Error::Malformed);
    (id == kBasic ? basic : wide) = table;
  }
  if (basic.words < kLeastBasic) return failure(Error::Malformed);
  uint32_t words[kRevisionB] = {}, wides[2] = {};
  CHECK(get(sfdp, basic.at, std::span(words).first(std::min(basic.words, kRevisionB))));
  if (wide.words >= 2) CHECK(get(sfdp, wide.at, wides));
  const auto word = [&](unsigned number) { return words[number - 1]; };  // they are numbered from 1 on

  static constexpr NorShape kNothing;
  to = kNothing;
  to.size = density(word(2));
  const bool large = to.size > kNarrow;
  const uint32_t address = word(1) >> 17 & 3;  // 0: 3 bytes, 1: 3 or 4, 2: 4
  if (to.size == 0 || address == 3 || (address == 0 && large)) return failure(Error::Malformed);
  if (address == 2 || large) to.address_bytes = 4;
  // Reading, programming and one way to erase, by addresses of 4 bytes in any mode.
  bool dedicated = false;
  if (address == 1 && large) {
    dedicated = (wides[0] & 0x41) == 0x41 && (wides[0] & 0x1e00) != 0;
    to.enter_wide = !dedicated;
    if (dedicated) {
      to.read = 0x13;
      to.program = 0x12;
    } else if (basic.words >= kRevisionB && !((word(16) & 3u << 24) && (word(16) & 3u << 14))) {
      return failure(Error::NotSupported);
    }
  }

  const bool timed = basic.words >= kRevisionA;
  if (timed) {
    to.page = 1u << (word(11) >> 4 & 0xf);
    if (to.page < 16) return failure(Error::Malformed);
    const uint32_t unit = word(11) & 1u << 13 ? 64 : 8;  // microseconds
    to.program_limit =
        std::max(2 * ((word(11) & 0xf) + 1) * ((word(11) >> 8 & 0x1f) + 1) * unit, NorShape::kProgramLimit);
  }
  to.flag_status = (word(14) & 0xc) == 8;

  NorShape::Erase* next = to.erases.data();
  for (unsigned i = 0; i < 4; ++i) {
    const uint32_t type = word(8 + i / 2) >> 16 * (i % 2);
    const uint32_t exponent = type & 0xff, size = 1u << (exponent & 31);
    if (exponent == 0) continue;
    if (exponent > 31 || size > to.size || size < kLeastErase || size < to.page) return failure(Error::Malformed);
    auto opcode = uint8_t(type >> 8);
    if (dedicated) opcode = uint8_t(wides[0] >> (9 + i) & 1 ? wides[1] >> 8 * i : 0);
    if (!erases(opcode)) continue;
    uint32_t limit = NorShape::kEraseLimit;
    if (timed) {
      constexpr uint16_t kUnits[] = {1, 16, 128, 1000};  // milliseconds
      const uint32_t time = word(10) >> (4 + 7 * i);
      limit = 2 * ((word(10) & 0xf) + 1) * ((time & 0x1f) + 1) * kUnits[time >> 5 & 3];
      limit = std::clamp(limit, 1000u, 60'000u);
    }
    *next++ = {.size = size, .limit = limit, .opcode = opcode};
  }
  if (to.erases[0].size == 0) return failure(Error::NotSupported);
  return {};
}

}  // namespace drivers
