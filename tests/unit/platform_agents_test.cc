// SPDX-License-Identifier: BSD-2-Clause
// Several agents at one platform: what they share, and what they may.
#include <gtest/gtest.h>

#include "tests/unit/platform_agent.hh"

namespace platform_test {
namespace {

namespace base = scmi::base::wire;
namespace clock = scmi::clock::wire;
namespace reset = scmi::reset::wire;
using scmi::command;
using scmi::Protocol;

// Devices of the reference platform.
constexpr uint32_t kUart0Device = 0, kMmc0Device = 3, kDevices = 8;

TEST(PlatformAgents, a_clock_runs_until_its_last_user_has_gone) {
  World world;
  EXPECT_EQ(world.firmware.enable(Mmc0, true), kSuccess);
  EXPECT_EQ(world.secondary.enable(Mmc0, true), kSuccess);
  EXPECT_EQ(world.firmware.enable(Mmc0, false), kSuccess);
  EXPECT_TRUE(world.firmware.enabled(Mmc0));
  EXPECT_EQ(world.secondary.enable(Mmc0, false), kSuccess);
  EXPECT_FALSE(world.firmware.enabled(Mmc0));
}

TEST(PlatformAgents, an_agent_cannot_withdraw_what_another_asked_for) {
  World world;
  EXPECT_EQ(world.firmware.enable(Mmc0, true), kSuccess);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world.secondary.enable(Mmc0, false), kSuccess);
  EXPECT_TRUE(world.firmware.enabled(Mmc0));
}

TEST(PlatformAgents, what_was_on_at_the_start_can_be_stopped_unless_somebody_uses_it) {
  World world;
  EXPECT_EQ(world.secondary.enable(Uart0, true), kSuccess);
  EXPECT_EQ(world.firmware.enable(Uart0, false), kSuccess);
  EXPECT_TRUE(world.firmware.enabled(Uart0));
  EXPECT_EQ(world.secondary.enable(Uart0, false), kSuccess);
  EXPECT_FALSE(world.firmware.enabled(Uart0));
}

TEST(PlatformAgents, two_ids_of_one_clock_share_its_users) {
  World world;
  EXPECT_TRUE(world.firmware.enabled(Uart0Again));
  EXPECT_EQ(world.firmware.enable(Uart0, true), kSuccess);
  EXPECT_EQ(world.firmware.enable(Uart0Again, true), kSuccess);
  EXPECT_EQ(world.firmware.enable(Uart0, false), kSuccess);
  EXPECT_TRUE(world.firmware.enabled(Uart0));
  EXPECT_EQ(world.firmware.enable(Uart0Again, false), kSuccess);
  EXPECT_FALSE(world.firmware.enabled(Uart0));
  EXPECT_FALSE(world.firmware.enabled(Uart0Again));
}

TEST(PlatformAgents, two_ids_of_one_clock_share_its_rate_and_parent) {
  World world;
  EXPECT_EQ(world.firmware.status(clock::RateNotify{.clock = Uart0Again, .enable = 1}), kSuccess);
  EXPECT_EQ(world.firmware.set_rate(Uart0, 48'000'000), kSuccess);
  EXPECT_EQ(world.firmware.rate(Uart0Again), 48'000'000u);
  EXPECT_EQ(world.firmware.event(), (Words{notification(clock::kRateChanged), 1, Uart0Again, 48'000'000, 0}));
  EXPECT_EQ(world.firmware.status(clock::ParentSet{.clock = Uart0Again, .parent = 11}), kSuccess);
  EXPECT_EQ(world.firmware.ask(clock::ParentGet{.clock = Uart0}).words, Words{11});
  EXPECT_EQ(world.firmware.ask(clock::DescribeRates{.clock = Uart0Again, .index = 0}).word(0), 6u);
  EXPECT_EQ(world.firmware.ask(clock::Attributes{.clock = Uart0Again}).text(1, 16), "uart0_bus");
}

TEST(PlatformAgents, some_clocks_and_domains_are_there_for_one_agent_alone) {
  World world;
  EXPECT_EQ(world.firmware.status(clock::RateGet{.clock = SecondariesUart}), kNotFound);
  EXPECT_EQ(world.secondary.status(clock::RateGet{.clock = SecondariesUart}), kSuccess);
  EXPECT_EQ(world.firmware.status(reset::DomainAttributes{.domain = ResetTrace}), kSuccess);
  EXPECT_EQ(world.secondary.status(reset::DomainAttributes{.domain = ResetTrace}), kNotFound);
}

// Each message of base that is for trusted agents: what the conformance suite asks of it.
TEST(PlatformAgents, only_a_trusted_agent_changes_permissions) {
  World world;
  for (TestAgent* agent : {&world.secondary, &world.observer}) {
    EXPECT_EQ(agent->status(base::SetDevicePermissions{.agent = 1, .device = 0, .flags = 0}), kDenied);
    EXPECT_EQ(agent->status(base::SetProtocolPermissions{.agent = 1, .device = 0, .protocol = 0x14, .flags = 0}),
              kDenied);
    EXPECT_EQ(agent->status(base::ResetAgentConfiguration{.agent = 1, .flags = 0}), kDenied);
  }
  EXPECT_EQ(world.firmware.rate(Uart0), 24'000'000u);
}

TEST(PlatformAgents, permissions_about_nobody_or_nothing_are_not_found) {
  World world;
  for (const uint32_t agent : {0u, 4u, 0xffff'ffffu}) {
    EXPECT_EQ(world.firmware.status(base::SetDevicePermissions{.agent = agent, .device = 0, .flags = 1}), kNotFound);
    EXPECT_EQ(
        world.firmware.status(base::SetProtocolPermissions{.agent = agent, .device = 0, .protocol = 0x14, .flags = 1}),
        kNotFound);
    EXPECT_EQ(world.firmware.status(base::ResetAgentConfiguration{.agent = agent, .flags = 0}), kNotFound);
  }
  for (const uint32_t device : {kDevices, 0xffff'ffffu}) {
    EXPECT_EQ(world.firmware.status(base::SetDevicePermissions{.agent = 1, .device = device, .flags = 1}), kNotFound);
    EXPECT_EQ(
        world.firmware.status(base::SetProtocolPermissions{.agent = 1, .device = device, .protocol = 0x14, .flags = 1}),
        kNotFound);
  }
  for (const uint32_t protocol : {0x10u, 0x11u, 0x17u, 0x114u, 0xffu})  // nobody is kept from Base
    EXPECT_EQ(
        world.firmware.status(base::SetProtocolPermissions{.agent = 1, .device = 0, .protocol = protocol, .flags = 0}),
        kNotFound)
        << protocol;
}

TEST(PlatformAgents, reserved_permission_flags_are_invalid) {
  World world;
  for (const uint32_t flags : {2u, 4u, 0x8000'0001u}) {
    EXPECT_EQ(world.firmware.status(base::SetDevicePermissions{.agent = 1, .device = 0, .flags = flags}), kInvalid);
    EXPECT_EQ(
        world.firmware.status(base::SetProtocolPermissions{.agent = 1, .device = 0, .protocol = 0x14, .flags = flags}),
        kInvalid);
    EXPECT_EQ(world.firmware.status(base::ResetAgentConfiguration{.agent = 1, .flags = flags}), kInvalid);
  }
}

TEST(PlatformAgents, a_denied_device_denies_every_message_about_its_resources) {
  constexpr uint32_t kWords[] = {1, 2, 4, 1, 3, 1, 2, 2, 2, 2, 2, 1, 1};  // of clock messages from 3 on
  World world;
  EXPECT_EQ(world.firmware.status(base::SetDevicePermissions{.agent = 2, .device = kMmc0Device, .flags = 0}), kSuccess);
  for (uint8_t message = 3; message <= 0xf; ++message) {
    Words payload(kWords[message - 3]);
    payload[message == 5 ? 1 : 0] = Mmc0;
    EXPECT_EQ(world.secondary.ask(command(Protocol::Clock, message), payload).status, kDenied) << int(message);
  }
  EXPECT_EQ(world.secondary.status(reset::DomainAttributes{.domain = ResetMmc0}), kDenied);
  EXPECT_EQ(world.secondary.status(reset::Reset{.domain = ResetMmc0, .flags = 1, .state = 0}), kDenied);
  EXPECT_EQ(world.firmware.status(clock::RateGet{.clock = Mmc0}), kSuccess);
  EXPECT_EQ(world.secondary.status(clock::RateGet{.clock = Uart0}), kSuccess);
}

TEST(PlatformAgents, a_device_that_is_allowed_again_works_again) {
  World world;
  EXPECT_EQ(world.firmware.status(base::SetDevicePermissions{.agent = 1, .device = kUart0Device, .flags = 0}),
            kSuccess);
  EXPECT_EQ(world.firmware.status(clock::RateGet{.clock = Uart0}), kDenied);
  EXPECT_EQ(world.firmware.status(clock::RateGet{.clock = Uart0Again}), kDenied);
  EXPECT_EQ(world.firmware.status(base::SetDevicePermissions{.agent = 1, .device = kUart0Device, .flags = 1}),
            kSuccess);
  EXPECT_EQ(world.firmware.rate(Uart0), 24'000'000u);
}

TEST(PlatformAgents, a_denied_protocol_leaves_the_others_of_the_device) {
  World world;
  EXPECT_EQ(world.firmware.status(
                base::SetProtocolPermissions{.agent = 2, .device = kMmc0Device, .protocol = 0x14, .flags = 0}),
            kSuccess);
  EXPECT_EQ(world.secondary.status(clock::RateGet{.clock = Mmc0}), kDenied);
  EXPECT_EQ(world.secondary.status(reset::DomainAttributes{.domain = ResetMmc0}), kSuccess);
  EXPECT_EQ(world.firmware.status(
                base::SetProtocolPermissions{.agent = 2, .device = kMmc0Device, .protocol = 0x14, .flags = 1}),
            kSuccess);
  EXPECT_EQ(world.secondary.status(clock::RateGet{.clock = Mmc0}), kSuccess);
}

TEST(PlatformAgents, a_reset_restores_permissions_only_when_told_to) {
  World world;
  EXPECT_EQ(world.firmware.status(base::SetDevicePermissions{.agent = 2, .device = kMmc0Device, .flags = 0}), kSuccess);
  EXPECT_EQ(world.firmware.status(base::ResetAgentConfiguration{.agent = 2, .flags = 0}), kSuccess);
  EXPECT_EQ(world.secondary.status(clock::RateGet{.clock = Mmc0}), kDenied);
  EXPECT_EQ(world.firmware.status(base::ResetAgentConfiguration{.agent = 2, .flags = 1}), kSuccess);
  EXPECT_EQ(world.secondary.status(clock::RateGet{.clock = Mmc0}), kSuccess);
}

TEST(PlatformAgents, a_reset_takes_back_what_the_agent_has_set_and_nothing_else) {
  World world;
  TestAgent& agent = world.secondary;
  EXPECT_EQ(agent.set_rate(Mmc0, 52'000'000), kSuccess);
  EXPECT_EQ(agent.enable(Mmc0, true), kSuccess);
  EXPECT_EQ(agent.enable(Uart0, false), kSuccess);
  EXPECT_EQ(agent.status(clock::ParentSet{.clock = Clkout1, .parent = 2}), kSuccess);
  EXPECT_EQ(agent.status(clock::ConfigSet3{.clock = Pwm0, .attributes = 1 << 16 | 3, .extended_value = 80}), kSuccess);
  EXPECT_EQ(agent.status(reset::Reset{.domain = ResetUart0, .flags = 2, .state = 0}), kSuccess);
  EXPECT_EQ(agent.ask(command(Protocol::Clock, 0x10), {0x10000}).status, kSuccess);
  EXPECT_EQ(world.firmware.set_rate(Serdes, 1'250'000'000), kSuccess);
  EXPECT_EQ(world.firmware.enable(Uart1, true), kSuccess);

  EXPECT_EQ(world.firmware.status(base::ResetAgentConfiguration{.agent = 2, .flags = 0}), kSuccess);
  EXPECT_EQ(agent.rate(Mmc0), 400'000u);
  EXPECT_FALSE(agent.enabled(Mmc0));
  EXPECT_TRUE(agent.enabled(Uart0));
  EXPECT_EQ(agent.ask(clock::ParentGet{.clock = Clkout1}).words, Words{0});  // of 3.0, so that is spoken again
  EXPECT_EQ(agent.ask(clock::ConfigGet{.clock = Pwm0, .flags = 1}).word(2), 25u);
  EXPECT_FALSE(world.platform->state().resets[ResetUart0].asserted);
  EXPECT_EQ(world.firmware.rate(Serdes), 1'250'000'000u);
  EXPECT_TRUE(world.firmware.enabled(Uart1));
}

TEST(PlatformAgents, a_reset_ends_what_the_agent_waits_for) {
  World world;
  EXPECT_EQ(world.secondary.status(clock::RateNotify{.clock = Mmc0, .enable = 1}), kSuccess);
  EXPECT_EQ(world.secondary.status(reset::ResetNotify{.domain = ResetMmc0, .enable = 1}), kSuccess);
  EXPECT_EQ(world.secondary.status(base::NotifyErrors{.enable = 1}), kSuccess);
  EXPECT_EQ(world.secondary.set_rate(Mmc0, 52'000'000, 1), kSuccess);
  EXPECT_EQ(world.firmware.status(base::ResetAgentConfiguration{.agent = 2, .flags = 0}), kSuccess);
  world.platform->complete();
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 25'000'000), kSuccess);
  EXPECT_EQ(world.firmware.status(reset::Reset{.domain = ResetMmc0, .flags = 1, .state = 0}), kSuccess);
  world.platform->report_error(1, {0}, false);
  EXPECT_EQ(world.secondary.event(), Words{});
  EXPECT_EQ(world.secondary.rate(Mmc0), 25'000'000u);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(world.secondary.set_rate(Mmc0, 52'000'000, 1), kSuccess);  // all room is back
}

TEST(PlatformAgents, others_hear_that_a_reset_took_a_rate_back) {
  World world;
  EXPECT_EQ(world.secondary.set_rate(Mmc0, 52'000'000), kSuccess);
  EXPECT_EQ(world.firmware.status(clock::RateNotify{.clock = Mmc0, .enable = 1}), kSuccess);
  EXPECT_EQ(world.firmware.status(base::ResetAgentConfiguration{.agent = 2, .flags = 0}), kSuccess);
  EXPECT_EQ(world.firmware.event(), (Words{notification(clock::kRateChanged), 0, Mmc0, 400'000, 0}));
}

TEST(PlatformAgents, starting_anew_forgets_everything) {
  World world;
  EXPECT_EQ(world.firmware.set_rate(Mmc0, 52'000'000), kSuccess);
  EXPECT_EQ(world.firmware.enable(Mmc0, true), kSuccess);
  EXPECT_EQ(world.firmware.status(base::SetDevicePermissions{.agent = 1, .device = kUart0Device, .flags = 0}),
            kSuccess);
  world.platform->start(scmi::platform::Release::V3_2);
  EXPECT_EQ(world.firmware.rate(Mmc0), 400'000u);
  EXPECT_FALSE(world.firmware.enabled(Mmc0));
  EXPECT_EQ(world.firmware.rate(Uart0), 24'000'000u);
}

}  // namespace
}  // namespace platform_test
