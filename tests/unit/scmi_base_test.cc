// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/base.hh"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/fake/channel.hh"

namespace {

using fake::Answer;
using fake::join;
using fake::kManners;
using fake::kSuccess;
using fake::text;
using fake::Words;
using scmi::command;
using scmi::Protocol;

constexpr scmi::Command message(uint8_t id) { return command(Protocol::Base, id); }

struct ScmiBase : testing::Test {
  fake::Channel c;
  fake::Server& server = c.server;
  scmi::base::Base base{c.client};

  const Words& sent() { return server.seen.back(); }
  Words arguments() { return Words(sent().begin() + 1, sent().end()); }
};

TEST_F(ScmiBase, attributes_count_protocols_and_agents) {
  server.on(message(1), {kSuccess, 0xffff'0305});
  const auto attributes = base.attributes();
  ASSERT_TRUE(attributes);
  EXPECT_EQ(attributes->protocols, 5u);
  EXPECT_EQ(attributes->agents, 3u);
  EXPECT_TRUE(arguments().empty());
}

TEST_F(ScmiBase, vendor_and_sub_vendor_are_text) {
  server.on(message(3), join({{kSuccess}, text("Corbel")}));
  server.on(message(4), join({{kSuccess}, text("reference")}));
  EXPECT_EQ(base.vendor()->text(), "Corbel");
  EXPECT_EQ(base.sub_vendor()->text(), "reference");
}

// The client stores replies by words, two at once where the CPU can.
TEST_F(ScmiBase, a_reply_that_is_text_alone_lies_where_words_may_be_stored) {
  server.on(message(3), join({{kSuccess}, text("Corbel")}));
  struct {
    char before;
    Result<scmi::ShortName> vendor;
  } odd{0, base.vendor()};
  EXPECT_EQ(odd.vendor->text(), "Corbel");
  EXPECT_EQ(uintptr_t(odd.vendor->bytes) % alignof(uint32_t), 0u);
}

TEST_F(ScmiBase, a_name_without_its_end_stops_at_the_field) {
  server.on(message(3), join({{kSuccess}, text("0123456789abcdefXYZ"), {0x7a7a'7a7a}}));
  EXPECT_EQ(base.vendor()->text(), "0123456789abcdef");
}

TEST_F(ScmiBase, what_follows_the_end_of_a_name_is_not_shown) {
  server.on(message(3), join({{kSuccess}, text(std::string_view("ab\0cdefghijklmno", 16))}));
  EXPECT_EQ(base.vendor()->text(), "ab");
  server.on(message(3), join({{kSuccess}, text("")}));
  EXPECT_EQ(base.vendor()->text(), "");
}

TEST_F(ScmiBase, a_name_cut_by_the_reply_is_short) {
  server.on(message(3), join({{kSuccess}, text("abcd", 12)}));
  EXPECT_EQ(error_of(base.vendor()), Error::ReplyShort);
}

TEST_F(ScmiBase, a_platform_need_not_have_a_sub_vendor) {
  server.on(message(4), Error::NotSupported);
  EXPECT_EQ(error_of(base.sub_vendor()), Error::NotSupported);
}

TEST_F(ScmiBase, the_implementation_version_is_a_word) {
  server.on(message(5), {kSuccess, 0x020a'0000});
  EXPECT_EQ(base.implementation_version(), 0x020a'0000u);
}

// Lists `total` ids, `most` a message, with as many bytes of padding as a test wants.
void list(fake::Server& server, uint32_t total, uint32_t most) {
  server.on(message(1), {kSuccess, total});
  server.on(message(6), [=](const Words& arguments) -> Answer {
    const uint32_t skip = arguments.at(0);
    if (skip >= total) return Error::InvalidParameters;
    const uint32_t count = std::min(most, total - skip);
    Words words(2 + (count + 3) / 4);
    words[1] = count;
    for (uint32_t i = 0; i < count; ++i) words[2 + i / 4] |= (0x11 + skip + i) << 8 * (i % 4);
    return words;
  });
}

TEST_F(ScmiBase, the_list_of_protocols_is_read_to_its_end) {
  for (const auto manner : kManners)
    for (uint32_t total = 1; total <= 64; ++total)
      for (const uint32_t most : {1u, 3u, 4u, 7u, 64u}) {
        fake::Channel channel(manner);
        list(channel.server, total, most);
        const auto protocols = scmi::base::Base(channel.client).list_protocols();
        ASSERT_EQ(error_of(protocols), kNone) << total << ' ' << most;
        ASSERT_EQ(protocols->count, total);
        for (uint32_t i = 0; i < total; ++i) ASSERT_EQ(protocols->id[i], 0x11 + i);
      }
}

TEST_F(ScmiBase, a_platform_without_protocols_is_not_asked_for_a_list) {
  server.on(message(1), {kSuccess, 0});
  EXPECT_EQ(base.list_protocols()->count, 0u);
  EXPECT_EQ(server.seen.size(), 1u);
}

TEST_F(ScmiBase, more_protocols_than_fit_are_no_space) {
  for (const uint32_t most : {1u, 60u, 255u}) {
    fake::Channel channel(fake::Platform::Manner::AtOnce, 512);
    list(channel.server, 65, most);
    EXPECT_EQ(error_of(scmi::base::Base(channel.client).list_protocols()), Error::NoSpace) << most;
  }
}

TEST_F(ScmiBase, a_list_padded_too_little_or_too_much_is_read) {
  server.on(message(1), {kSuccess, 3});
  for (const uint32_t bytes : {3u, 4u, 8u, 12u}) {
    Answer answer{kSuccess, 3, 0xff16'1410, 0xffff'ffff, 0xffff'ffff};
    answer.length = 12 + bytes;
    server.on(message(6), answer);
    const auto protocols = base.list_protocols();
    ASSERT_EQ(error_of(protocols), kNone) << bytes;
    ASSERT_EQ(protocols->count, 3u);
    EXPECT_EQ(protocols->id[0], 0x10);
    EXPECT_EQ(protocols->id[1], 0x14);
    EXPECT_EQ(protocols->id[2], 0x16);
  }
}

TEST_F(ScmiBase, a_list_that_counts_more_than_it_brings_is_not_believed) {
  server.on(message(1), {kSuccess, 9});
  for (const uint32_t count : {5u, 9u, 10u, 0x7fff'ffffu, 0xffff'ffffu}) {
    server.on(message(6), {kSuccess, count, 0x1716'1514});
    EXPECT_EQ(error_of(base.list_protocols()), Error::BadCount) << count;
  }
}

TEST_F(ScmiBase, a_list_longer_than_announced_is_not_believed) {
  server.on(message(1), {kSuccess, 2});
  server.on(message(6), {kSuccess, 3, 0x1716'1514});
  EXPECT_EQ(error_of(base.list_protocols()), Error::BadCount);
}

TEST_F(ScmiBase, a_list_that_brings_nothing_ends) {
  server.on(message(1), {kSuccess, 2});
  server.on(message(6), {kSuccess, 0});
  EXPECT_EQ(error_of(base.list_protocols()), Error::EndlessPages);
  EXPECT_EQ(server.seen.size(), 2u);
}

TEST_F(ScmiBase, a_list_that_fails_on_the_way_fails) {
  list(server, 10, 4);
  server.on(message(6), Error::Denied);
  EXPECT_EQ(error_of(base.list_protocols()), Error::Denied);
  server.on(message(1), Error::GenericError);
  EXPECT_EQ(error_of(base.list_protocols()), Error::GenericError);
}

TEST_F(ScmiBase, an_agent_tells_its_id_and_name_since_version_2) {
  server.speaks(Protocol::Base, 0x20000);
  server.on(message(7), [](const Words& arguments) -> Answer {
    return join({{kSuccess, arguments.at(0) == scmi::base::kMyself ? 2 : arguments.at(0)}, text("OSPM")});
  });
  const auto me = base.agent(scmi::base::kMyself);
  ASSERT_TRUE(me);
  EXPECT_EQ(me->id, 2u);
  EXPECT_EQ(me->name.text(), "OSPM");
  EXPECT_EQ(base.agent(1)->id, 1u);
  EXPECT_EQ(arguments(), Words{1});
}

TEST_F(ScmiBase, an_agent_of_version_1_tells_its_name_alone) {
  server.speaks(Protocol::Base, 0x10000);
  server.on(message(7), join({{kSuccess}, text("platform")}));
  EXPECT_EQ(base.agent(0)->id, 0u);
  EXPECT_EQ(base.agent(0)->name.text(), "platform");
  EXPECT_EQ(base.agent(scmi::base::kMyself)->id, scmi::base::kMyself);
}

TEST_F(ScmiBase, an_agent_that_is_not_there_is_not_found) {
  for (const uint32_t version : {0x10000u, 0x20001u}) {
    fake::Channel channel;
    channel.server.speaks(Protocol::Base, version);
    EXPECT_EQ(error_of(scmi::base::Base(channel.client).agent(9)), Error::NotFound);
  }
  EXPECT_EQ(error_of(base.agent(9)), Error::NotFound) << "not even the version";
}

TEST_F(ScmiBase, error_notifications_are_switched) {
  server.on(message(8), {kSuccess});
  EXPECT_EQ(error_of(base.notify_errors(true)), kNone);
  EXPECT_EQ(arguments(), Words{1});
  EXPECT_EQ(error_of(base.notify_errors(false)), kNone);
  EXPECT_EQ(arguments(), Words{0});
}

TEST_F(ScmiBase, permissions_name_agent_object_and_right) {
  for (const uint8_t id : {0x9, 0xa, 0xb}) server.on(message(id), {kSuccess});
  EXPECT_EQ(error_of(base.set_device_permissions(2, 7, true)), kNone);
  EXPECT_EQ(arguments(), (Words{2, 7, 1}));
  EXPECT_EQ(error_of(base.set_device_permissions(2, 7, false)), kNone);
  EXPECT_EQ(arguments(), (Words{2, 7, 0}));
  EXPECT_EQ(error_of(base.set_protocol_permissions(2, 7, 0x14, true)), kNone);
  EXPECT_EQ(arguments(), (Words{2, 7, 0x14, 1}));
  EXPECT_EQ(error_of(base.set_protocol_permissions(3, 8, 0xff, false)), kNone);
  EXPECT_EQ(arguments(), (Words{3, 8, 0xff, 0}));
  EXPECT_EQ(error_of(base.reset_agent_configuration(2, true)), kNone);
  EXPECT_EQ(arguments(), (Words{2, 1}));
  EXPECT_EQ(error_of(base.reset_agent_configuration(2, false)), kNone);
  EXPECT_EQ(arguments(), (Words{2, 0}));
}

TEST_F(ScmiBase, permissions_that_one_may_not_give_are_denied) {
  for (const uint8_t id : {0x8, 0x9, 0xa, 0xb}) server.on(message(id), Error::Denied);
  EXPECT_EQ(error_of(base.notify_errors(true)), Error::Denied);
  EXPECT_EQ(error_of(base.set_device_permissions(0, 0, true)), Error::Denied);
  EXPECT_EQ(error_of(base.set_protocol_permissions(0, 0, 0, true)), Error::Denied);
  EXPECT_EQ(error_of(base.reset_agent_configuration(0, true)), Error::Denied);
}

TEST_F(ScmiBase, every_answer_one_word_too_short_is_short) {
  server.speaks(Protocol::Base, 0x20000);
  for (const uint8_t id : {0x1, 0x5}) server.on(message(id), {kSuccess});
  for (const uint8_t id : {0x3, 0x4}) server.on(message(id), join({{kSuccess}, text("", 12)}));
  server.on(message(7), join({{kSuccess}, text("", 12)}));
  EXPECT_EQ(error_of(base.attributes()), Error::ReplyShort);
  EXPECT_EQ(error_of(base.implementation_version()), Error::ReplyShort);
  EXPECT_EQ(error_of(base.vendor()), Error::ReplyShort);
  EXPECT_EQ(error_of(base.sub_vendor()), Error::ReplyShort);
  EXPECT_EQ(error_of(base.agent(1)), Error::ReplyShort);
  EXPECT_EQ(error_of(base.list_protocols()), Error::ReplyShort);
}

}  // namespace
