// SPDX-License-Identifier: BSD-2-Clause
// scmi/quirk.hh - platforms that are known to bend the specification. The client is tolerant anyway; a quirk is for
// what tolerance alone would misread. One enumerator, one row in quirk.cc, one use of Client::has() where it matters.
#pragma once
#include <cstdint>

namespace scmi {

enum class Quirk : uint8_t {
  /// A range of rates is announced as one entry though its three words follow (4.6.2.6 wants three).
  TripletCountedAsOne,
  /// CLOCK_ATTRIBUTES fails for clocks that otherwise work: they are not holes, only nameless.
  ClockWithoutAttributes,
};

/// The quirks of one platform, found out once; a platform that gave no answer at all is asked again.
struct Quirks {
  bool known;
  uint32_t bits;
};

}  // namespace scmi
