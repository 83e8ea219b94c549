// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/backend.hh"

#include <poll.h>

#include "tests/unit/vhost_guest.hh"

namespace vhost_test {
namespace {

struct Watched final : Device {
  void on_start(size_t index) override { runs[index] = true; }
  void on_stop(size_t index) override { runs[index] = false; }
  bool runs[2] = {};
};

struct Lab {
  static constexpr uint64_t kOffered = 0x1'3000'0001;

  /// What the back end says of it; empty: nothing is wrong.
  std::string_view flaw(Message message) { return flaw_of(backend.handle(message)); }
  std::optional<Message> reply(Message message) {
    auto result = backend.handle(message);
    EXPECT_TRUE(result) << flaw_of(result);
    return result ? std::move(*result) : std::nullopt;
  }
  uint64_t number(Message message) {
    const auto answer = reply(std::move(message));
    const auto value = answer ? answer->as<uint64_t>() : Checked<uint64_t>(failure(Flaw::MessageShort));
    EXPECT_TRUE(value);
    return value.value_or(0xbad);
  }
  void negotiate(uint64_t features = kOffered | feature::kProtocolFeatures) {
    EXPECT_EQ(flaw(FrontEnd::message(Request::SetOwner)), "");
    EXPECT_EQ(flaw(FrontEnd::with(Request::SetFeatures, features)), "");
    EXPECT_EQ(flaw(FrontEnd::memory_table(guest)), "");
  }
  void set_up(uint32_t index, const DriverRing& ring, uint16_t base = 0) {
    for (Message& message : FrontEnd::ring(index, ring, kick.get(), call.get(), base))
      EXPECT_EQ(flaw(std::move(message)), "");
  }

