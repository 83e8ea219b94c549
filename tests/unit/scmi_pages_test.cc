// SPDX-License-Identifier: BSD-2-Clause
// Multi-part replies, seen through the rates and parents of a clock.
#include "scmi/pages.hh"

#include <gtest/gtest.h>

#include <vector>

#include "scmi/clock.hh"
#include "tests/fake/channel.hh"
#include "tests/fake/rates.hh"

namespace {

using fake::Answer;
using fake::Channel;
using fake::kManners;
using fake::kSuccess;
using fake::rates_of;
using fake::Words;
using scmi::command;
using scmi::Protocol;
using scmi::clock::Id;

constexpr auto kDescribeRates = command(Protocol::Clock, 0x4);
constexpr auto kParentsGet = command(Protocol::Clock, 0xc);

uint64_t rate_of(uint32_t index) { return 0xffff'fff0ull + 1000 * index; }  // crosses 32 bits at once

// A list of `total` rates, `most` to a page, as an honest platform serves it.
Answer honest(uint32_t total, uint32_t most, uint32_t index) {
  if (index > total) return Error::OutOfRange;
  const uint32_t returned = std::min(most, total - index);
  Words words{kSuccess, (total - index - returned) << 16 | returned};
  for (uint32_t i = index; i < index + returned; ++i) {
    words.push_back(uint32_t(rate_of(i)));
    words.push_back(uint32_t(rate_of(i) >> 32));
  }
  return words;
}

void serve(Channel& c, uint32_t total, uint32_t most) {
  c.server.on(kDescribeRates, [=](const Words& arguments) -> Answer {
    EXPECT_EQ(arguments.at(0), 1u);
    return honest(total, most, arguments.at(1));
  });
}

TEST(ScmiPages, every_item_comes_once_and_in_order_whatever_the_page_size) {
  for (const auto manner : kManners)
    for (const uint32_t total : {1u, 2u, 11u, 12u, 13u, 24u, 217u, 1000u})
      for (const uint32_t most : {1u, 5u, 12u, 15u, 16u, 17u, 40u, 500u}) {
        SCOPED_TRACE(testing::Message() << total << " rates, " << most << " a page");
        Channel c(manner, 4072);
        serve(c, total, most);
        const auto all = rates_of(c.client, 1);
        EXPECT_EQ(all.end, kNone);
        ASSERT_EQ(all.hertz.size(), total);
        for (uint32_t i = 0; i < total; ++i) ASSERT_EQ(all.hertz[i], rate_of(i));
      }
}

TEST(ScmiPages, a_list_needs_no_more_messages_than_its_pages_have) {
  Channel c;
  serve(c, 217, 12);
  EXPECT_EQ(rates_of(c.client, 1).hertz.size(), 217u);
  EXPECT_EQ(c.server.seen.size(), (217u + 11) / 12);
}

TEST(ScmiPages, an_empty_list_ends_at_once_and_stays_ended) {
  Channel c;
  serve(c, 0, 12);
  scmi::clock::Clock clock(c.client);
  auto rates = clock.rates(Id(1));
  for (int i = 0; i < 3; ++i) {
    const auto rate = rates.next();
    ASSERT_TRUE(rate);
    EXPECT_FALSE(*rate);
  }
  EXPECT_EQ(c.server.seen.size(), 1u);
}

TEST(ScmiPages, an_ended_walk_asks_nothing_more) {
  Channel c;
  serve(c, 3, 12);
  scmi::clock::Clock clock(c.client);
  auto rates = clock.rates(Id(1));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(*rates.next());
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(*rates.next());
  EXPECT_EQ(c.server.seen.size(), 1u);
}

TEST(ScmiPages, a_page_that_promises_more_and_brings_nothing_ends_the_walk) {
  Channel c;
  c.server.on(kDescribeRates, {kSuccess, 5u << 16});
  const auto all = rates_of(c.client, 1);
  EXPECT_EQ(all.end, Error::EndlessPages);
  EXPECT_TRUE(all.hertz.empty());
  EXPECT_EQ(c.server.seen.size(), 1u);
}

TEST(ScmiPages, progress_that_stops_on_the_way_ends_the_walk) {
  Channel c;
  c.server.on(kDescribeRates, [](const Words& arguments) -> Answer {
    return arguments[1] < 24 ? honest(100, 12, arguments[1]) : Answer{kSuccess, 76u << 16};
  });
  const auto all = rates_of(c.client, 1);
  EXPECT_EQ(all.end, Error::EndlessPages);
  EXPECT_EQ(all.hertz.size(), 24u);
}

TEST(ScmiPages, pages_without_end_are_left_when_they_exceed_the_first_promise) {
  Channel c;
  c.server.on(kDescribeRates, {kSuccess, 1u << 16 | 1, 10, 0});
  const auto all = rates_of(c.client, 1);
  EXPECT_EQ(all.end, Error::EndlessPages);
  EXPECT_LE(all.hertz.size(), 2u);
}

TEST(ScmiPages, the_largest_promise_still_ends) {
  Channel c;
  c.server.on(kDescribeRates, {kSuccess, 0xffffu << 16 | 2, 10, 0, 20, 0});
  const auto all = rates_of(c.client, 1);
  EXPECT_EQ(all.end, Error::EndlessPages);
  EXPECT_LE(c.server.seen.size(), 0x1'0000u);
}

TEST(ScmiPages, a_total_that_grows_on_the_way_is_not_believed) {
  Channel c;
  c.server.on(kDescribeRates,
              [](const Words& arguments) { return honest(arguments[1] ? 101 : 100, 12, arguments[1]); });
  const auto all = rates_of(c.client, 1);
  EXPECT_EQ(all.end, Error::EndlessPages);
  EXPECT_EQ(all.hertz.size(), 12u);
}

TEST(ScmiPages, a_total_that_shrinks_on_the_way_is_tolerated) {
  Channel c;
  c.server.on(kDescribeRates, [](const Words& arguments) { return honest(arguments[1] ? 20 : 100, 12, arguments[1]); });
  const auto all = rates_of(c.client, 1);
  EXPECT_EQ(all.end, kNone);
  EXPECT_EQ(all.hertz.size(), 20u);
}

TEST(ScmiPages, a_count_beyond_what_was_received_is_not_believed) {
  for (const auto manner : kManners)
    for (const uint32_t claimed : {3u, 13u, 0xfffu}) {
      Channel c(manner);
      c.server.on(kDescribeRates, {kSuccess, claimed, 10, 0, 20, 0});
      const auto all = rates_of(c.client, 1);
      EXPECT_EQ(all.end, Error::BadCount) << claimed;
      EXPECT_TRUE(all.hertz.empty());
    }
}

TEST(ScmiPages, half_an_item_is_none) {
  Channel c;
  c.server.on(kDescribeRates, {kSuccess, 2, 10, 0, 20});
  EXPECT_EQ(rates_of(c.client, 1).end, Error::BadCount);
}

TEST(ScmiPages, items_beyond_the_count_are_not_taken) {
  Channel c;
  c.server.on(kDescribeRates, {kSuccess, 1, 10, 0, 20, 0, 30, 0});
  EXPECT_EQ(rates_of(c.client, 1).hertz, std::vector<uint64_t>{10});
}

TEST(ScmiPages, a_page_without_a_head_is_short) {
  Channel c;
  c.server.on(kDescribeRates, {kSuccess});
  EXPECT_EQ(rates_of(c.client, 1).end, Error::ReplyShort);
}

TEST(ScmiPages, a_failure_on_the_way_is_reported_and_the_same_page_may_be_asked_again) {
  Channel c;
  serve(c, 30, 12);
  scmi::clock::Clock clock(c.client);
  auto rates = clock.rates(Id(1));
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(*rates.next());
  c.server.spoil_next([](Answer& a) { a.words = {uint32_t(Error::Busy)}; });
  EXPECT_EQ(error_of(rates.next()), Error::Busy);
  for (uint32_t i = 12; i < 30; ++i) ASSERT_EQ(rates.next().value_or(std::nullopt), rate_of(i));
  EXPECT_FALSE(*rates.next());
}

TEST(ScmiPages, parents_walk_alike_with_their_own_count_fields) {
  Channel c;
  c.server.on(kParentsGet, [](const Words& arguments) -> Answer {
    const uint32_t index = arguments.at(1), returned = std::min(20u, 50 - index);
    Words words{kSuccess, (50 - index - returned) << 24 | returned};
    for (uint32_t i = index; i < index + returned; ++i) words.push_back(1000 + i);
    return words;
  });
  scmi::clock::Clock clock(c.client);
  auto parents = clock.possible_parents(Id(1));
  for (uint32_t i = 0; i < 50; ++i) {
    const auto parent = parents.next();
    ASSERT_TRUE(parent && *parent) << i;
    EXPECT_EQ((*parent)->clock, 1000 + i);
  }
  EXPECT_FALSE(*parents.next());
  EXPECT_EQ(c.server.seen.size(), 3u);
}

TEST(ScmiPages, a_clock_without_parents_has_an_empty_list) {
  Channel c;
  c.server.on(kParentsGet, {kSuccess, 0});
  auto parents = scmi::clock::Clock(c.client).possible_parents(Id(1));
  const auto parent = parents.next();
  ASSERT_TRUE(parent);
  EXPECT_FALSE(*parent);
}

}  // namespace
