// SPDX-License-Identifier: BSD-2-Clause
// board/common/text.hh - names in a tree are anybody's bytes.
#pragma once
#include <algorithm>
#include <string_view>

#include "lib/text.hh"

namespace board {

inline std::string_view shown(std::string_view name) {
  return std::ranges::all_of(name, printable) ? name : "(unprintable)";
}

}  // namespace board
