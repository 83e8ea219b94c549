// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/sfdp.hh"

#include <algorithm>
#include <bit>

namespace drivers {
namespace {

constexpr uint32_t kSignature = 0x5044'4653;                           // "SFDP"
constexpr uint32_t kBasic = 0xff00, kMap = 0xff81, kWide = 0xff84;     // identifiers of tables
constexpr uint32_t kLeastBasic = 9, kRevisionA = 11, kRevisionB = 16;  // words of the basic table

constexpr uint64_t kLeast = 64 * 1024, kMost = uint64_t{1} << 32, kNarrow = uint64_t{1} << 24;  // bytes
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

/// JESD216 6.4.5
Result<uint64_t> density(uint32_t word) {
  const uint32_t exponent = word & 0x7fff'ffff;
  if (word >> 31 && exponent > 35) return failure(Error::Malformed);
  const uint64_t bytes = word >> 31 ? uint64_t{1} << exponent >> 3 : (uint64_t{word} + 1) / 8;
  if (!std::has_single_bit(bytes) || bytes < kLeast || bytes > kMost) return failure(Error::Malformed);
  return bytes;
}

/// Keeps `is` with the largest first; of two that erase alike, the first.
void keep(std::array<NorShape::Erase, 4>& all, NorShape::Erase is) {
  for (NorShape::Erase& at : all) {
    if (is.size == at.size) return;
    if (is.size > at.size) std::swap(is, at);
  }
}

}  // namespace

Result<NorShape> parse_sfdp(Reader& sfdp) {
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

  NorShape is;
  is.size = TRY(density(word(2)));
  const uint32_t address = word(1) >> 17 & 3;  // 0: 3 bytes, 1: 3 or 4, 2: 4
  if (address == 3 || (address == 0 && is.size > kNarrow)) return failure(Error::Malformed);
  if (address == 2 || is.size > kNarrow) is.address_bytes = 4;
  // Reading and programming, by addresses of 4 bytes in any mode.
  const bool dedicated = is.size > kNarrow && address == 1 && (wides[0] & 0x41) == 0x41 && (wides[0] & 0x1e00) != 0;
  if (dedicated) {
    is.read = 0x13;
    is.program = 0x12;
  } else if (is.size > kNarrow && address == 1) {
    if (basic.words >= kRevisionB && !((word(16) & 3u << 24) && (word(16) & 3u << 14)))
      return failure(Error::NotSupported);
    is.enter_wide = true;
  }

  const bool timed = basic.words >= kRevisionA;
  for (unsigned i = 0; i < 4; ++i) {
    const uint32_t type = word(8 + i / 2) >> 16 * (i % 2);
    const auto exponent = uint8_t(type);
    auto opcode = uint8_t(type >> 8);
    if (exponent == 0) continue;
    if (exponent > 31 || 1u << exponent > is.size || 1u << exponent < kLeastErase) return failure(Error::Malformed);
    if (dedicated) {
      if (!(wides[0] >> (9 + i) & 1)) continue;
      opcode = uint8_t(wides[1] >> 8 * i);
    }
    if (!erases(opcode)) continue;
    uint32_t limit = NorShape::kEraseLimit;
    if (timed) {
      constexpr uint32_t kUnits[] = {1, 16, 128, 1000};  // milliseconds
      const uint32_t time = word(10) >> (4 + 7 * i);
      const uint32_t most = 2 * ((word(10) & 0xf) + 1) * ((time & 0x1f) + 1) * kUnits[time >> 5 & 3];
      limit = std::clamp(most, 1000u, 60'000u);
    }
    keep(is.erases, {.size = 1u << exponent, .limit = limit, .opcode = opcode});
  }
  if (is.erases[0].size == 0) return failure(Error::NotSupported);

  if (timed) {
    is.page = 1u << (word(11) >> 4 & 0xf);
    const uint32_t unit = word(11) & 1u << 13 ? 64 : 8;  // microseconds
    is.program_limit =
        std::max(2 * ((word(11) & 0xf) + 1) * ((word(11) >> 8 & 0x1f) + 1) * unit, NorShape::kProgramLimit);
  }
  for (const NorShape::Erase& erase : is.erases)
    if (erase.size != 0 && erase.size < is.page) return failure(Error::Malformed);
  if (is.page < 16) return failure(Error::Malformed);
  is.flag_status = (word(14) & 0xc) == 8;
  return is;
}

}  // namespace drivers
