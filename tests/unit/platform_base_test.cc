// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/platform_agent.hh"

namespace platform_test {
namespace {

namespace wire = scmi::base::wire;
using scmi::command;
using scmi::Header;
using scmi::MessageType;
using scmi::Protocol;
using scmi::platform::Release;

constexpr Protocol kAll[] = {Protocol::Base, Protocol::Clock, Protocol::Reset};

TEST(PlatformBase, versions_are_those_of_the_release) {
  constexpr struct {
    Release release;
    uint32_t base, clock, reset;
  } kReleases[] = {
      {Release::V1_0, 0x10000, 0x10000, 0},       {Release::V2_0, 0x20000, 0x10000, 0x10000},
      {Release::V3_0, 0x20000, 0x10000, 0x10000}, {Release::V3_1, 0x20000, 0x20000, 0x30000},
      {Release::V3_2, 0x20001, 0x30000, 0x30001},
  };
  for (const auto& each : kReleases) {
    World world(each.release);
    EXPECT_EQ(world.firmware.ask(command(Protocol::Base, 0)).words, Words{each.base});
    EXPECT_EQ(world.firmware.ask(command(Protocol::Clock, 0)).words, Words{each.clock});
    const Reply reset = world.firmware.ask(command(Protocol::Reset, 0));
    if (each.reset)
      EXPECT_EQ(reset.words, Words{each.reset});
    else
      EXPECT_EQ(reset.status, kNotSupported);
  }
}

TEST(PlatformBase, attributes_count_protocols_without_base_and_agents_without_the_platform) {
  World now, first(Release::V1_0);
  EXPECT_EQ(now.firmware.ask(wire::Attributes{}).words, Words{3 << 8 | 2});
  EXPECT_EQ(first.firmware.ask(wire::Attributes{}).words, Words{3 << 8 | 1});
}

TEST(PlatformBase, it_says_who_it_is) {
  World world;
  EXPECT_EQ(world.firmware.ask(wire::DiscoverVendor{}).text(0, 16), "corbel");
  EXPECT_EQ(world.firmware.ask(wire::DiscoverSubVendor{}).text(0, 16), "reference");
  EXPECT_EQ(world.firmware.ask(wire::DiscoverImplementationVersion{}).words, Words{0x10000});
}

TEST(PlatformBase, the_protocol_list_is_packed_in_bytes_with_zeros_behind) {
  World world;
  EXPECT_EQ(world.firmware.ask(wire::DiscoverListProtocols{.skip = 0}).words, (Words{2, 0x1614}));
  EXPECT_EQ(world.firmware.ask(wire::DiscoverListProtocols{.skip = 1}).words, (Words{1, 0x16}));
}

TEST(PlatformBase, a_skip_past_the_last_protocol_is_refused) {
  World world;
  for (const uint32_t skip : {2u, 3u, 0xffff'ffffu})
    EXPECT_EQ(world.firmware.status(wire::DiscoverListProtocols{.skip = skip}), kInvalid) << skip;
}

TEST(PlatformBase, agents_have_names_and_agent_zero_is_the_platform) {
  World world;
  constexpr const char* kNames[] = {"platform", "firmware", "secondary", "observer"};
  for (uint32_t id = 0; id < 4; ++id) {
    const Reply reply = world.observer.ask(wire::DiscoverAgent{.agent = id});
    EXPECT_EQ(reply.word(0), id);
    EXPECT_EQ(reply.text(1, 16), kNames[id]);
  }
  EXPECT_EQ(world.observer.status(wire::DiscoverAgent{.agent = 4}), kNotFound);
}

TEST(PlatformBase, an_agent_can_ask_who_it_is) {
  World world;
  const Reply reply = world.secondary.ask(wire::DiscoverAgent{.agent = 0xffff'ffff});
  EXPECT_EQ(reply.word(0), 2u);
  EXPECT_EQ(reply.text(1, 16), "secondary");
}

TEST(PlatformBase, in_version_1_0_an_agent_is_only_a_name_and_cannot_ask_for_itself) {
  World world(Release::V1_0);
  const Reply reply = world.firmware.ask(wire::DiscoverAgent{.agent = 2});
  EXPECT_EQ(reply.words.size(), 4u);
  EXPECT_EQ(reply.text(0, 16), "secondary");
  EXPECT_EQ(world.firmware.status(wire::DiscoverAgent{.agent = 0xffff'ffff}), kNotFound);
}

TEST(PlatformBase, every_message_that_is_served_has_attributes_and_no_other) {
  World world;
  constexpr uint32_t kServed[] = {0x10fff, 0x1ffff, 0x1007f};  // bit n: message n; as in the specification's 3.2
  for (size_t i = 0; i < std::size(kAll); ++i)
    for (uint32_t id = 0; id < 300; ++id) {
      const Reply reply = world.firmware.ask(command(kAll[i], 2), {id});
      const bool served = id < 32 && kServed[i] >> id & 1;
      EXPECT_EQ(reply.status, served ? kSuccess : kNotFound) << id;
      if (served) EXPECT_EQ(reply.words, Words{0});
    }
}

TEST(PlatformBase, older_releases_lack_the_messages_that_came_later) {
  const auto served = [](Release release, Protocol protocol) {
    World world(release);
    uint32_t bits = 0;
    for (uint32_t id = 0; id < 32; ++id)
      bits |= uint32_t(world.firmware.ask(command(protocol, 2), {id}).status == kSuccess) << id;
    return bits;
  };
  EXPECT_EQ(served(Release::V1_0, Protocol::Base), 0x1ffu);
  EXPECT_EQ(served(Release::V2_0, Protocol::Base), 0xfffu);
  EXPECT_EQ(served(Release::V1_0, Protocol::Clock), 0xffu);
  EXPECT_EQ(served(Release::V3_1, Protocol::Clock), 0x7ffu);
  EXPECT_EQ(served(Release::V2_0, Protocol::Reset), 0x3fu);
  EXPECT_EQ(served(Release::V3_1, Protocol::Reset), 0x7fu);
}

TEST(PlatformBase, unknown_messages_are_not_found_and_unknown_protocols_not_supported) {
  World world;
  for (const Protocol protocol : kAll)
    for (const uint8_t id : {0x1f, 0x11, 0x40, 0xff})
      EXPECT_EQ(world.firmware.ask(command(protocol, id)).status, kNotFound) << int(id);
  for (unsigned protocol = 0; protocol < 256; ++protocol)
    if (std::find(std::begin(kAll), std::end(kAll), Protocol(protocol)) == std::end(kAll))
      EXPECT_EQ(world.firmware.ask(command(Protocol(protocol), 0)).status, kNotSupported) << protocol;
}

TEST(PlatformBase, an_error_reply_is_the_status_alone) {
  World world;
  const Reply reply = world.firmware.ask(wire::DiscoverAgent{.agent = 9});
  EXPECT_EQ(reply.status, kNotFound);
  EXPECT_TRUE(reply.words.empty());
}

TEST(PlatformBase, every_token_is_echoed) {
  World world;
  for (uint32_t token = 0; token < 1024; ++token) {
    const Header header = Header::make(command(Protocol::Base, 0), MessageType::Command, token);
    EXPECT_EQ(world.firmware.ask(header, {}, 0).words, Words{0x20001}) << token;
  }
}

TEST(PlatformBase, a_header_with_another_type_or_reserved_bits_is_a_protocol_error) {
  World world;
  for (const uint32_t bits : {1u << 8, 2u << 8, 3u << 8, 1u << 28, 1u << 31, 0xfu << 28}) {
    const Header header{Header::make(command(Protocol::Base, 0), MessageType::Command, 5).word | bits};
    EXPECT_EQ(world.firmware.ask(header, {}, 0).status, kProtocolError) << bits;
  }
}

// Each message with a word too few and too many, and with bytes that are no word.
TEST(PlatformBase, a_request_of_wrong_length_is_a_protocol_error) {
  constexpr uint32_t kWords[3][17] = {{0, 0, 1, 0, 0, 0, 1, 1, 1, 3, 4, 2, 9, 9, 9, 9, 1},
                                      {0, 0, 1, 1, 2, 4, 1, 3, 1, 2, 2, 2, 2, 2, 1, 1, 1},
                                      {0, 0, 1, 1, 3, 2, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1}};
  World world;
  for (size_t i = 0; i < std::size(kAll); ++i)
    for (uint8_t id = 0; id < 17; ++id) {
      if (kWords[i][id] == 9) continue;
      const uint32_t right = kWords[i][id] * 4;
      const Header header = Header::make(command(kAll[i], id), MessageType::Command, 1);
      for (const uint32_t size : {0u, 1u, 4u, 8u, 12u, 16u, 20u, right + 1, right + 4, right - 1, 0x7fff'fffcu})
        if (size != right)
          EXPECT_EQ(world.firmware.ask(header, {0, 0, 0, 0}, size).status, kProtocolError) << int(id) << ' ' << size;
      EXPECT_NE(world.firmware.ask(header, {0, 0, 0, 0}, right).status, kProtocolError) << int(id);
    }
}

TEST(PlatformBase, an_agent_can_negotiate_any_older_version_and_come_back) {
  constexpr uint32_t kVersions[3][3] = {
      {0x10000, 0x20000, 0x20001}, {0x10000, 0x20000, 0x30000}, {0x10000, 0x30000, 0x30001}};
  World world;
  for (size_t i = 0; i < std::size(kAll); ++i)
    for (const uint32_t version : kVersions[i]) {
      EXPECT_EQ(world.firmware.ask(command(kAll[i], 0x10), {version}).status, kSuccess) << version;
      EXPECT_EQ(world.firmware.ask(command(kAll[i], 0)).words, Words{kVersions[i][2]}) << version;
    }
}

TEST(PlatformBase, a_version_that_never_was_cannot_be_negotiated) {
  World world;
  for (const Protocol protocol : kAll)
    for (const uint32_t version : {0u, 0x10001u, 0x40000u, 0xffff'ffffu})
      EXPECT_EQ(world.firmware.ask(command(protocol, 0x10), {version}).status, kNotSupported) << version;
}

TEST(PlatformBase, negotiation_holds_for_one_agent_and_one_protocol) {
  World world;
  EXPECT_EQ(world.firmware.ask(command(Protocol::Base, 0x10), {0x10000}).status, kSuccess);
  EXPECT_EQ(world.firmware.ask(wire::DiscoverAgent{.agent = 1}).words.size(), 4u);
  EXPECT_EQ(world.secondary.ask(wire::DiscoverAgent{.agent = 1}).words.size(), 5u);
  EXPECT_EQ(world.firmware.status(wire::ResetAgentConfiguration{.agent = 1, .flags = 0}), kNotFound);
  EXPECT_EQ(world.firmware.ask(command(Protocol::Clock, 0xf), {Uart0}).status, kSuccess);
}

TEST(PlatformBase, releases_before_3_2_do_not_negotiate) {
  for (const Release release : {Release::V1_0, Release::V2_0, Release::V3_0, Release::V3_1}) {
    World world(release);
    EXPECT_EQ(world.firmware.ask(command(Protocol::Base, 0x10), {0x10000}).status, kNotFound);
    EXPECT_EQ(world.firmware.ask(command(Protocol::Clock, 0x10), {0x10000}).status, kNotFound);
  }
}

TEST(PlatformBase, error_events_go_to_those_who_asked) {
  World world;
  EXPECT_EQ(world.secondary.status(wire::NotifyErrors{.enable = 1}), kSuccess);
  world.platform->report_error(1, {0x1234}, true);
  EXPECT_EQ(world.secondary.event(), (Words{notification(wire::kErrorEvent), 1, 0x8000'0001, 0x1234, 0}));
  EXPECT_EQ(world.firmware.event(), Words{});
  EXPECT_EQ(world.secondary.status(wire::NotifyErrors{.enable = 0}), kSuccess);
  world.platform->report_error(1, {0x1234}, false);
  EXPECT_EQ(world.secondary.event(), Words{});
}

TEST(PlatformBase, a_header_that_is_refused_is_an_error_event) {
  World world;
  EXPECT_EQ(world.firmware.status(wire::NotifyErrors{.enable = 1}), kSuccess);
  EXPECT_EQ(world.firmware.ask(Header{0xf000'4000}, {}, 0).status, kProtocolError);
  EXPECT_EQ(world.firmware.event(), (Words{notification(wire::kErrorEvent), 1, 1, 0xf000'4000, 0}));
}

TEST(PlatformBase, a_switch_that_is_neither_on_nor_off_is_invalid) {
  World world;
  for (const uint32_t enable : {2u, 3u, 0x8000'0000u})
    EXPECT_EQ(world.firmware.status(wire::NotifyErrors{.enable = enable}), kInvalid);
}

TEST(PlatformBase, an_agent_without_a_channel_for_events_is_not_offered_any) {
  World world;
  world.platform->set_hears(1, false);
  EXPECT_EQ(world.firmware.status(wire::NotifyErrors{.enable = 1}), kNotSupported);
}

}  // namespace
}  // namespace platform_test
