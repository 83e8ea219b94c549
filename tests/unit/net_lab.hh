// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/net_lab.hh - the stack on a fake network.
#pragma once
#include <gtest/gtest.h>

#include "net/stack.hh"
#include "tests/fake/network.hh"

namespace net_test {

using fake::Network;

struct Lab {
  Lab() {
    looks = interrupt_at = 0;
    net::attach(network, timeline.time, random);
  }
  ~Lab() {
    EXPECT_EQ(network.bad_checksums, 0u);
    // An address is given back, over a network that asks no more of what the test has lent it, which is gone.
    network.lose = network.lose_answer = [](const std::string&) { return false; };
    net::detach();
  }

  /// An address without the help of a server.
  void set_address() { ASSERT_TRUE(net::set_address(Network::kClient, 24, Network::kServer)); }
  Ticks milliseconds(uint64_t ms) const { return timeline.time.milliseconds(ms); }
  void poll_for(uint64_t ms) {
    for (const Ticks start = timeline.elapsed(); timeline.elapsed() - start < ms * 1000;) ASSERT_TRUE(net::poll());
  }

  static Result<void> go_on() { return ++looks == interrupt_at ? failure(Error::Interrupted) : Result<void>(); }
  static Result<uint32_t> random() { return value += 0x9e3779b9; }

  static inline unsigned looks = 0, interrupt_at = 0;
  static inline uint32_t value = 1;
  fake::Timeline timeline;
  Network network{timeline};
};

}  // namespace net_test
