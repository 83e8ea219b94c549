// SPDX-License-Identifier: BSD-2-Clause
#include "net/stack.hh"

#include "net/ping.hh"
#include "tests/unit/net_lab.hh"

using net_test::Lab;
using net_test::Network;

TEST(NetStack, without_a_card_there_is_no_network) {
  EXPECT_EQ(error_of(net::open()), Error::NoDevice);
  EXPECT_EQ(error_of(net::status()), Error::NoDevice);
  EXPECT_EQ(error_of(net::dhcp(1000, Lab::go_on)), Error::NoDevice);
}

TEST(NetStack, a_card_is_not_touched_before_it_is_used) {
  Lab lab;
  EXPECT_TRUE(net::poll());
  EXPECT_FALSE(net::status()->running);
  EXPECT_EQ(lab.network.starts, 0u);
  EXPECT_TRUE(net::open());
  EXPECT_TRUE(net::open());
  EXPECT_EQ(lab.network.starts, 1u);
}

TEST(NetStack, the_first_card_counts) {
  Lab lab;
  fake::Network other(lab.timeline);
  net::attach(other, lab.timeline.time, nullptr);
  EXPECT_TRUE(net::open());
  EXPECT_EQ(lab.network.starts, 1u);
  EXPECT_EQ(other.starts, 0u);
}

TEST(NetStack, a_card_without_a_cable_is_said_to_have_none) {
  Lab lab;
  lab.network.cable = false;
  EXPECT_EQ(error_of(net::open()), Error::NoLink);
  lab.network.cable = true;
  EXPECT_TRUE(net::open());
}

TEST(NetStack, what_is_wrong_with_a_card_is_the_error) {
  Lab lab;
  lab.network.start_error = Error::ResetStuck;
  EXPECT_EQ(error_of(net::open()), Error::ResetStuck);
  lab.network.start_error = {};
  lab.set_address();
  lab.network.receive_error = Error::UsedId;
  EXPECT_EQ(error_of(net::ping(Network::kServer, 0, lab.milliseconds(100), Lab::go_on)), Error::UsedId);
  lab.network.send_error = Error::UsedIndex;
  EXPECT_EQ(error_of(net::ping(Network::kServer, 0, lab.milliseconds(100), Lab::go_on)), Error::UsedIndex);
}

TEST(NetStack, a_card_that_broke_is_started_anew_by_the_next_who_needs_it) {
  Lab lab;
  lab.set_address();
  lab.network.receive_error = Error::UsedId;
  EXPECT_FALSE(net::poll());
  EXPECT_TRUE(net::ping(Network::kServer, 0, lab.milliseconds(100), Lab::go_on));
  EXPECT_EQ(lab.network.starts, 2u);
}

TEST(NetStack, frames_that_cannot_leave_are_lost_and_nothing_else) {
  Lab lab;
  lab.set_address();
  lab.network.send_error = Error::Timeout;
  EXPECT_EQ(error_of(net::ping(Network::kServer, 0, lab.milliseconds(100), Lab::go_on)), Error::Timeout);
  lab.network.send_error = {};
  EXPECT_TRUE(net::ping(Network::kServer, 0, lab.milliseconds(2000), Lab::go_on));
}

TEST(NetStack, an_address_of_our_own_choice_is_shown) {
  Lab lab;
  ASSERT_TRUE(net::set_address({{192, 168, 7, 9}}, 20, {{192, 168, 0, 1}}));
  const auto status = *net::status();
  EXPECT_EQ(status.address, (net::Ipv4{{192, 168, 7, 9}}));
  EXPECT_EQ(status.mask, (net::Ipv4{{255, 255, 240, 0}}));
  EXPECT_EQ(status.gateway, (net::Ipv4{{192, 168, 0, 1}}));
  EXPECT_EQ(status.mac, Network::kOwn);
  EXPECT_FALSE(status.leased);
}

TEST(NetStack, addresses_of_no_machine_are_refused) {
  Lab lab;
  const net::Ipv4 good = Network::kClient, gateway = Network::kServer;
  EXPECT_EQ(error_of(net::set_address({{127, 0, 0, 1}}, 24, gateway)), Error::InvalidParameters);
  EXPECT_EQ(error_of(net::set_address({}, 24, gateway)), Error::InvalidParameters);
  EXPECT_EQ(error_of(net::set_address(good, 0, gateway)), Error::InvalidParameters);
  EXPECT_EQ(error_of(net::set_address(good, 33, gateway)), Error::InvalidParameters);
  EXPECT_EQ(error_of(net::set_address(good, 24, {{239, 0, 0, 1}})), Error::InvalidParameters);
  EXPECT_TRUE(net::set_address(good, 32, {}));
}

TEST(NetStack, others_get_answers_to_arp_and_ping_when_it_is_polled) {
  Lab lab;
  lab.set_address();
  lab.network.arp(Network::kClient);
  const std::string question = "\x12\x34\x0\x7" + std::string(1400, 'p');
  lab.network.icmp(8, 0, question);
  lab.poll_for(10);
  EXPECT_EQ(lab.network.echo, question);
}

TEST(NetStack, a_flood_leaves_time_for_the_clock) {
  Lab lab;
  lab.set_address();
  for (int i = 0; i < 1000; ++i) lab.network.arrive(std::string(60, '\xff'));
  ASSERT_TRUE(net::poll());
  EXPECT_LE(net::status()->received, 16u);
  EXPECT_GE(net::status()->received, 1u);
}