  GuestMemory guest;
  DriverRing commands{guest, 0x1000, 8}, events{guest, 0x2000, 8};
  Fd kick = make_event(), call = make_event();
  Watched device;
  Backend backend{device, kOffered};
};

TEST(VhostBackend, features_are_those_of_the_device_and_the_one_of_the_protocol) {
  Lab it;
  EXPECT_EQ(it.number(FrontEnd::message(Request::GetFeatures)), Lab::kOffered | feature::kProtocolFeatures);
  EXPECT_EQ(it.number(FrontEnd::message(Request::GetQueueNum)), 2u);
  const uint64_t protocol = it.number(FrontEnd::message(Request::GetProtocolFeatures));
  EXPECT_TRUE(protocol & protocol_feature::kMultipleQueues);
  EXPECT_TRUE(protocol & protocol_feature::kReplyAck);
}

TEST(VhostBackend, a_reply_names_its_request_and_is_marked) {
  Lab it;
  const auto reply = it.reply(FrontEnd::message(Request::GetFeatures));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->header.request, uint32_t(Request::GetFeatures));
  EXPECT_EQ(reply->header.flags, MessageHeader::kVersion | MessageHeader::kReply);
  EXPECT_EQ(reply->header.size, 8u);
}

TEST(VhostBackend, features_that_were_not_offered_are_refused) {
  Lab it;
  EXPECT_EQ(it.flaw(FrontEnd::with(Request::SetFeatures, uint64_t{1} << 34)), text(Flaw::UnknownFeature));
  EXPECT_EQ(it.flaw(FrontEnd::with(Request::SetProtocolFeatures, uint64_t{1} << 40)), text(Flaw::UnknownFeature));
}

TEST(VhostBackend, who_asks_for_an_acknowledgement_gets_one_and_nobody_else) {
  Lab it;
  EXPECT_FALSE(it.reply(FrontEnd::with(Request::SetFeatures, uint64_t{1})));
  EXPECT_EQ(it.number(FrontEnd::with(Request::SetFeatures, uint64_t{1}, true)), 0u);
  EXPECT_NE(it.number(FrontEnd::with(Request::SetFeatures, uint64_t{2}, true)), 0u);
  EXPECT_NE(it.number(FrontEnd::message(Request(99), {}, {}, true)), 0u);
}

TEST(VhostBackend, a_queue_runs_when_all_of_it_is_known_and_it_is_enabled) {
  Lab it;
  it.negotiate();
  std::vector<Message> all = FrontEnd::ring(0, it.commands, it.kick.get(), it.call.get());
  for (Message& message : all) {
    EXPECT_FALSE(it.device.runs[0]);
    EXPECT_EQ(it.flaw(std::move(message)), "");
  }
  EXPECT_TRUE(it.device.runs[0]);
  EXPECT_TRUE(it.backend.queue(0).kicked) << "what lies in the ring already is looked at";
  EXPECT_EQ(it.flaw(FrontEnd::with(Request::SetVringEnable, VringState{0, 0})), "");
  EXPECT_FALSE(it.device.runs[0]);
}

TEST(VhostBackend, a_front_end_without_protocol_features_enables_nothing_itself) {
  Lab it;
  it.negotiate(Lab::kOffered);
  std::vector<Message> all = FrontEnd::ring(0, it.commands, it.kick.get(), it.call.get());
  all.pop_back();
  for (Message& message : all) EXPECT_EQ(it.flaw(std::move(message)), "");
  EXPECT_TRUE(it.device.runs[0]);
}

TEST(VhostBackend, a_queue_that_is_stopped_says_how_far_it_came) {
  Lab it;
  it.negotiate();
  it.set_up(1, it.events, 0xfffe);
  EXPECT_TRUE(it.device.runs[1]);
  const auto reply = it.reply(FrontEnd::with(Request::GetVringBase, VringState{1, 0}));
  ASSERT_TRUE(reply);
  const auto state = reply->as<VringState>();
  ASSERT_TRUE(state);
  EXPECT_EQ(state->index, 1u);
  EXPECT_EQ(state->number, 0xfffeu);
  EXPECT_FALSE(it.device.runs[1]);
  it.set_up(1, it.events);
  EXPECT_TRUE(it.device.runs[1]);
}

TEST(VhostBackend, queues_that_there_are_not_are_refused) {
  Lab it;
  it.negotiate();
  for (const uint32_t index : {2u, 0xffu, UINT32_MAX}) {
    EXPECT_EQ(it.flaw(FrontEnd::with(Request::SetVringNum, VringState{index, 8})), text(Flaw::QueueIndex));
    EXPECT_EQ(it.flaw(FrontEnd::with(Request::SetVringBase, VringState{index, 0})), text(Flaw::QueueIndex));
    EXPECT_EQ(it.flaw(FrontEnd::with(Request::GetVringBase, VringState{index, 0})), text(Flaw::QueueIndex));
    EXPECT_EQ(it.flaw(FrontEnd::with(Request::SetVringEnable, VringState{index, 1})), text(Flaw::QueueIndex));
    EXPECT_EQ(it.flaw(FrontEnd::with(
                  Request::SetVringAddr,
                  VringAddress{.index = index, .flags = 0, .descriptors = 0, .used = 0, .available = 0, .log = 0})),
              text(Flaw::QueueIndex));
  }
  EXPECT_EQ(it.flaw(FrontEnd::with_fd(Request::SetVringKick, 2, it.kick.get())), text(Flaw::QueueIndex));
}

TEST(VhostBackend, file_descriptors_where_none_belong_are_refused) {
  Lab it;
  it.negotiate();
  std::vector<Fd> fds;
  fds.push_back(make_event());
  EXPECT_EQ(it.flaw(FrontEnd::message(Request::GetFeatures, {}, std::move(fds))), text(Flaw::UnexpectedFds));
  EXPECT_EQ(it.flaw(FrontEnd::with_fd(Request::SetVringKick, kVringNoFd, it.kick.get())), text(Flaw::UnexpectedFds));
  EXPECT_EQ(it.flaw(FrontEnd::with_fd(Request::SetVringKick, 0, -1)), text(Flaw::MissingFd));
}

TEST(VhostBackend, without_a_kick_a_ring_is_looked_at_again_and_again) {
  Lab it;
  it.negotiate();
  for (Message& message : FrontEnd::ring(0, it.commands, it.kick.get(), it.call.get())) {
    if (message.request() == Request::SetVringKick) message = FrontEnd::with_fd(Request::SetVringKick, kVringNoFd, -1);
    EXPECT_EQ(it.flaw(std::move(message)), "");
  }
  EXPECT_TRUE(it.device.runs[0]);
  EXPECT_TRUE(it.backend.queue(0).polled);
}

TEST(VhostBackend, a_table_of_memory_that_is_no_table_is_refused) {
  Lab it;
  const auto files = [&](size_t count) {
    std::vector<Fd> all;
    for (size_t i = 0; i < count; ++i) all.push_back(it.guest.file());
    return all;
  };
  const Memory::Region region = GuestMemory::region();
  EXPECT_EQ(it.flaw(FrontEnd::memory_table({&region, 1}, {})), text(Flaw::MissingFd));
  EXPECT_EQ(it.flaw(FrontEnd::memory_table({&region, 1}, files(2))), text(Flaw::MissingFd));
  EXPECT_EQ(it.flaw(FrontEnd::message(Request::SetMemTable, FrontEnd::bytes(uint32_t{0}))), text(Flaw::MessageShort));
  // It counts more regions than it has.
  EXPECT_EQ(it.flaw(FrontEnd::message(Request::SetMemTable, FrontEnd::bytes(uint64_t{1}), files(1))),
            text(Flaw::MessageShort));
  EXPECT_EQ(it.flaw(FrontEnd::message(Request::SetMemTable, FrontEnd::bytes(uint64_t{UINT32_MAX}), files(1))),
            text(Flaw::TooManyRegions));
}

TEST(VhostBackend, a_running_queue_whose_memory_is_taken_away_stops) {
  Lab it;
  it.negotiate();
  it.set_up(0, it.commands);
  ASSERT_TRUE(it.device.runs[0]);
  const Memory::Region elsewhere{.guest = 0, .size = 4096, .user = 0, .offset = 0};
  std::vector<Fd> files;
  files.push_back(it.guest.file());
  EXPECT_EQ(it.flaw(FrontEnd::memory_table({&elsewhere, 1}, std::move(files))), "");
  EXPECT_FALSE(it.device.runs[0]);
}

TEST(VhostBackend, a_running_queue_that_is_moved_to_nowhere_stops) {
  Lab it;
  it.negotiate();
  it.set_up(0, it.commands);
  const VringAddress nowhere{.index = 0, .flags = 0, .descriptors = 64, .used = 64, .available = 64, .log = 0};
  EXPECT_NE(it.number(FrontEnd::with(Request::SetVringAddr, nowhere, true)), 0u);
  EXPECT_FALSE(it.device.runs[0]);
}

TEST(VhostBackend, a_ring_in_no_memory_is_refused) {
  Lab it;
  EXPECT_EQ(it.flaw(FrontEnd::with(Request::SetVringNum, VringState{0, 8})), "");
  EXPECT_EQ(it.flaw(FrontEnd::with(
                Request::SetVringAddr,
                VringAddress{.index = 0, .flags = 0, .descriptors = 64, .used = 64, .available = 64, .log = 0})),
            text(Flaw::RingOutside));
}

TEST(VhostBackend, the_status_is_what_was_set) {
  Lab it;
  EXPECT_EQ(it.number(FrontEnd::message(Request::GetStatus)), 0u);
  EXPECT_EQ(it.flaw(FrontEnd::with(Request::SetStatus, uint64_t{0xf})), "");
  EXPECT_EQ(it.number(FrontEnd::message(Request::GetStatus)), 0xfu);
}

TEST(VhostBackend, a_kick_that_is_no_event_is_given_up) {
  Lab it;
  Queue& queue = it.backend.queue(0);
  queue.kick = make_event();
  queue.take_kick(POLLHUP);
  EXPECT_FALSE(queue.kick);
}

}  // namespace
}  // namespace vhost_test
