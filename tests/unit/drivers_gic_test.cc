// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/gic.hh"

#include <gtest/gtest.h>

#include "tests/fake/gic.hh"
#include "tests/fake/result.hh"
#include "tests/fake/timeline.hh"

namespace {

constexpr unsigned kTimer = 26;

struct Lab {
  Lab() {
    current = this;
    gic.enabled = 0x0800'0001;
    gic.priority.fill(0xa0);
  }
  ~Lab() { current = nullptr; }
  Error check() { return error_of(driver.check(timeline.time, kTimer, arm)); }
  static void arm(bool on) {
    current->raised += on ? 1 : -1;
    current->gic.line(kTimer, on);
  }
  /// That nothing of the check is left.
  void expect_untouched(uint32_t control = 0, uint32_t cpu_control = 0) {
    EXPECT_EQ(raised, 0);
    EXPECT_EQ(gic.control, control);
    EXPECT_EQ(gic.cpu_control, cpu_control);
    EXPECT_EQ(gic.mask, 0u);
    EXPECT_EQ(gic.enabled, 0x0800'0001u);
    for (const uint8_t priority : gic.priority) EXPECT_EQ(priority, 0xa0);
  }

  static inline Lab* current;
  fake::Timeline timeline;
  fake::Gic gic;
  drivers::Gic driver{fake::Gic::kDistributor, fake::Gic::kCpu};
  int raised = 0;
};

TEST(DriversGic, tells_who_it_is) {
  Lab lab;
  const auto identity = lab.driver.identify();
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->id, 0x0200'143bu);
  EXPECT_EQ(identity->lines, 320u);
  EXPECT_EQ(identity->cpus, 4u);
  EXPECT_TRUE(identity->two_worlds);
  lab.gic.architecture = 3;
  EXPECT_EQ(error_of(lab.driver.identify()), Error::NotFound);
}

TEST(DriversGic, is_left_quiet_whatever_the_stage_before_did) {
  Lab lab;
  lab.gic.cpu_control = 1;
  lab.gic.active = 0x0400'0000;
  lab.gic.set_pending(0x0800'0000);
  lab.driver.quiet();
  EXPECT_EQ(lab.gic.cpu_control, 0u);
  EXPECT_EQ(lab.gic.enabled, 1u) << "what software raises is not ours to switch off";
  EXPECT_EQ(lab.gic.active, 0u);
  EXPECT_EQ(lab.gic.pending(), 0u);
}

TEST(DriversGic, an_interrupt_is_seen_through_and_all_is_as_it_was) {
  Lab lab;
  EXPECT_EQ(lab.check(), Error{});
  EXPECT_EQ(lab.gic.acknowledged, 1u);
  EXPECT_EQ(lab.gic.ended, 1u);
  EXPECT_EQ(lab.gic.pending(), 0u);
  EXPECT_EQ(lab.gic.active, 0u);
  lab.expect_untouched();
}

TEST(DriversGic, what_was_on_before_is_on_again) {
  Lab lab;
  lab.gic.control = 1;
  lab.gic.cpu_control = 0x201;  // where the end of an interrupt is in two steps
  lab.gic.enabled |= 1u << kTimer;
  EXPECT_EQ(lab.check(), Error{});
  EXPECT_EQ(lab.gic.enabled, 0x0800'0001u | 1u << kTimer);
  lab.gic.enabled &= ~(1u << kTimer);
  lab.expect_untouched(1, 0x201);
}

TEST(DriversGic, a_priority_that_would_never_be_signalled_is_no_hindrance) {
  Lab lab;
  lab.gic.priority[kTimer] = 0xff;
  EXPECT_EQ(lab.check(), Error{});
  EXPECT_EQ(lab.gic.priority[kTimer], 0xff);
}

TEST(DriversGic, the_way_to_the_cpu_may_take_a_while) {
  Lab lab;
  lab.gic.delay = 20;
  EXPECT_EQ(lab.check(), Error{});
}

TEST(DriversGic, an_interrupt_that_never_comes_ends_in_time) {
  Lab lab;
  lab.gic.deaf = true;
  EXPECT_EQ(lab.check(), Error::Timeout);
  EXPECT_GE(lab.timeline.elapsed(), 100'000u);
  EXPECT_LT(lab.timeline.elapsed(), 200'000u);
  EXPECT_EQ(lab.gic.acknowledged, 0u);
  lab.expect_untouched();
}

TEST(DriversGic, an_interrupt_that_never_goes_ends_in_time) {
  Lab lab;
  lab.gic.stuck = true;
  EXPECT_EQ(lab.check(), Error::Timeout);
  EXPECT_EQ(lab.gic.ended, 1u);
  EXPECT_LT(lab.timeline.elapsed(), 200'000u);
  lab.expect_untouched();
}

TEST(DriversGic, an_interrupt_of_the_secure_world_is_not_raised) {
  Lab lab;
  lab.gic.secure |= 1u << kTimer;
  EXPECT_EQ(lab.check(), Error::Denied);
  lab.expect_untouched();
}

TEST(DriversGic, one_that_is_pending_already_is_told_from_ours) {
  Lab lab;
  lab.gic.line(kTimer, true);
  EXPECT_EQ(lab.check(), Error::Busy);
  lab.gic.line(kTimer, false);
  lab.gic.line(27, true);  // another one, which is enabled
  EXPECT_EQ(lab.check(), Error::Busy);
  EXPECT_EQ(lab.gic.acknowledged, 0u);
  lab.expect_untouched();
}

TEST(DriversGic, another_one_that_is_acknowledged_is_ended_and_reported) {
  Lab lab;
  lab.gic.acknowledges = 27;
  EXPECT_EQ(lab.check(), Error::HardwareError);
  EXPECT_EQ(lab.gic.ended, 1u);
  lab.expect_untouched();
}

TEST(DriversGic, one_that_does_not_end_is_reported) {
  Lab lab;
  lab.gic.keeps_active = true;
  EXPECT_EQ(lab.check(), Error::HardwareError);
  lab.expect_untouched();
}

}  // namespace
