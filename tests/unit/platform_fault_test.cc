// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/platform/fault.hh"

#include <gtest/gtest.h>

#include "tests/unit/platform_shared.hh"

namespace platform_test {
namespace {

namespace base = scmi::base::wire;
namespace clock = scmi::clock::wire;
namespace reset = scmi::reset::wire;
using namespace scmi::platform;
using scmi::Area;
using scmi::Command;

constexpr Command kRateGet = clock::RateGet::kCommand;

struct Faulty : World {
  /// Sends and rings; true: the doorbell was taken.
  bool ring(Command command = kRateGet, const Words& payload = {Serdes}) {
    shared.send(command, payload);
    return faulty.serve();
  }
  bool answered_well() {
    return shared.area().status == Area::kFree && shared.message() == Words{shared.header, 0, 705'032'704, 1};
  }
  void set(Fault fault, uint32_t count = 1, uint32_t skip = 0) {
    faulty.set({.fault = fault, .count = count, .skip = skip, .filter = {}});
  }
  uint32_t status() { return shared.area().status; }

  SharedChannel shared{*platform, 1};
  FaultyChannel faulty{shared.channel};
};

TEST(PlatformFault, without_a_fault_it_is_the_channel_itself) {
  Faulty it;
  EXPECT_FALSE(it.faulty.armed());
  EXPECT_TRUE(it.ring());
  EXPECT_TRUE(it.answered_well());
}

TEST(PlatformFault, every_fault_has_a_name_that_finds_it) {
  for (size_t i = 0; i < kFaults; ++i) EXPECT_EQ(fault_named(name(Fault(i))), Fault(i)) << i;
  EXPECT_EQ(fault_named("no-such"), std::nullopt);
  EXPECT_EQ(fault_named(""), std::nullopt);
}

TEST(PlatformFault, after_every_fault_the_next_command_is_answered_well) {
  constexpr struct {
    Command command;
    uint32_t first, second;
  } kCommands[] = {{kRateGet, Serdes, 0},
                   {clock::DescribeRates::kCommand, CpuCluster0, 0},
                   {clock::Attributes::kCommand, Serdes, 0}};
  for (size_t i = 1; i < kFaults; ++i)
    for (const auto& each : kCommands) {
      Faulty it;
      it.set(Fault(i));
      const bool pages = each.command == clock::DescribeRates::kCommand;
      it.ring(each.command, pages ? Words{each.first, each.second} : Words{each.first});
      if (Fault(i) == Fault::Late) it.ring();
      it.set(Fault::None);
      EXPECT_TRUE(it.ring());
      EXPECT_TRUE(it.answered_well()) << name(Fault(i));
    }
}

TEST(PlatformFault, silence_leaves_the_channel_busy_and_does_nothing) {
  Faulty it;
  it.set(Fault::Silence);
  EXPECT_TRUE(it.ring(clock::RateSet::kCommand, {0, Mmc0, 52'000'000, 0}));
  EXPECT_EQ(it.status(), 0u);
  EXPECT_EQ(it.shared.area().message[0], it.shared.header);
  EXPECT_EQ(it.firmware.rate(Mmc0), 400'000u);
  EXPECT_TRUE(it.ring());
  EXPECT_TRUE(it.answered_well());
}

TEST(PlatformFault, a_late_answer_comes_in_place_of_the_next) {
  Faulty it;
  it.set(Fault::Late);
  EXPECT_TRUE(it.ring());
  EXPECT_EQ(it.status(), 0u);
  EXPECT_TRUE(it.faulty.holds());
  const uint32_t first = it.shared.header;
  EXPECT_TRUE(it.ring(clock::RateSet::kCommand, {0, Mmc0, 52'000'000, 0}));
  EXPECT_EQ(it.status(), Area::kFree);
  EXPECT_EQ(it.shared.message(), (Words{first, 0, 705'032'704, 1}));
  EXPECT_EQ(it.firmware.rate(Mmc0), 400'000u);  // that command is lost
  EXPECT_FALSE(it.faulty.armed());
  EXPECT_TRUE(it.ring());
  EXPECT_TRUE(it.answered_well());
}

TEST(PlatformFault, a_late_answer_can_come_without_another_command) {
  Faulty it;
  it.set(Fault::Late);
  EXPECT_TRUE(it.ring());
  it.faulty.release();
  EXPECT_TRUE(it.answered_well());
  EXPECT_FALSE(it.faulty.holds());
}

TEST(PlatformFault, a_new_plan_leaves_a_command_alone_that_came_after_the_last_fault) {
  Faulty it;
  it.set(Fault::Late);
  EXPECT_TRUE(it.ring());
  it.faulty.release();
  it.shared.send(kRateGet, {Serdes});
  it.set(Fault::None);
  EXPECT_EQ(it.status(), 0u);
  EXPECT_TRUE(it.faulty.serve());
  EXPECT_TRUE(it.answered_well());
}

TEST(PlatformFault, each_part_of_the_header_can_be_wrong_and_no_other) {
  constexpr struct {
    Fault fault;
    uint32_t mask;
  } kParts[] = {{Fault::WrongToken, 0x0ffc'0000},
                {Fault::WrongProtocol, 0x0003'fc00},
                {Fault::WrongMessage, 0x0000'00ff},
                {Fault::WrongType, 0x0000'0300}};
  for (const auto& each : kParts) {
    Faulty it;
    it.set(each.fault);
    EXPECT_TRUE(it.ring());
    const uint32_t difference = it.shared.message()[0] ^ it.shared.header;
    EXPECT_NE(difference, 0u) << name(each.fault);
    EXPECT_EQ(difference & ~each.mask, 0u) << name(each.fault);
    EXPECT_EQ(it.status(), Area::kFree);
  }
}

TEST(PlatformFault, lengths_can_be_wrong) {
  constexpr struct {
    Fault fault;
    uint32_t length;
  } kLengths[] = {{Fault::Short, 12}, {Fault::Long, 108}, {Fault::ZeroLength, 0}, {Fault::Length3, 3}};
  for (const auto& each : kLengths) {
    Faulty it;
    it.set(each.fault);
    EXPECT_TRUE(it.ring());
    EXPECT_EQ(it.shared.area().length, each.length) << name(each.fault);
    EXPECT_EQ(it.status(), Area::kFree);
  }
}

TEST(PlatformFault, the_error_bit_can_be_set) {
  Faulty it;
  it.set(Fault::ErrorBit);
  EXPECT_TRUE(it.ring());
  EXPECT_EQ(it.status(), Area::kFree | Area::kError);
}

TEST(PlatformFault, a_channel_can_stay_busy_until_the_fault_is_cleared) {
  Faulty it;
  it.faulty.set(*parse_fault("busy"));
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(it.ring());
    EXPECT_EQ(it.status(), 0u);
  }
  it.set(Fault::None);
  EXPECT_EQ(it.status(), Area::kFree);
  EXPECT_TRUE(it.ring());
  EXPECT_TRUE(it.answered_well());
}

TEST(PlatformFault, a_list_can_count_more_than_it_holds) {
  constexpr struct {
    Command command;
    uint32_t first, mask, entry_words;
  } kLists[] = {{base::DiscoverListProtocols::kCommand, 0, ~0u, 0},
                {clock::DescribeRates::kCommand, CpuCluster0, 0xfff, 2},
                {clock::PossibleParentsGet::kCommand, Clkout0, 0xff, 1}};
  for (const auto& each : kLists) {
    Faulty it;
    it.set(Fault::BadCounts);
    EXPECT_TRUE(it.ring(each.command, each.entry_words ? Words{each.first, 0} : Words{0}));
    const Words reply = it.shared.message();
    ASSERT_GE(reply.size(), 4u);
    const size_t held = each.entry_words ? (reply.size() - 3) / each.entry_words : (reply.size() - 3) * 4;
    EXPECT_GT(reply[2] & each.mask, held);
  }
}

TEST(PlatformFault, a_list_can_go_on_for_ever) {
  Faulty it;
  it.set(Fault::EndlessPages, 0);
  for (const uint32_t index : {0u, 11u, 5'000u}) {
    EXPECT_TRUE(it.ring(clock::DescribeRates::kCommand, {CpuCluster0, index}));
    EXPECT_EQ(it.shared.message()[2], 100u << 16 | 11) << index;
    EXPECT_EQ(it.shared.message()[3], 200'000'000u) << index;
  }
}

TEST(PlatformFault, a_list_can_promise_and_bring_nothing) {
  Faulty it;
  it.set(Fault::EmptyPages, 0);
  EXPECT_TRUE(it.ring(clock::DescribeRates::kCommand, {CpuCluster0, 0}));
  EXPECT_EQ(it.shared.message(), (Words{it.shared.header, 0, 5 << 16}));
  EXPECT_TRUE(it.ring(clock::PossibleParentsGet::kCommand, {Clkout0, 0}));
  EXPECT_EQ(it.shared.message(), (Words{it.shared.header, 0, 5 << 24}));
  EXPECT_TRUE(it.ring(base::DiscoverListProtocols::kCommand, {0}));
  EXPECT_EQ(it.shared.message(), (Words{it.shared.header, 0, 0}));
}

TEST(PlatformFault, names_can_lack_their_end) {
  constexpr struct {
    Command command;
    Words (*payload)();
    size_t first, words;
  } kNames[] = {{base::DiscoverVendor::kCommand, [] { return Words{}; }, 2, 4},
                {base::DiscoverSubVendor::kCommand, [] { return Words{}; }, 2, 4},
                {base::DiscoverAgent::kCommand, [] { return Words{1}; }, 3, 4},
                {clock::Attributes::kCommand, [] { return Words{Uart0}; }, 3, 4},
                {clock::NameGet::kCommand, [] { return Words{LongName}; }, 3, 16},
                {reset::DomainAttributes::kCommand, [] { return Words{0}; }, 4, 4},
                {reset::DomainNameGet::kCommand, [] { return Words{ResetLongName}; }, 3, 16}};
  for (const auto& each : kNames) {
    Faulty it;
    it.set(Fault::Unterminated);
    EXPECT_TRUE(it.ring(each.command, each.payload()));
    const Words reply = it.shared.message();
    ASSERT_GE(reply.size(), each.first + each.words);
    const std::string text(reinterpret_cast<const char*>(&reply[each.first]), each.words * 4);
    EXPECT_EQ(text.find('\0'), std::string::npos);
    EXPECT_FALSE(it.faulty.armed());
  }
}

TEST(PlatformFault, a_status_can_be_outside_the_specification) {
  Faulty it;
  it.set(Fault::StatusPositive);
  EXPECT_TRUE(it.ring());
  EXPECT_EQ(it.shared.message(), (Words{it.shared.header, 7}));
  it.set(Fault::StatusVendor);
  EXPECT_TRUE(it.ring());
  EXPECT_EQ(it.shared.message(), (Words{it.shared.header, uint32_t(-200)}));
}

TEST(PlatformFault, a_doorbell_can_be_refused) {
  Faulty it;
  it.set(Fault::NoSmc);
  EXPECT_FALSE(it.ring());
  EXPECT_EQ(it.status(), 0u);
  EXPECT_TRUE(it.ring());
}

TEST(PlatformFault, it_hits_as_many_messages_as_told_after_those_it_skips) {
  Faulty it;
  it.set(Fault::ErrorBit, 2, 3);
  for (int i = 0; i < 7; ++i) {
    EXPECT_TRUE(it.ring());
    EXPECT_EQ(it.status() & Area::kError, i == 3 || i == 4 ? Area::kError : 0) << i;
  }
  EXPECT_FALSE(it.faulty.armed());
}

TEST(PlatformFault, a_count_of_zero_lasts_until_it_is_changed) {
  Faulty it;
  it.set(Fault::ErrorBit, 0);
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(it.ring());
    EXPECT_NE(it.status() & Area::kError, 0u);
  }
}

TEST(PlatformFault, a_filter_spares_every_other_message) {
  Faulty it;
  it.faulty.set({.fault = Fault::ErrorBit, .count = 1, .skip = 0, .filter = base::Attributes::kCommand});
  EXPECT_TRUE(it.ring());
  EXPECT_TRUE(it.answered_well());
  EXPECT_TRUE(it.ring(base::Attributes::kCommand, {}));
  EXPECT_NE(it.status() & Area::kError, 0u);
}

TEST(PlatformFault, a_fault_of_lists_or_names_waits_for_one) {
  for (const Fault fault : {Fault::BadCounts, Fault::EndlessPages, Fault::EmptyPages, Fault::Unterminated}) {
    Faulty it;
    it.set(fault);
    EXPECT_TRUE(it.ring());
    EXPECT_TRUE(it.answered_well());
    EXPECT_TRUE(it.faulty.armed());
  }
}

TEST(PlatformFault, refused_commands_stay_as_they_are_under_faults_of_content) {
  for (const Fault fault : {Fault::BadCounts, Fault::EndlessPages, Fault::EmptyPages}) {
    Faulty it;
    it.set(fault);
    EXPECT_TRUE(it.ring(clock::DescribeRates::kCommand, {Hole, 0}));
    EXPECT_EQ(it.shared.message(), (Words{it.shared.header, uint32_t(kNotFound)}));
  }
}

TEST(PlatformFault, a_damaged_command_is_refused_as_ever) {
  Faulty it;
  it.set(Fault::WrongToken, 1, 1);
  it.shared.send(kRateGet, {Serdes});
  it.shared.area().length = 3;
  EXPECT_TRUE(it.faulty.serve());
  EXPECT_EQ(it.status(), Area::kFree | Area::kError);
  EXPECT_EQ(it.shared.message(), (Words{it.shared.header, uint32_t(kProtocolError)}));
}

TEST(PlatformFault, a_ring_without_a_command_uses_nothing_up) {
  Faulty it;
  it.set(Fault::NoSmc);
  EXPECT_TRUE(it.faulty.serve());
  EXPECT_TRUE(it.faulty.armed());
}

TEST(PlatformFault, plans_are_read_from_text) {
  const auto plan = parse_fault("wrong-token:3:2:0x14:6");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->fault, Fault::WrongToken);
  EXPECT_EQ(plan->count, 3u);
  EXPECT_EQ(plan->skip, 2u);
  EXPECT_EQ(plan->filter, kRateGet);
  EXPECT_EQ(parse_fault("silence")->count, 1u);
  EXPECT_EQ(parse_fault("busy")->count, 0u);
  EXPECT_EQ(parse_fault("late:0")->count, 0u);
  EXPECT_FALSE(parse_fault("late:0")->filter);
}

TEST(PlatformFault, text_that_is_no_plan_is_refused) {
  EXPECT_EQ(parse_fault("no-such").error(), Error::InvalidParameters);
  EXPECT_EQ(parse_fault("late:x").error(), Error::BadNumber);
  for (const char* text : {"", "no-such", "late:x", "late:1:-1", "late:1:0:0x14", "late:1:0:256:1", "late:1:0:0x14:6:7",
                           "late:4294967296"})
    EXPECT_FALSE(parse_fault(text)) << text;
}

}  // namespace
}  // namespace platform_test
