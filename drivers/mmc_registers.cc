// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/mmc_registers.hh"

namespace drivers {
namespace {

using Kind = MmcCard::Kind;

// A command names a sector, or a byte, in 32 bits.
constexpr uint64_t kMostSectors = uint64_t{1} << 32, kMostSectorsByByte = kMostSectors / 512;

uint32_t load(ExtCsdBytes is, size_t at, size_t bytes) {
  uint32_t value = 0;
  while (bytes-- > 0) value = value << 8 | is[at + bytes];
  return value;
}

/// Of the CSD that cards of up to 2 GiB have: blocks of 512 to 2048 bytes, in units that grow by a power of two.
Result<uint64_t> small_sectors(const MmcAnswer& csd) {
  const uint32_t block = bits_of(csd, 83, 80);
  if (block < 9 || block > 11) return failure(Error::Malformed);
  return uint64_t{bits_of(csd, 73, 62) + 1} << (bits_of(csd, 49, 47) + 2 + block - 9);
}

MmcCsd with(const MmcAnswer& csd, uint64_t sectors) {
  return {.sectors = sectors, .classes = uint16_t(bits_of(csd, 95, 84)), .locked = bits_of(csd, 13, 12) != 0};
}

/// Permanently, or until the power goes off: BOOT_WP_STATUS where there is one (from revision 6 on), else what BOOT_WP
/// asked for; its bits 7, 3 and 1 narrow that down to one of the two.
bool boot_locked(ExtCsdBytes is, uint8_t revision, unsigned which) {
  if (revision >= 6) return (is[174] >> 2 * which & 3) != 0;
  const uint8_t asked = is[173];
  const bool narrow = asked & 1 << 7;
  return (asked & 1 << 2 && (!narrow || (asked >> 3 & 1) == which)) ||
         (asked & 1 << 0 && (!narrow || (asked >> 1 & 1) == which));
}

}  // namespace

MmcCard::Identity identity_of(Kind kind, const MmcAnswer& cid, uint8_t revision) {
  MmcCard::Identity is;
  is.kind = kind;
  is.cid = cid;
  is.manufacturer = uint8_t(bits_of(cid, 127, 120));
  const bool sd = kind == Kind::Sd;
  for (unsigned i = 0; i < (sd ? 5u : 6u); ++i) {
    const auto c = char(bits_of(cid, 103 - 8 * i, 96 - 8 * i));
    is.product[i] = c >= ' ' && c <= '~' ? c : '?';
  }
  is.revision = uint8_t(sd ? bits_of(cid, 63, 56) : bits_of(cid, 55, 48));
  is.serial = sd ? bits_of(cid, 55, 24) : bits_of(cid, 47, 16);
  is.month = uint8_t(sd ? bits_of(cid, 11, 8) : bits_of(cid, 15, 12));
  if (is.month > 12) is.month = 0;
  is.year = uint16_t(sd ? 2000 + bits_of(cid, 19, 12) : 1997 + bits_of(cid, 11, 8));
  if (!sd && revision > 4 && is.year < 2010) is.year += 16;
  return is;
}

Result<MmcCsd> emmc_csd(const MmcAnswer& csd, bool by_sector) {
  // Version 4 is the first with EXT_CSD, and the last that is counted here.
  if (bits_of(csd, 125, 122) < 4) return failure(Error::NotSupported);
  return with(csd, by_sector ? 0 : TRY(small_sectors(csd)));
}

Result<MmcCsd> sd_csd(const MmcAnswer& csd, bool by_sector) {
  const uint32_t structure = bits_of(csd, 127, 126);
  if (structure == 2) return failure(Error::NotSupported);
  if (structure != (by_sector ? 1 : 0)) return failure(Error::Malformed);
  return with(csd, by_sector ? uint64_t{bits_of(csd, 69, 48) + 1} << 10 : TRY(small_sectors(csd)));
}

Result<MmcExtCsd> parse_ext_csd(ExtCsdBytes is, uint64_t sectors) {
  if (is[61] != 0) return failure(Error::NotSupported);
  const uint8_t type = is[196];
  MmcExtCsd result{.user = sectors ? sectors : load(is, 212, 4),
                   .boot = uint64_t{is[226]} << 8,  // 128 KiB each
                   .general = {},
                   .high_hertz = type & 2   ? 52'000'000u
                                 : type & 1 ? 26'000'000u
                                            : 0,
                   .revision = is[192],
                   .dual = (type & 4) != 0,
                   .cached = (is[33] & 1) != 0,
                   .boot_locked = {boot_locked(is, is[192], 0), boot_locked(is, is[192], 1)}};
  if (result.user == 0) return failure(Error::Malformed);
  if ((is[155] & 1) == 0) return result;                    // partitions that are not set up yet
  const uint64_t unit = uint64_t{is[221]} * is[224] << 10;  // groups that are protected and erased, of 512 KiB each
  for (size_t i = 0; i < result.general.size(); ++i) {
    const uint64_t count = load(is, 143 + 3 * i, 3);
    if (count != 0 && (unit == 0 || count > (sectors ? kMostSectorsByByte : kMostSectors) / unit))
      return failure(Error::Malformed);
    result.general[i] = count * unit;
  }
  return result;
}

Result<SdScr> parse_scr(std::span<const uint8_t, 8> is) {
  if (is[0] >> 4 != 0) return failure(Error::NotSupported);
  return SdScr{.wide = (is[1] & 4) != 0, .counts = (is[3] & 2) != 0, .switches = (is[0] & 15) >= 1};
}

}  // namespace drivers
