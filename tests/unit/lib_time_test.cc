// SPDX-License-Identifier: BSD-2-Clause
#include "lib/time.hh"

#include <gtest/gtest.h>

namespace {

TEST(LibTime, a_limit_is_never_shorter_than_asked_for) {
  for (const uint32_t hertz : {1u, 999u, 1000u, 1001u, 32'768u, 24'000'000u, 62'500'000u, 1'000'000'000u, UINT32_MAX}) {
    const Time time{nullptr, hertz};
    for (const uint64_t us : {0u, 1u, 7u, 999u, 1000u, 30'000u, 2'000'000u, 3'600'000'000u}) {
      const double exact = double(us) * hertz / 1e6;
      EXPECT_GE(double(time.microseconds(us)), exact) << us << " us at " << hertz;
      EXPECT_LE(double(time.microseconds(us)), exact + double(us) / 1000 + 2) << us << " us at " << hertz;
    }
    EXPECT_EQ(time.milliseconds(30), time.microseconds(30'000));
  }
}

}  // namespace
