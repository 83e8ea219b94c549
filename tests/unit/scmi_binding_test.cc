// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/binding.hh"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/fdt_build.hh"

namespace {

using namespace std::string_view_literals;
using scmi::Completion;

// The bindings of the node "/scmi"; with room for `most`.
struct Read {
  explicit Read(TreeBuilder& builder, size_t most = 4) : tree(builder.open()), channels(most) {
    const auto node = tree.find("/scmi");
    EXPECT_TRUE(node);
    if (node) channels.resize(scmi::read_binding(tree, *node, channels));
  }
  DeviceTree tree;
  std::vector<scmi::ChannelBinding> channels;
};

TreeBuilder node() {
  TreeBuilder tree;
  tree.begin("scmi").string("compatible", "arm,scmi-smc").cells("arm,smc-id", {0x8200'0010}).cells("shmem", {5});
  return tree;
}

TEST(ScmiBinding, the_plainest_node_is_one_channel_that_answers_at_once) {
  auto tree = node();
  tree.end();
  const Read read(tree);
  ASSERT_EQ(read.channels.size(), 1u);
  const auto& channel = read.channels[0];
  EXPECT_EQ(channel.name, "scmi");
  EXPECT_EQ(channel.problem, "");
  EXPECT_EQ(channel.protocol, 0);
  EXPECT_EQ(channel.function, 0x8200'0010u);
  EXPECT_EQ(channel.a2p, 5u);
  EXPECT_EQ(channel.p2a, 0u);
  EXPECT_EQ(channel.completion, Completion::OnReturn);
  EXPECT_EQ(channel.limit, scmi::Client::kDefaultLimit);
  EXPECT_FALSE(channel.parameters);
}

TEST(ScmiBinding, a_second_area_is_for_what_the_platform_sends) {
  TreeBuilder tree;
  tree.begin("scmi").cells("arm,smc-id", {1}).cells("shmem", {5, 6}).end();
  const Read read(tree);
  ASSERT_EQ(read.channels.size(), 1u);
  EXPECT_EQ(read.channels[0].problem, "");
  EXPECT_EQ(read.channels[0].p2a, 6u);
}

TEST(ScmiBinding, page_and_offset_are_passed_where_the_node_says_so) {
  TreeBuilder tree;
  tree.begin("scmi").bytes("compatible", "vendor,x\0arm,scmi-smc-param\0"sv);
  tree.cells("arm,smc-id", {1}).cells("shmem", {5}).end();
  EXPECT_TRUE(Read(tree).channels[0].parameters);
}

TEST(ScmiBinding, only_an_interrupt_named_a2p_lets_the_platform_answer_later) {
  auto both = node();
  both.cells("interrupts", {0, 9, 4}).bytes("interrupt-names", "other\0a2p\0"sv).end();
  EXPECT_EQ(Read(both).channels[0].completion, Completion::Polled);
  auto unnamed = node();
  unnamed.cells("interrupts", {0, 9, 4}).end();
  EXPECT_EQ(Read(unnamed).channels[0].completion, Completion::OnReturn);
  auto other = node();
  other.cells("interrupts", {0, 9, 4}).string("interrupt-names", "a2p-x").end();
  EXPECT_EQ(Read(other).channels[0].completion, Completion::OnReturn);
  auto name_alone = node();
  name_alone.string("interrupt-names", "a2p").end();
  EXPECT_EQ(Read(name_alone).channels[0].completion, Completion::OnReturn);
}

TEST(ScmiBinding, a_time_limit_is_taken_unless_it_makes_no_sense) {
  for (const auto& [asked, taken] : {std::pair(500u, 500u), {0u, 30u}, {60'000u, 60'000u}, {60'001u, 30u}}) {
    auto tree = node();
    tree.cells("arm,max-rx-timeout-ms", {asked}).end();
    EXPECT_EQ(Read(tree).channels[0].limit, taken) << asked;
  }
}

TEST(ScmiBinding, a_protocol_with_an_area_has_a_channel_and_the_rest_have_none) {
  auto tree = node();
  tree.begin("protocol@14").cells("reg", {0x14}).end();
  tree.begin("protocol@16").cells("reg", {0x16}).cells("shmem", {6}).cells("arm,smc-id", {0x8200'0011}).end();
  tree.begin("protocol@15").cells("reg", {0x15}).cells("shmem", {7}).end();
  tree.end();
  const Read read(tree);
  ASSERT_EQ(read.channels.size(), 3u);
  EXPECT_EQ(read.channels[1].name, "protocol@16");
  EXPECT_EQ(read.channels[1].protocol, 0x16);
  EXPECT_EQ(read.channels[1].function, 0x8200'0011u);
  EXPECT_EQ(read.channels[1].a2p, 6u);
  EXPECT_EQ(read.channels[2].protocol, 0x15);
  EXPECT_EQ(read.channels[2].function, 0x8200'0010u) << "its parent's";
}

TEST(ScmiBinding, a_protocol_that_names_the_default_area_shares_the_default_channel) {
  auto tree = node();
  tree.begin("protocol@14").cells("reg", {0x14}).cells("shmem", {5}).end().end();
  EXPECT_EQ(Read(tree).channels.size(), 1u);
}

TEST(ScmiBinding, what_is_disabled_is_left_out) {
  auto tree = node();
  tree.begin("protocol@16").string("status", "disabled").cells("reg", {0x16}).cells("shmem", {6}).end().end();
  EXPECT_EQ(Read(tree).channels.size(), 1u);
  auto whole = node();
  whole.string("status", "disabled").end();
  EXPECT_EQ(Read(whole).channels.size(), 0u);
}

std::string_view problem_of(std::initializer_list<uint32_t> function, std::initializer_list<uint32_t> areas) {
  TreeBuilder tree;
  tree.begin("scmi");
  if (function.size()) tree.cells("arm,smc-id", function);
  tree.cells("shmem", areas).end();
  const Read read(tree);
  return read.channels.size() == 1 ? read.channels[0].problem : "no channel";
}

TEST(ScmiBinding, says_what_is_wrong_with_a_channel) {
  EXPECT_EQ(problem_of({1}, {5}), "");
  EXPECT_EQ(problem_of({}, {5}), "no arm,smc-id");
  EXPECT_EQ(problem_of({1, 2}, {5}), "no arm,smc-id");
  EXPECT_NE(problem_of({1}, {}), "");
  EXPECT_NE(problem_of({1}, {5, 6, 7}), "");
  EXPECT_NE(problem_of({1}, {0}), "");
  EXPECT_NE(problem_of({1}, {5, 5}), "");
}

TEST(ScmiBinding, a_protocol_number_out_of_its_range_is_a_problem_of_that_channel) {
  for (const uint32_t number : {0u, 0xfu, 0x100u}) {
    auto tree = node();
    tree.begin("protocol").cells("reg", {number}).cells("shmem", {6}).end().end();
    const Read read(tree);
    ASSERT_EQ(read.channels.size(), 2u);
    EXPECT_EQ(read.channels[0].problem, "");
    EXPECT_NE(read.channels[1].problem, "") << number;
  }
}

TEST(ScmiBinding, channels_beyond_the_room_for_them_are_left_out) {
  auto tree = node();
  for (uint32_t i = 0; i < 8; ++i)
    tree.begin("protocol@" + std::to_string(i)).cells("reg", {0x10 + i}).cells("shmem", {6 + i}).end();
  tree.end();
  const Read read(tree, 3);
  ASSERT_EQ(read.channels.size(), 3u);
  EXPECT_EQ(read.channels[2].protocol, 0x11);
}

}  // namespace
