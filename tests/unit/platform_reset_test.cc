// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "tests/unit/platform_agent.hh"

namespace platform_test {
namespace {

namespace wire = scmi::reset::wire;
using scmi::command;
using scmi::Protocol;
using scmi::platform::kReference;
using scmi::platform::Release;

constexpr uint32_t kAutonomous = 1, kAssert = 2, kAsync = 4, kDeassert = 0;

int32_t reset(TestAgent& agent, uint32_t domain, uint32_t flags, uint32_t state = 0) {
  return agent.status(wire::Reset{.domain = domain, .flags = flags, .state = state});
}

TEST(PlatformReset, attributes_count_domains) {
  World world;
  EXPECT_EQ(world.firmware.ask(wire::ProtocolAttributes{}).words, Words{18});
}

TEST(PlatformReset, every_domain_tells_its_name_and_latency) {
  World world;
  for (uint32_t id = 0; id < kReference.resets.size(); ++id) {
    const auto& domain = kReference.resets[id];
    const Reply reply = world.firmware.ask(wire::DomainAttributes{.domain = id});
    if (!domain.name) {
      EXPECT_EQ(reply.status, kNotFound) << id;
      continue;
    }
    EXPECT_EQ(reply.word(1), domain.latency) << id;
    EXPECT_EQ(reply.text(2, 16), std::string(domain.name).substr(0, 15)) << id;
  }
  EXPECT_EQ(world.firmware.ask(wire::DomainAttributes{.domain = ResetEth0}).word(1), 0xffff'ffffu);
}

TEST(PlatformReset, attribute_bits_say_what_a_domain_can_do) {
  World world;
  const auto bits = [&](uint32_t id) { return world.firmware.ask(wire::DomainAttributes{.domain = id}).word(0); };
  EXPECT_EQ(bits(ResetEth0), 0u);
  EXPECT_EQ(bits(ResetUart0), 1u << 30);
  EXPECT_EQ(bits(ResetUsb), 1u << 31);
  EXPECT_EQ(bits(ResetLongName), 7u << 29);
  world.platform->set_hears(1, false);
  EXPECT_EQ(bits(ResetLongName), 1u << 29);
}

TEST(PlatformReset, version_1_0_has_no_extended_names) {
  World world(Release::V2_0);
  EXPECT_EQ(world.firmware.ask(wire::DomainAttributes{.domain = ResetLongName}).word(0), 6u << 29);
  EXPECT_EQ(world.firmware.status(wire::DomainNameGet{.domain = ResetLongName}), kNotFound);
}

TEST(PlatformReset, version_3_0_has_extended_names) {
  World world(Release::V3_1);
  EXPECT_EQ(world.firmware.ask(wire::DomainAttributes{.domain = ResetLongName}).word(0), 7u << 29);
  EXPECT_EQ(world.firmware.status(wire::DomainNameGet{.domain = ResetLongName}), kSuccess);
}

TEST(PlatformReset, long_names_arrive_whole_and_short_ones_have_none) {
  World world;
  EXPECT_EQ(world.firmware.ask(wire::DomainNameGet{.domain = ResetLongName}).text(1, 64),
            kReference.resets[ResetLongName].name);
  EXPECT_EQ(world.firmware.status(wire::DomainNameGet{.domain = ResetUart0}), kNotFound);
}

TEST(PlatformReset, ids_that_are_no_domains_are_not_found) {
  constexpr uint32_t kWords[] = {1, 3, 2, 1};  // from message 3 on
  World world;
  for (uint8_t message = 3; message <= 6; ++message)
    for (const uint32_t id : {18u, 0xffff'ffffu, uint32_t(ResetHole)}) {
      Words payload(kWords[message - 3]);
      payload[0] = id;
      EXPECT_EQ(world.firmware.ask(command(Protocol::Reset, message), payload).status, kNotFound)
          << int(message) << ' ' << id;
    }
}

TEST(PlatformReset, a_domain_is_asserted_until_it_is_deasserted) {
  World world;
  const auto& state = world.platform->state().resets[ResetEth0];
  EXPECT_EQ(reset(world.firmware, ResetEth0, kAssert), kSuccess);
  EXPECT_TRUE(state.asserted);
  EXPECT_EQ(reset(world.firmware, ResetEth0, kDeassert), kSuccess);
  EXPECT_FALSE(state.asserted);
  EXPECT_EQ(state.issued, 1u);
}

TEST(PlatformReset, setting_the_state_that_is_there_succeeds) {
  World world;
  EXPECT_EQ(reset(world.firmware, ResetEth0, kDeassert), kSuccess);
  EXPECT_EQ(reset(world.firmware, ResetEth0, kAssert), kSuccess);
  EXPECT_EQ(reset(world.firmware, ResetEth0, kAssert), kSuccess);
  EXPECT_TRUE(world.platform->state().resets[ResetEth0].asserted);
  EXPECT_EQ(world.platform->state().resets[ResetEth0].issued, 1u);
}

TEST(PlatformReset, an_autonomous_reset_is_over_when_it_is_answered) {
  World world;
  EXPECT_EQ(reset(world.firmware, ResetEth0, kAutonomous), kSuccess);
  EXPECT_EQ(reset(world.firmware, ResetEth0, kAutonomous | kAssert), kSuccess);  // the other bit is ignored
  EXPECT_FALSE(world.platform->state().resets[ResetEth0].asserted);
  EXPECT_EQ(world.platform->state().resets[ResetEth0].issued, 2u);
}

TEST(PlatformReset, reserved_flags_are_invalid) {
  World world;
  for (const uint32_t flags : {8u, 1u << 31, kAsync, kAsync | kAssert})
    EXPECT_EQ(reset(world.firmware, ResetMmc0, flags), kInvalid) << flags;
  EXPECT_EQ(world.platform->state().resets[ResetMmc0].issued, 0u);
}

TEST(PlatformReset, only_the_states_of_a_domain_are_valid) {
  World world;
  for (const uint32_t state : {1u, 2u, 0x7fff'ffffu, 0x8000'0002u, 0xffff'ffffu})
    EXPECT_EQ(reset(world.firmware, ResetUsb, kAutonomous, state), kInvalid) << state;
  EXPECT_EQ(reset(world.firmware, ResetUsb, kAutonomous, 0x8000'0001), kSuccess);
  EXPECT_EQ(reset(world.firmware, ResetEth0, kAutonomous, 0x8000'0000), kInvalid);
}

TEST(PlatformReset, an_asynchronous_reset_happens_later_and_is_answered_with_its_token) {
  World world;
  EXPECT_EQ(reset(world.firmware, ResetMmc0, kAutonomous | kAsync), kSuccess);
  const uint32_t header = world.firmware.last.word;
  EXPECT_EQ(world.platform->state().resets[ResetMmc0].issued, 0u);
  EXPECT_EQ(world.firmware.event(), Words{});
  world.platform->complete();
  EXPECT_EQ(world.platform->state().resets[ResetMmc0].issued, 1u);
  EXPECT_EQ(world.firmware.event(), (Words{header | 2 << 8, 0, ResetMmc0}));
}

TEST(PlatformReset, an_asynchronous_reset_lets_an_asserted_domain_go) {
  World world;
  EXPECT_EQ(reset(world.firmware, ResetMmc0, kAssert), kSuccess);
  EXPECT_EQ(reset(world.firmware, ResetMmc0, kAutonomous | kAsync), kSuccess);
  EXPECT_TRUE(world.platform->state().resets[ResetMmc0].asserted);
  world.platform->complete();
  EXPECT_FALSE(world.platform->state().resets[ResetMmc0].asserted);
}

TEST(PlatformReset, asynchronous_is_refused_where_it_is_not_offered) {
  World world;
  EXPECT_EQ(reset(world.firmware, ResetEth0, kAutonomous | kAsync), kNotSupported);
  world.platform->set_hears(1, false);
  EXPECT_EQ(reset(world.firmware, ResetMmc0, kAutonomous | kAsync), kNotSupported);
}

TEST(PlatformReset, more_asynchronous_resets_than_can_wait_are_busy) {
  World world;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(reset(world.firmware, ResetMmc0, kAutonomous | kAsync), kSuccess);
  EXPECT_EQ(reset(world.firmware, ResetMmc0, kAutonomous | kAsync), kBusy);
}

TEST(PlatformReset, a_reset_is_told_to_those_who_asked) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::ResetNotify{.domain = ResetGpu, .enable = 1}), kSuccess);
  EXPECT_EQ(reset(world.secondary, ResetGpu, kAssert), kSuccess);
  EXPECT_EQ(world.firmware.event(), (Words{notification(wire::kResetIssued), 2, ResetGpu, 0}));
  EXPECT_EQ(reset(world.secondary, ResetGpu, kDeassert), kSuccess);
  EXPECT_EQ(world.firmware.event(), Words{});
  EXPECT_EQ(world.firmware.status(wire::ResetNotify{.domain = ResetGpu, .enable = 0}), kSuccess);
  EXPECT_EQ(reset(world.secondary, ResetGpu, kAutonomous), kSuccess);
  EXPECT_EQ(world.firmware.event(), Words{});
}

TEST(PlatformReset, notifications_are_refused_by_a_domain_without_any_and_with_a_bad_switch) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::ResetNotify{.domain = ResetEth0, .enable = 1}), kNotSupported);
  EXPECT_EQ(world.firmware.status(wire::ResetNotify{.domain = ResetGpu, .enable = 2}), kInvalid);
}

TEST(PlatformReset, a_domain_that_an_agent_may_not_use_is_denied) {
  World world;
  EXPECT_EQ(reset(world.firmware, ResetWatchdog, kAutonomous), kDenied);
  EXPECT_EQ(reset(world.firmware, ResetOfSecondary, kAutonomous), kDenied);
  EXPECT_EQ(reset(world.secondary, ResetOfSecondary, kAutonomous), kSuccess);
  EXPECT_EQ(reset(world.observer, ResetEth0, kAssert), kDenied);
  EXPECT_FALSE(world.platform->state().resets[ResetEth0].asserted);
}

}  // namespace
}  // namespace platform_test
