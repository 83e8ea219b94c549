// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/faults.hh"

#include "tests/unit/vhost_lab.hh"

namespace vhost_test {
namespace {

using Used = DriverRing::Used;

std::string refusal(std::string_view spec) {
  Faults faults;
  const auto set = faults.set(spec);
  return set ? "" : set.error();
}

TEST(VhostFaults, every_name_in_the_help_text_is_taken) {
  std::string names = fault_names();
  std::string_view rest = names;
  size_t count = 0;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    EXPECT_EQ(refusal(name), "") << name;
    EXPECT_EQ(refusal(std::string(name) + ":3:1:0x14:6"), "") << name;
    ++count;
  }
  EXPECT_GT(count, 20u);
}

TEST(VhostFaults, what_no_virtqueue_can_do_is_refused_with_a_reason) {
  EXPECT_NE(refusal("error-bit").find("no error bit"), std::string::npos);
  EXPECT_NE(refusal("busy:0").find("silence"), std::string::npos);
  EXPECT_NE(refusal("no-smc").find("die"), std::string::npos);
  EXPECT_NE(refusal("no-such").find("used-len"), std::string::npos) << "it lists those that there are";
  EXPECT_NE(refusal("").find("not known"), std::string::npos);
  EXPECT_NE(refusal("used-len:x").find("expected"), std::string::npos);
  EXPECT_NE(refusal("wrong-token:1:2:3").find("expected"), std::string::npos);
}

TEST(VhostFaults, a_plan_that_is_refused_leaves_the_one_before) {
  Lab it;
  it.fault("silence:0");
  EXPECT_FALSE(it.server.faults().set("no-such"));
  it.rate_get(0);
  it.step();
  EXPECT_EQ(it.commands.used_index(), 0);
}

TEST(VhostFaults, they_hit_as_many_messages_as_told_after_those_that_are_spared) {
  Lab it;
  it.fault("silence:2:1:0x14:6");
  for (uint32_t slot = 0; slot < 5; ++slot) it.rate_get(slot);
  it.step();
  EXPECT_TRUE(it.answered_well(0) && it.answered_well(3) && it.answered_well(4));
  EXPECT_FALSE(it.answered_well(1) || it.answered_well(2));
  EXPECT_EQ(it.commands.used_index(), 3);
}

TEST(VhostFaults, only_the_message_that_is_meant_is_hit) {
  Lab it;
  it.fault("silence:1:0:0x16:4");
  it.rate_get(0);
  it.step();
  EXPECT_TRUE(it.answered_well(0));
}

TEST(VhostFaults, none_ends_what_was) {
  for (const char* spec : {"silence:0", "wrong-token:0"}) {
    Lab it;
    it.fault(spec);
    it.step();
    it.fault("none");
    it.rate_get(0);
    it.step();
    EXPECT_TRUE(it.answered_well(0)) << spec;
  }
}

/// What the ring says of a command that is hit; the one after it is answered well wherever the ring still allows it.
struct Hit : Lab {
  explicit Hit(std::string_view spec) {
    fault(spec);
    rate_get(1);
    step();
  }
  Used used(uint16_t index = 0) { return commands.used_entry(index); }
};

TEST(VhostFaults, replies_are_spoilt_as_over_shared_memory) {
  const struct {
    const char* name;
    uint32_t flip, status, length;
  } kCases[] = {{"wrong-token", 0x200u << 18, 0, 16},
                {"wrong-protocol", 1u << 10, 0, 16},
                {"wrong-message", 1, 0, 16},
                {"wrong-type", 2u << 8, 0, 16},
                {"short", 0, 0, 12},
                {"status-positive", 0, 7, 8},
                {"status-vendor", 0, uint32_t(-200), 8}};
  for (const auto& each : kCases) {
    Hit it(each.name);
    EXPECT_EQ(it.answer(1, 2), (Words{it.good(1)[0] ^ each.flip, each.status})) << each.name;
    EXPECT_EQ(it.used(), (Used{2, each.length})) << each.name;
    it.rate_get(2);
    it.step();
    EXPECT_TRUE(it.answered_well(2)) << each.name;
  }
}

TEST(VhostFaults, lengths_that_no_message_has) {
  EXPECT_EQ(Hit("zero").used(), (Used{2, 0}));
  EXPECT_EQ(Hit("length-3").used(), (Used{2, 3}));
  EXPECT_GT(Hit("long").used().length, Lab::kRoom);
  EXPECT_EQ(Hit("used-len").used(), (Used{2, Lab::kRoom + 64}));
}

TEST(VhostFaults, an_id_beyond_the_ring) {
  Hit it("used-id-range");
  EXPECT_EQ(it.commands.used_index(), 1);
  EXPECT_GE(it.used().id, it.commands.size);
}

TEST(VhostFaults, an_id_that_comes_twice) {
  Hit it("used-id-repeat");
  EXPECT_EQ(it.commands.used_index(), 2);
  EXPECT_EQ(it.used(0), (Used{2, 16}));
  EXPECT_EQ(it.used(1), (Used{2, 16}));
}

TEST(VhostFaults, an_index_that_jumps_or_goes_back) {
  EXPECT_GT(Hit("used-idx-jump").commands.used_index(), 16);
  EXPECT_EQ(Hit("used-idx-back").commands.used_index(), 0xffff);
}

TEST(VhostFaults, no_interrupt_is_an_answer_without_a_word) {
  Hit it("no-interrupt");
  EXPECT_TRUE(it.answered_well(1));
  EXPECT_EQ(it.commands.used_index(), 1);
  EXPECT_FALSE(rang(it.call));
  it.rate_get(2);
  it.step();
  EXPECT_TRUE(rang(it.call));
}

TEST(VhostFaults, late_is_an_answer_that_comes_with_the_next) {
  Hit it("late");
  it.step(60'000'000);
  EXPECT_EQ(it.commands.used_index(), 0);
  it.rate_get(2);
  it.step();
  EXPECT_EQ(it.used(0).id, 2u);
  EXPECT_EQ(it.used(1).id, 4u);
  EXPECT_TRUE(it.answered_well(1) && it.answered_well(2));
}

TEST(VhostFaults, out_of_order_answers_come_behind_the_next_one) {
  Hit it("out-of-order");
  EXPECT_EQ(it.commands.used_index(), 0);
  it.rate_get(2);
  it.step();
  EXPECT_EQ(it.used(0).id, 4u);
  EXPECT_EQ(it.used(1).id, 2u);
  EXPECT_TRUE(it.answered_well(1) && it.answered_well(2));
}

TEST(VhostFaults, out_of_order_answers_do_not_wait_for_ever) {
  Hit it("out-of-order");
  it.step(it.server.due() - it.now);
  EXPECT_TRUE(it.answered_well(1));
}

TEST(VhostFaults, death_is_asked_for_with_the_command_taken_and_not_answered) {
  for (const char* spec : {"die", "die-and-return"}) {
    Hit it(spec);
    EXPECT_EQ(it.server.wish(), spec == std::string_view("die") ? Server::Wish::Die : Server::Wish::Return);
    EXPECT_EQ(it.commands.used_index(), 0);
    it.server.serve(&it.backend);
    EXPECT_EQ(it.server.wish(), Server::Wish::None);
  }
}

}  // namespace
}  // namespace vhost_test
