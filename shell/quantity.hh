// SPDX-License-Identifier: BSD-2-Clause
// shell/quantity.hh - numbers as people write frequencies: 48M, 1.5G, 32768, 32.768k.
#pragma once
#include <cstdint>
#include <string_view>

#include "lib/result.hh"

namespace shell {

/// A number as lib/text.hh takes it, or a decimal with k, M or G behind it. Error::BadNumber: anything else, more than
/// 64 bits, or a fraction of one.
Result<uint64_t> parse_quantity(std::string_view text);

}  // namespace shell
