// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/xenon.hh"

#include <gtest/gtest.h>

#include "tests/unit/mmc_lab.hh"

namespace {

using drivers::MmcTiming;

struct XenonLab {
  explicit XenonLab(bool slow, bool dual = false)
      : host(kMmcBase, timeline.time, dma, {.input_hertz = 400'000'000, .width = 8, .dual = dual, .embedded = true},
             slow) {
    registers.base_hertz = 400'000'000;
    registers.capabilities &= ~0xff00u;  // it does not tell
    registers.card = &card;
  }
  ~XenonLab() {
    for (const auto& what : card.complaints) ADD_FAILURE() << "card: " << what;
    for (const auto& what : registers.complaints) ADD_FAILURE() << "controller: " << what;
  }
  uint32_t timing() const { return registers.vendor(0x170); }

  fake::Timeline timeline;
  fake::LowMemory low{size_t{64} << 10};
  Arena arena{low.bytes};
  const Dma dma{arena};
  fake::Sdhci registers{kMmcBase, true};
  fake::MmcCard card{fake::MmcCard::Shape{.types = 7}};
  drivers::Xenon host;
  drivers::MmcSlot slot{host, timeline.time, "mmc0"};
};

TEST(DriversXenon, the_slot_is_enabled_and_nothing_is_tuned) {
  XenonLab lab(true);
  ASSERT_EQ(error_of(lab.host.start()), kNone);
  EXPECT_EQ(lab.registers.vendor(0x108) & 1, 1u);
  EXPECT_EQ(lab.registers.vendor(0x10c), 0x101u);
  EXPECT_EQ(lab.registers.vendor(0x144) & 1, 0u);
}

TEST(DriversXenon, a_slow_board_passes_by_the_phy) {
  XenonLab lab(true);
  ASSERT_EQ(error_of(lab.slot.start()), kNone);
  EXPECT_EQ(lab.slot.bus().timing, "high speed");
  EXPECT_EQ(lab.slot.bus().hertz, 50'000'000u);
  EXPECT_EQ(lab.timing() >> 29 & 1, 1u);
  EXPECT_EQ(lab.registers.vendor(0x178), 0x1700'f000u);
  EXPECT_EQ(lab.registers.vendor(0x17c), 0x01ff'0000u);
}

TEST(DriversXenon, another_board_goes_through_it) {
  XenonLab lab(false);
  ASSERT_EQ(error_of(lab.slot.start()), kNone);
  EXPECT_EQ(lab.timing() >> 29 & 1, 0u);
  EXPECT_EQ(lab.registers.vendor(0x174), 0x10u);
}

TEST(DriversXenon, dual_rate_is_the_phys_as_well) {
  XenonLab lab(true, true);
  ASSERT_EQ(error_of(lab.slot.start()), kNone);
  EXPECT_EQ(lab.slot.bus().timing, "DDR52");
  EXPECT_EQ(lab.timing() >> 29 & 1, 0u);
  EXPECT_EQ(lab.registers.vendor(0x174), 0x1ff10u);
}

TEST(DriversXenon, the_phy_starts_anew_with_each_clock) {
  XenonLab lab(true);
  ASSERT_EQ(error_of(lab.host.start()), kNone);
  for (unsigned i = 1; i < 4; ++i) {
    ASSERT_EQ(error_of(lab.host.set_mode({MmcTiming::Legacy, 1, 400'000 * i})), kNone);
    EXPECT_EQ(lab.registers.phy_starts, i);
  }
}

TEST(DriversXenon, a_phy_that_does_not_come_up_times_out) {
  XenonLab lab(true);
  lab.registers.phy_stuck = true;
  EXPECT_EQ(error_of(lab.slot.start()), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed(), 1'000'000u);
}

}  // namespace
