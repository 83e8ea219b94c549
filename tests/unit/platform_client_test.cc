// SPDX-License-Identifier: BSD-2-Clause
// Both ends together: our client asks the reference platform over shared memory, in good times and bad.
#include <gtest/gtest.h>

#include "scmi/client.hh"
#include "scmi/platform/fault.hh"
#include "scmi/shmem.hh"
#include "tests/fake/result.hh"
#include "tests/fake/timeline.hh"
#include "tests/unit/platform_shared.hh"

namespace platform_test {
namespace {

using scmi::Completion;
using scmi::platform::EventChannel;
using scmi::platform::Fault;
using scmi::platform::FaultyChannel;
using scmi::platform::Release;

/// A doorbell that returns when the platform is done, or one that only posts: then the answer comes a little later.
struct Pair : World {
  explicit Pair(Completion completion = Completion::OnReturn, Release release = Release::V3_2)
      : World(release),
        transport({&shared.area(), shared.size()}, {&memory.area(), memory.size()}, {ring, 0, 0, 0}, completion),
        slow(completion == Completion::Polled) {
    current = this;
    events.open(&memory.area());
  }
  ~Pair() { current = nullptr; }

  static intptr_t ring(uintptr_t, uintptr_t, uintptr_t) { return current->rung(); }
  intptr_t rung() {
    if (slow && faulty.plan().fault != Fault::NoSmc) {
      timeline.after(200, [this] { answer(); });
      return 0;
    }
    return answer() ? 0 : -1;
  }
  bool answer() {
    const bool taken = faulty.serve();
    if (slow && faulty.holds()) timeline.after(100'000, [this] { faulty.release(); });
    if (platform->has_work()) timeline.after(1'000, [this] { work(); });
    return taken;
  }
  void work() {
    platform->complete();
    events.deliver();
    if (events.waiting()) timeline.after(1'000, [this] { work(); });
  }
  void set(Fault fault, uint32_t count = 1) { faulty.set({.fault = fault, .count = count, .skip = 0, .filter = {}}); }

  static inline Pair* current = nullptr;
  fake::Timeline timeline;
  SharedChannel shared{*platform, 1};
  SharedMemory memory{64};
  FaultyChannel faulty{shared.channel};
  EventChannel events{*platform, 1};
  scmi::ShmemTransport transport;
  bool slow;
  scmi::Client client{transport, timeline.time};
  scmi::base::Base base{client};
  scmi::clock::Clock clock{client};
  scmi::reset::Reset reset{client};
};

constexpr scmi::clock::Id kSerdes{Serdes}, kCpu{CpuCluster0}, kMmc0{Mmc0}, kLong{LongName};
constexpr Completion kCompletions[] = {Completion::OnReturn, Completion::Polled};

TEST(PlatformClient, the_client_reads_what_the_tables_say) {
  for (const Completion completion : kCompletions) {
    Pair pair(completion);
    EXPECT_EQ(pair.base.vendor()->text(), "corbel");
    EXPECT_EQ(pair.base.agent(2)->name.text(), "secondary");
    EXPECT_EQ(pair.base.list_protocols()->count, 2u);
    EXPECT_EQ(pair.clock.counts()->clocks, 72u);
    EXPECT_EQ(pair.clock.rate(kSerdes), 5'000'000'000u);
    EXPECT_EQ(pair.clock.name(kLong)->text(), "display-controller-pixel-clock");
    EXPECT_EQ(pair.reset.info(scmi::reset::Id{ResetUsb})->latency, 1'000u);
  }
}

TEST(PlatformClient, the_client_walks_long_lists) {
  Pair pair;
  auto rates = pair.clock.rates(kCpu);
  unsigned count = 0;
  for (auto rate = rates.next(); rate && *rate; rate = rates.next())
    EXPECT_EQ(**rate, 200'000'000 + 12'500'000 * count++);
  EXPECT_EQ(count, 241u);
}

TEST(PlatformClient, the_client_speaks_every_release) {
  for (const Release release : {Release::V1_0, Release::V2_0, Release::V3_0, Release::V3_1, Release::V3_2}) {
    Pair pair(Completion::OnReturn, release);
    EXPECT_EQ(error_of(pair.clock.enable(kMmc0, true)), kNone);
    EXPECT_TRUE(pair.clock.info(kMmc0)->enabled());
    EXPECT_EQ(error_of(pair.clock.set_rate(kMmc0, 52'000'000)), kNone);
    EXPECT_EQ(pair.clock.rate(kMmc0), 52'000'000u);
    EXPECT_EQ(pair.base.agent(1)->name.text(), "firmware");
  }
}

TEST(PlatformClient, asynchronous_commands_bring_their_delayed_response) {
  for (const Completion completion : kCompletions) {
    Pair pair(completion);
    EXPECT_EQ(pair.clock.set_rate_and_wait(kMmc0, 52'000'000), 52'000'000u);
    EXPECT_EQ(error_of(pair.reset.pulse_and_wait(scmi::reset::Id{ResetMmc0})), kNone);
    EXPECT_EQ(pair.client.statistics().delayed, 2u);
  }
}

TEST(PlatformClient, statuses_become_errors_of_the_same_name) {
  Pair pair;
  EXPECT_EQ(error_of(pair.clock.rate(scmi::clock::Id{Hole})), Error::NotFound);
  EXPECT_EQ(error_of(pair.clock.enable(scmi::clock::Id{Oscillator}, false)), Error::Denied);
  EXPECT_EQ(error_of(pair.clock.set_parent(kMmc0, scmi::clock::Id{0})), Error::InvalidParameters);
  EXPECT_EQ(error_of(pair.clock.parent(scmi::clock::Id{I2c0})), Error::NotSupported);
}

TEST(PlatformClient, every_fault_has_its_error_and_the_next_command_works) {
  constexpr struct {
    Fault fault;
    Error at_once, later;  // over a doorbell that returns when the platform is done, and over one that only posts
  } kExpected[] = {
      {Fault::Silence, Error::ChannelHeld, Error::Timeout},
      {Fault::Late, Error::ChannelHeld, Error::Timeout},
      {Fault::WrongToken, Error::WrongToken, Error::Timeout},
      {Fault::WrongProtocol, Error::WrongMessage, Error::Timeout},
      {Fault::WrongMessage, Error::WrongMessage, Error::Timeout},
      {Fault::WrongType, Error::WrongMessage, Error::Timeout},
      {Fault::Short, Error::ReplyShort, Error::ReplyShort},
      {Fault::Long, Error::ReplyLong, Error::ReplyLong},
      {Fault::ErrorBit, Error::ChannelError, Error::ChannelError},
      {Fault::Busy, Error::ChannelHeld, Error::Timeout},
      {Fault::StatusPositive, Error::UnknownStatus, Error::UnknownStatus},
      {Fault::StatusVendor, Error::VendorStatus, Error::VendorStatus},
      {Fault::NoSmc, Error::NoConduit, Error::NoConduit},
  };
  for (const auto& each : kExpected)
    for (const Completion completion : kCompletions) {
      Pair pair(completion);
      pair.set(each.fault);
      const auto rate = pair.clock.rate(kSerdes);
      EXPECT_EQ(error_of(rate), completion == Completion::OnReturn ? each.at_once : each.later) << name(each.fault);
      pair.set(Fault::None);
      EXPECT_EQ(pair.clock.rate(kSerdes), 5'000'000'000u) << name(each.fault);
      EXPECT_EQ(pair.clock.rate(kMmc0), 400'000u) << name(each.fault);
    }
}

TEST(PlatformClient, lists_that_lie_end_with_an_error) {
  constexpr struct {
    Fault fault;
    Error error;
  } kExpected[] = {{Fault::BadCounts, Error::BadCount},
                   {Fault::EndlessPages, Error::EndlessPages},
                   {Fault::EmptyPages, Error::EndlessPages}};
  for (const auto& each : kExpected) {
    Pair pair;
    pair.set(each.fault, 0);
    auto rates = pair.clock.rates(kCpu);
    auto rate = rates.next();
    for (unsigned n = 0; n < 1000 && rate && *rate; ++n) rate = rates.next();
    EXPECT_EQ(error_of(rate), each.error) << name(each.fault);
  }
}

TEST(PlatformClient, names_without_an_end_are_cut_where_their_field_ends) {
  Pair pair;
  pair.set(Fault::Unterminated, 0);
  EXPECT_EQ(pair.base.vendor()->text(), "corbel!!!!!!!!!!");
  EXPECT_EQ(pair.clock.info(kMmc0)->name.text(), "mmc0!!!!!!!!!!!!");
  EXPECT_EQ(pair.clock.name(kLong)->text().size(), 64u);
}

TEST(PlatformClient, an_answer_that_comes_after_its_time_is_dropped) {
  Pair pair(Completion::Polled);
  pair.set(Fault::Late);
  EXPECT_EQ(error_of(pair.clock.rate(kSerdes)), Error::Timeout);
  while (pair.timeline.elapsed() < 200'000) (void)pair.timeline.time.now();
  EXPECT_EQ(pair.clock.rate(kMmc0), 400'000u);
  EXPECT_EQ(pair.client.statistics().late, 1u);
}

}  // namespace
}  // namespace platform_test
