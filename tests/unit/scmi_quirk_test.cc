// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/quirk.hh"

#include <gtest/gtest.h>

#include "scmi/clock.hh"
#include "tests/fake/channel.hh"
#include "tests/fake/rates.hh"

namespace {

using fake::Answer;
using fake::Channel;
using fake::join;
using fake::kSuccess;
using fake::rates_of;
using fake::text;
using scmi::command;
using scmi::Protocol;
using scmi::Quirk;
using scmi::clock::Id;

constexpr auto kAttributes = command(Protocol::Clock, 0x3);
constexpr auto kDescribeRates = command(Protocol::Clock, 0x4);

struct Maker {
  const char* vendor;
  const char* sub_vendor;  // null: the message is not implemented
  uint32_t version;
};

constexpr Maker kNameless{"Renesas", "", 0x010a'0000}, kTriplet{"arm", "arm", 0x0206'0000};

void made_by(fake::Server& server, const Maker& maker) {
  server.on(command(Protocol::Base, 0x3), join({{kSuccess}, text(maker.vendor)}));
  server.on(command(Protocol::Base, 0x5), {kSuccess, maker.version});
  if (maker.sub_vendor) server.on(command(Protocol::Base, 0x4), join({{kSuccess}, text(maker.sub_vendor)}));
}

TEST(ScmiQuirk, rows_apply_to_their_platform_and_to_no_other) {
  const struct {
    Maker maker;
    bool triplet, nameless;
  } cases[] = {
      {{"arm", "arm", 0x020a'0000}, true, false},
      {{"arm", "", 0}, true, false},
      {{"arm", nullptr, UINT32_MAX}, true, false},
      {{"ARM", "arm", 0x020a'0000}, false, false},
      {{"armchair", "arm", 0x020a'0000}, false, false},
      {{"ar", "arm", 0x020a'0000}, false, false},
      {{"", "arm", 0}, false, false},
      {{"Renesas", "", 0x0109'ffff}, false, false},
      {{"Renesas", "", 0x010a'0000}, false, true},
      {{"Renesas", nullptr, 0x010a'0000}, false, true},
      {{"Renesas", "", 0x010a'0001}, false, false},
      {{"renesas", "", 0x010a'0000}, false, false},
      {{"0123456789abcdefXX", "", 0x010a'0000}, false, false},
  };
  for (const auto& one : cases) {
    Channel c;
    made_by(c.server, one.maker);
    EXPECT_EQ(c.client.has(Quirk::TripletCountedAsOne), one.triplet) << one.maker.vendor;
    EXPECT_EQ(c.client.has(Quirk::ClockWithoutAttributes), one.nameless) << one.maker.vendor;
  }
}

TEST(ScmiQuirk, who_the_platform_is_is_asked_once) {
  Channel c;
  made_by(c.server, kTriplet);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(c.client.has(Quirk::TripletCountedAsOne));
  EXPECT_FALSE(c.client.has(Quirk::ClockWithoutAttributes));
  EXPECT_LE(c.server.seen.size(), 3u);
}

TEST(ScmiQuirk, a_platform_that_does_not_say_who_it_is_has_none) {
  Channel c;
  EXPECT_FALSE(c.client.has(Quirk::TripletCountedAsOne));
  EXPECT_FALSE(c.client.has(Quirk::ClockWithoutAttributes));
}

TEST(ScmiQuirk, a_platform_that_was_silent_once_is_asked_again) {
  Channel c;
  made_by(c.server, kNameless);
  c.server.spoil_next([](Answer& a) { a.silent = true; });
  EXPECT_FALSE(c.client.has(Quirk::ClockWithoutAttributes));
  EXPECT_TRUE(c.client.has(Quirk::ClockWithoutAttributes));
}

TEST(ScmiQuirk, an_honest_platform_costs_no_message) {
  Channel c;
  made_by(c.server, kTriplet);
  c.server.on(kAttributes, join({{kSuccess, 0}, text("uart")}));
  c.server.on(kDescribeRates, {kSuccess, 1u << 12 | 3, 1, 0, 2, 0, 1, 0});
  EXPECT_TRUE(scmi::clock::Clock(c.client).info(Id(0)));
  EXPECT_EQ(rates_of(c.client, 0).hertz.size(), 3u);
  EXPECT_EQ(c.server.seen.size(), 2u);
}

TEST(ScmiQuirk, a_triplet_counted_as_one_is_read_as_three) {
  Channel c;
  made_by(c.server, kTriplet);
  c.server.on(kDescribeRates, {kSuccess, 1u << 12 | 1, 100, 0, 200, 0, 50, 0});
  const auto rates = rates_of(c.client, 0);
  EXPECT_EQ(rates.hertz, (std::vector<uint64_t>{100, 200, 50}));
  EXPECT_EQ(rates.end, kNone);
  EXPECT_TRUE(rates.triplet);
}

TEST(ScmiQuirk, a_triplet_counted_as_one_that_brings_one_is_not_believed) {
  Channel c;
  made_by(c.server, kTriplet);
  c.server.on(kDescribeRates, {kSuccess, 1u << 12 | 1, 100, 0});
  EXPECT_EQ(rates_of(c.client, 0).end, Error::BadCount);
}

TEST(ScmiQuirk, a_triplet_counted_as_one_by_anybody_else_is_not_believed) {
  Channel c;
  made_by(c.server, {"Linaro", "PMWG", 1});
  c.server.on(kDescribeRates, {kSuccess, 1u << 12 | 1, 100, 0, 200, 0, 50, 0});
  EXPECT_EQ(rates_of(c.client, 0).end, Error::BadCount);
}

TEST(ScmiQuirk, a_clock_without_attributes_is_nameless_where_that_is_known) {
  for (const Error status : {Error::NotFound, Error::NotSupported}) {
    Channel c;
    made_by(c.server, kNameless);
    c.server.on(kAttributes, status);
    const auto info = scmi::clock::Clock(c.client).info(Id(3));
    ASSERT_TRUE(info);
    EXPECT_EQ(info->name.text(), "");
    EXPECT_EQ(info->attributes, 0u);
    EXPECT_EQ(info->enable_delay, 0u);
  }
}

TEST(ScmiQuirk, other_failures_of_attributes_stay_failures) {
  for (const Error status : {Error::Denied, Error::Busy, Error::GenericError}) {
    Channel c;
    made_by(c.server, kNameless);
    c.server.on(kAttributes, status);
    EXPECT_EQ(error_of(scmi::clock::Clock(c.client).info(Id(3))), status);
    EXPECT_EQ(c.server.seen.size(), 1u);
  }
}

TEST(ScmiQuirk, a_hole_of_anybody_else_stays_a_hole) {
  Channel c;
  made_by(c.server, kTriplet);
  EXPECT_EQ(error_of(scmi::clock::Clock(c.client).info(Id(3))), Error::NotFound);
}

TEST(ScmiQuirk, a_channel_for_one_protocol_asks_on_the_channel_of_base) {
  fake::Timeline timeline;
  fake::Platform base_platform, clock_platform;
  scmi::Client base(base_platform, timeline.time), clock(clock_platform, timeline.time);
  clock.set_base(base);
  made_by(base_platform.server, kNameless);
  EXPECT_TRUE(clock.has(Quirk::ClockWithoutAttributes));
  EXPECT_TRUE(clock_platform.server.seen.empty());
}

}  // namespace
