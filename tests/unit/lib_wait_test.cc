// SPDX-License-Identifier: BSD-2-Clause
#include "lib/wait.hh"

#include <gtest/gtest.h>

#include <utility>

#include "tests/fake/timeline.hh"

namespace {

TEST(LibWait, what_is_done_already_costs_no_look_at_the_clock) {
  fake::Timeline timeline;
  EXPECT_TRUE(wait_until(timeline.time, 0, [] { return true; }));
  EXPECT_EQ(timeline.elapsed(), 0u);
}

TEST(LibWait, it_ends_when_it_is_done) {
  fake::Timeline timeline;
  bool done = false;
  timeline.after(2'000, [&] { done = true; });
  EXPECT_TRUE(wait_until(timeline.time, timeline.time.milliseconds(10), [&] { return done; }));
  EXPECT_GE(timeline.elapsed(), 2'000u);
  EXPECT_LE(timeline.elapsed(), 2'000u + 2 * fake::Timeline::kStep);
}

TEST(LibWait, it_ends_at_its_limit_and_not_before) {
  fake::Timeline timeline;
  EXPECT_FALSE(wait_until(timeline.time, timeline.time.milliseconds(10), [] { return false; }));
  EXPECT_GE(timeline.elapsed(), 10'000u);
  EXPECT_LE(timeline.elapsed(), 10'000u + timeline.time.milliseconds(1));
}

// Between a look and the clock we were away for long, and meanwhile it was done.
TEST(LibWait, a_delay_of_ours_is_not_taken_for_one_of_theirs) {
  static bool done;
  static Ticks ticks;
  done = false;
  ticks = 0;
  const Time time{[] {
                    done = ticks != 0;
                    return std::exchange(ticks, Ticks{1'000'000});
                  },
                  1'000'000};
  EXPECT_TRUE(wait_until(time, time.milliseconds(1), [] { return done; }));
}

TEST(LibWait, a_limit_of_nothing_still_looks_once_more) {
  fake::Timeline timeline;
  unsigned looks = 0;
  EXPECT_TRUE(wait_until(timeline.time, 0, [&] { return ++looks == 2; }));
}

TEST(LibWait, a_counter_that_wraps_does_not_matter) {
  static Ticks ticks;
  ticks = ~Ticks{0} - 100;
  const Time time{[] { return ticks += 30; }, 1'000'000};
  unsigned looks = 0;
  EXPECT_FALSE(wait_until(time, 300, [&] { return ++looks, false; }));
  EXPECT_GE(looks, 10u);
  EXPECT_LE(looks, 13u);
}

}  // namespace
