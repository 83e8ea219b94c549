// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/platform/rates.hh"

#include <gtest/gtest.h>

namespace {

using namespace scmi::platform;

constexpr uint32_t kDown = 0, kUp = 1, kNearest = 2;
constexpr Rates kList = list<100, 200, 400>;
constexpr Rates kRange = range<100, 250, 40>;  // 100, 140, 180, 220: the highest is never reached

/// 0: refused.
uint64_t chosen(const Rates& rates, uint64_t wanted, uint32_t round) {
  const auto rate = choose_rate(rates, wanted, round);
  if (!rate) EXPECT_EQ(rate.error(), Error::InvalidParameters);
  return rate.value_or(0);
}

TEST(PlatformRates, a_rate_that_there_is_comes_back_however_it_is_rounded) {
  for (const uint32_t round : {kDown, kUp, kNearest}) {
    for (const uint64_t rate : {100, 200, 400}) EXPECT_EQ(chosen(kList, rate, round), rate);
    for (const uint64_t rate : {100, 140, 180, 220}) EXPECT_EQ(chosen(kRange, rate, round), rate);
  }
}

TEST(PlatformRates, between_two_rates_the_rounding_decides) {
  EXPECT_EQ(chosen(kList, 399, kDown), 200u);
  EXPECT_EQ(chosen(kList, 201, kUp), 400u);
  EXPECT_EQ(chosen(kRange, 179, kDown), 140u);
  EXPECT_EQ(chosen(kRange, 141, kUp), 180u);
}

TEST(PlatformRates, nearest_is_the_lower_one_of_two_that_are_equally_near) {
  EXPECT_EQ(chosen(kList, 299, kNearest), 200u);
  EXPECT_EQ(chosen(kList, 300, kNearest), 200u);
  EXPECT_EQ(chosen(kList, 301, kNearest), 400u);
  EXPECT_EQ(chosen(kRange, 160, kNearest), 140u);
  EXPECT_EQ(chosen(kRange, 161, kNearest), 180u);
}

TEST(PlatformRates, beyond_the_ends_only_one_side_has_a_rate) {
  EXPECT_EQ(chosen(kList, 99, kDown), 0u);
  EXPECT_EQ(chosen(kList, 99, kUp), 100u);
  EXPECT_EQ(chosen(kList, 0, kNearest), 100u);
  EXPECT_EQ(chosen(kList, 401, kUp), 0u);
  EXPECT_EQ(chosen(kList, ~uint64_t{0}, kDown), 400u);
  EXPECT_EQ(chosen(kList, ~uint64_t{0}, kNearest), 400u);
  EXPECT_EQ(chosen(kRange, 99, kDown), 0u);
  EXPECT_EQ(chosen(kRange, 0, kUp), 100u);
  EXPECT_EQ(chosen(kRange, 221, kUp), 0u);
  EXPECT_EQ(chosen(kRange, ~uint64_t{0}, kDown), 220u);
  EXPECT_EQ(chosen(kRange, ~uint64_t{0}, kNearest), 220u);
}

TEST(PlatformRates, a_rounding_that_is_reserved_is_refused) { EXPECT_EQ(chosen(kList, 100, 3), 0u); }

TEST(PlatformRates, a_range_may_fill_all_64_bits) {
  constexpr Rates all = range<0, ~uint64_t{0}, 1>;
  for (const uint64_t rate : {uint64_t{0}, uint64_t{1} << 63, ~uint64_t{0}}) EXPECT_EQ(chosen(all, rate, kUp), rate);
}

TEST(PlatformRates, tables_with_mistakes_do_not_pass) {
  EXPECT_TRUE(kList.valid());
  EXPECT_TRUE(kRange.valid());
  EXPECT_FALSE((list<200, 100>.valid()));
  EXPECT_FALSE((list<100, 100>.valid()));
  EXPECT_FALSE((range<200, 100, 1>.valid()));
  EXPECT_FALSE((range<100, 200, 0>.valid()));
  EXPECT_FALSE(Rates{}.valid());
}

}  // namespace
