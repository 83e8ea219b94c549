// SPDX-License-Identifier: BSD-2-Clause
#include "net/ping.hh"

#include "tests/unit/net_lab.hh"

using net_test::Lab;
using net_test::Network;

namespace {

Result<Ticks> ping(Lab& lab, net::Ipv4 address = Network::kServer) {
  return net::ping(address, 1, lab.milliseconds(1000), Lab::go_on);
}

}  // namespace

TEST(NetPing, an_answer_takes_as_long_as_it_takes) {
  Lab lab;
  lab.set_address();
  ASSERT_TRUE(ping(lab));  // and with it the peer's address on the cable
  lab.network.delay = 20'000;
  const auto slow = ping(lab);
  ASSERT_TRUE(slow);
  EXPECT_GE(*slow, 20'000u);
  EXPECT_LT(*slow, 21'000u);
}

TEST(NetPing, it_needs_an_address) {
  Lab lab;
  EXPECT_EQ(error_of(ping(lab)), Error::NoAddress);
  EXPECT_EQ(lab.network.sent, 0u);
}

TEST(NetPing, silence_ends_in_time) {
  Lab lab;
  lab.set_address();
  lab.network.pinging.silent = true;
  const Ticks start = lab.timeline.elapsed();
  EXPECT_EQ(error_of(ping(lab)), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed() - start, 1'010'000u);
}

TEST(NetPing, nobody_at_the_address_ends_in_time) {
  Lab lab;
  lab.set_address();
  EXPECT_EQ(error_of(ping(lab, {{10, 0, 2, 77}})), Error::Timeout);
}

TEST(NetPing, other_networks_are_asked_by_the_gateway) {
  Lab lab;
  lab.set_address();
  bool asked = false;
  lab.network.lose = [&](const std::string& frame) {
    // To the gateway's place on the cable, for somebody else.
    const bool far = frame.substr(12, 2) == std::string("\x08\0", 2) && frame.substr(30, 4) == "\x08\x08\x08\x08";
    asked |= far && frame.substr(0, 6) == std::string(reinterpret_cast<const char*>(Network::kPeer.bytes.data()), 6);
    return far;
  };
  EXPECT_EQ(error_of(ping(lab, {{8, 8, 8, 8}})), Error::Timeout);
  EXPECT_TRUE(asked);
}

TEST(NetPing, without_a_gateway_other_networks_are_unreachable) {
  Lab lab;
  ASSERT_TRUE(net::set_address(Network::kClient, 24, {}));
  EXPECT_EQ(error_of(ping(lab, {{8, 8, 8, 8}})), Error::Unreachable);
}

TEST(NetPing, what_a_router_knows_is_heard) {
  Lab lab;
  lab.set_address();
  lab.network.pinging.unreachable = 1;
  EXPECT_EQ(error_of(ping(lab)), Error::Unreachable);
}

TEST(NetPing, answers_with_other_content_or_for_others_are_none) {
  Lab lab;
  lab.set_address();
  lab.network.pinging.corrupt = true;
  EXPECT_EQ(error_of(ping(lab)), Error::Timeout);
  lab.network.pinging = {.foreign = true};
  EXPECT_EQ(error_of(ping(lab)), Error::Timeout);
}

TEST(NetPing, an_answer_that_was_damaged_on_its_way_is_none) {
  Lab lab;
  lab.set_address();
  // A bit of the data falls over, and with it the checksum.
  lab.network.lose_answer = [&](const std::string& frame) {
    if (frame.size() < 90 || frame[23] != 1) return false;
    std::string damaged = frame;
    damaged[80] ^= 4;
    lab.network.arrive(damaged);
    return true;
  };
  EXPECT_EQ(error_of(ping(lab)), Error::Timeout);
}

TEST(NetPing, control_c_ends_it) {
  Lab lab;
  lab.set_address();
  lab.network.pinging.silent = true;
  Lab::interrupt_at = 5;
  EXPECT_EQ(error_of(ping(lab)), Error::Interrupted);
}
