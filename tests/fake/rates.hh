// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/rates.hh - walks the rates of a clock to their end, as a user of the client does.
#pragma once
#include <gtest/gtest.h>

#include <vector>

#include "scmi/clock.hh"
#include "tests/fake/result.hh"

namespace fake {

struct Rates {
  std::vector<uint64_t> hertz;
  Error end = kNone;
  bool triplet = false;
};

inline Rates rates_of(scmi::Client& client, uint32_t clock) {
  Rates all;
  auto rates = scmi::clock::Clock(client).rates(scmi::clock::Id(clock));
  for (;;) {
    const auto rate = rates.next();
    all.end = error_of(rate);
    if (!rate || !*rate) return all;
    all.triplet = rates.triplet();
    all.hertz.push_back(**rate);
    if (all.hertz.size() > 100'000) {
      ADD_FAILURE() << "the walk does not end";
      return all;
    }
  }
}

}  // namespace fake
