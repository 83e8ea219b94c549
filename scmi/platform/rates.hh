// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/rates.hh - which of a clock's rates a request means.
#pragma once
#include "lib/result.hh"
#include "scmi/platform/description.hh"

namespace scmi::platform {

/// The rate nearest to `wanted` hertz on the side that `round` (RATE_SET flags 3:2, 4.6.2.7) names: 0 down, 1 up,
/// 2 whichever is nearer. Error::InvalidParameters: there is none on that side, or `round` is reserved.
Result<uint64_t> choose_rate(const Rates& rates, uint64_t wanted, uint32_t round);

}  // namespace scmi::platform