TEST(NetStack, frames_cut_short_anywhere_are_read_no_further) {
  Lab lab;
  lab.set_address();
  // What lies behind a frame is poisoned: a read of it ends the test under AddressSanitizer.
  std::vector<std::string> whole;
  lab.network.lose_answer = [&](const std::string& frame) {
    whole.push_back(frame);
    return true;
  };
  lab.network.arp(Network::kClient);
  lab.network.icmp(8, 0, std::string(20, 'p'));
  lab.network.udp(67, 68, std::string(300, '\0'));
  ASSERT_EQ(whole.size(), 3u);
  size_t count = 0;
  for (const std::string& frame : whole)
    for (size_t size = 1; size < frame.size(); ++size, ++count) {
      lab.network.arrive(frame.substr(0, size));
      ASSERT_TRUE(net::poll());
    }
  EXPECT_EQ(net::status()->received, count);
  EXPECT_EQ(lab.network.echo, "");
}

TEST(NetDhcp, a_server_gives_an_address) {
  Lab lab;
  const auto lease = net::dhcp(lab.milliseconds(5000), Lab::go_on);
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->address, Network::kClient);
  EXPECT_EQ(lease->mask, Network::kMask);
  EXPECT_EQ(lease->gateway, Network::kServer);
  EXPECT_EQ(lease->server, Network::kServer);
  EXPECT_EQ(lease->next_server, Network::kServer);
  EXPECT_EQ(lease->seconds, 3600u);
  EXPECT_TRUE(net::status()->leased);
  EXPECT_EQ(net::status()->address, Network::kClient);
}

TEST(NetDhcp, its_transaction_is_one_that_nobody_can_guess) {
  Lab lab;
  ASSERT_TRUE(net::dhcp(lab.milliseconds(5000), Lab::go_on));
  EXPECT_EQ(lab.network.dhcp.transaction, Lab::value) << "the last number that the board's source gave";
}

TEST(NetDhcp, without_a_source_of_numbers_transactions_still_differ) {
  Lab lab;
  const auto broken = []() -> Result<uint32_t> { return failure(Error::Timeout); };
  for (Result<uint32_t> (*const source)() : {static_cast<Result<uint32_t> (*)()>(nullptr), +broken}) {
    net::detach();
    net::attach(lab.network, lab.timeline.time, source);
    ASSERT_TRUE(net::dhcp(lab.milliseconds(5000), Lab::go_on));
    const uint32_t first = lab.network.dhcp.transaction;
    ASSERT_TRUE(net::dhcp(lab.milliseconds(5000), Lab::go_on));
    EXPECT_NE(lab.network.dhcp.transaction, first);
  }
}

TEST(NetDhcp, what_is_lost_is_asked_again) {
  Lab lab;
  int loses = 3;
  lab.network.lose = [&](const std::string&) { return loses-- > 0; };
  ASSERT_TRUE(net::dhcp(lab.milliseconds(30'000), Lab::go_on));
  EXPECT_GE(lab.network.dhcp.discovers, 1u);
}

TEST(NetDhcp, a_server_that_changes_its_mind_is_asked_again) {
  Lab lab;
  lab.network.dhcp.refuse = 1;
  ASSERT_TRUE(net::dhcp(lab.milliseconds(30'000), Lab::go_on));
  EXPECT_EQ(lab.network.dhcp.discovers, 2u);
}

TEST(NetDhcp, silence_ends_in_time_and_leaves_no_address) {
  Lab lab;
  lab.set_address();
  lab.network.dhcp.silent = true;
  const Ticks start = lab.timeline.elapsed();
  EXPECT_EQ(error_of(net::dhcp(lab.milliseconds(3000), Lab::go_on)), Error::Timeout);
  EXPECT_LT(lab.timeline.elapsed() - start, 3'100'000u);
  EXPECT_FALSE(net::status()->address);
  EXPECT_EQ(error_of(net::ping(Network::kServer, 0, 1000, Lab::go_on)), Error::NoAddress);
}

TEST(NetDhcp, control_c_ends_it) {
  Lab lab;
  lab.network.dhcp.silent = true;
  Lab::interrupt_at = 20;
  EXPECT_EQ(error_of(net::dhcp(lab.milliseconds(3000), Lab::go_on)), Error::Interrupted);
  EXPECT_EQ(Lab::looks, 20u);
}

TEST(NetDhcp, an_address_that_is_none_is_not_taken) {
  for (const net::Ipv4 address : {net::Ipv4{}, net::Ipv4{{127, 0, 0, 1}}, net::Ipv4{{224, 0, 0, 1}}}) {
    Lab lab;
    lab.network.dhcp.address = address;
    EXPECT_EQ(error_of(net::dhcp(lab.milliseconds(2000), Lab::go_on)), Error::Malformed) << net::Text(address).view();
    EXPECT_FALSE(net::status()->address);
  }
}

TEST(NetDhcp, it_can_be_asked_again_and_again) {
  Lab lab;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(net::dhcp(lab.milliseconds(5000), Lab::go_on)) << i;
  EXPECT_EQ(lab.network.dhcp.discovers, 20u);
}

TEST(NetDhcp, a_lease_is_renewed_when_half_of_it_is_over) {
  Lab lab;
  lab.network.dhcp.seconds = 240;
  ASSERT_TRUE(net::dhcp(lab.milliseconds(5000), Lab::go_on));
  lab.poll_for(190'000);
  EXPECT_EQ(lab.network.dhcp.requests, 2u);
  EXPECT_TRUE(net::status()->leased);
}

TEST(NetDhcp, a_lease_that_ended_while_nobody_looked_is_no_address) {
  Lab lab;
  ASSERT_TRUE(net::dhcp(lab.milliseconds(5000), Lab::go_on));
  lab.network.dhcp.silent = true;
  while (lab.timeline.elapsed() < 4000'000'000) lab.timeline.time.now();
  ASSERT_TRUE(net::poll());
  EXPECT_FALSE(net::status()->leased);
  EXPECT_FALSE(net::status()->address);
}
