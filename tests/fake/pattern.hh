// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/pattern.hh - bytes without a pattern of their own, the same each time.
#pragma once
#include <string>

namespace fake {

inline std::string pattern(size_t size, unsigned seed = 1) {
  std::string text(size, '\0');
  for (char& c : text) {
    seed = seed * 1664525 + 1013904223;  // Numerical Recipes
    c = char(seed >> 24);
  }
  return text;
}

}  // namespace fake
