// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/quirk.hh"

#include <string_view>

#include "scmi/base.hh"

namespace scmi {
namespace {

constexpr uint32_t bit(Quirk quirk) { return 1u << uint32_t(quirk); }

struct Row {
  std::string_view vendor, sub_vendor;  // whole names; empty: any
  uint32_t first, last;                 // implementation version
  uint32_t quirks;
};

constexpr Row kRows[] = {
    // SCP-firmware before 2.11 counted the triplet as one rate (EDK2 relied on it).
    {"arm", "arm", 0, 0x0002'0aff, bit(Quirk::TripletCountedAsOne)},
    // R-Car X5H: ids inside the count without CLOCK_ATTRIBUTES or CLOCK_DESCRIBE_RATES.
    {"Renesas", "", 0, UINT32_MAX, bit(Quirk::ClockWithoutAttributes)},
};

uint32_t quirks_of(Client& client) {
  base::Base base(client);
  const auto vendor = base.vendor();
  const auto sub_vendor = base.sub_vendor();
  const auto version = base.implementation_version();
  if (!vendor || !version) return 0;
  uint32_t quirks = 0;
  for (const Row& row : kRows)
    if ((row.vendor.empty() || row.vendor == vendor->text()) &&
        (row.sub_vendor.empty() || (sub_vendor && row.sub_vendor == sub_vendor->text())) && *version >= row.first &&
        *version <= row.last)
      quirks |= row.quirks;
  return quirks;
}

}  // namespace

bool Client::has(Quirk quirk) {
  if (!quirks_.known) quirks_ = {true, quirks_of(base_ ? *base_ : *this)};
  return (quirks_.bits & bit(quirk)) != 0;
}

}  // namespace scmi
