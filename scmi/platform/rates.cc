// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/platform/rates.hh"

#include <algorithm>
#include <optional>

namespace scmi::platform {
namespace {

struct Neighbours {
  std::optional<uint64_t> below, above;  // or equal
};

Neighbours neighbours(const Rates& rates, uint64_t wanted) {
  const auto words = rates.words;
  if (rates.range) {
    const uint64_t lowest = words[0], step = words[2];
    const uint64_t highest = lowest + (words[1] - lowest) / step * step;  // that can be reached
    if (wanted < lowest) return {std::nullopt, lowest};
    if (wanted > highest) return {highest, std::nullopt};
    const uint64_t below = lowest + (wanted - lowest) / step * step;
    return {below, below == wanted ? below : below + step};
  }
  const auto above = std::lower_bound(words.begin(), words.end(), wanted);
  Neighbours found;
  if (above != words.end()) found.above = *above;
  if (above != words.end() && *above == wanted)
    found.below = wanted;
  else if (above != words.begin())
    found.below = above[-1];
  return found;
}

}  // namespace

Result<uint64_t> choose_rate(const Rates& rates, uint64_t wanted, uint32_t round) {
  const auto [below, above] = neighbours(rates, wanted);
  switch (round) {
    case 0:
      if (below) return *below;
      break;
    case 1:
      if (above) return *above;
      break;
    case 2:
      if (below && (!above || wanted - *below <= *above - wanted)) return *below;
      return *above;
  }
  return failure(Error::InvalidParameters);
}

}  // namespace scmi::platform
