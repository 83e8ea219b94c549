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
    // Older SCP-firmware counted the triplet as one rate, and its users learned to expect it.
    {"arm", "", 0, UINT32_MAX, bit(Quirk::TripletCountedAsOne)},
    // R-Car X5H: ids inside the count without CLOCK_ATTRIBUTES.
    {"Renesas", "", 0x010a'0000, 0x010a'0000, bit(Quirk::ClockWithoutAttributes)},
};

// Answered, be it by a refusal: asking again would bring nothing new.
template <class T>
bool told(const Result<T>& answer) {
  return answer || answer.error() > Error::Timeout;
}

Quirks quirks_of(Client& client) {
  base::Base base(client);
  const auto vendor = base.vendor();
  if (!vendor) return {told(vendor), 0};
  const auto sub_vendor = base.sub_vendor();
  const auto version = base.implementation_version();
  if (!version) return {told(version), 0};
  Quirks quirks{told(sub_vendor), 0};
  for (const Row& row : kRows)
    if ((row.vendor.empty() || row.vendor == vendor->text()) &&
        (row.sub_vendor.empty() || (sub_vendor && row.sub_vendor == sub_vendor->text())) && *version >= row.first &&
        *version <= row.last)
      quirks.bits |= row.quirks;
  return quirks;
}

}  // namespace

bool Client::has(Quirk quirk) {
  if (!quirks_.known) quirks_ = quirks_of(base_ ? *base_ : *this);
  return (quirks_.bits & bit(quirk)) != 0;
}

}  // namespace scmi
