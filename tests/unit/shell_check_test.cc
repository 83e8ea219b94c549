// SPDX-License-Identifier: BSD-2-Clause
// The conformance check: what is right passes, and what is wrong is found where it is.
#include <algorithm>

#include "tests/unit/shell_lab.hh"

namespace shell_test {
namespace {

using scmi::platform::Fault;
using scmi::platform::Release;
using Lines = std::vector<std::string>;

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

size_t count(const Lines& lines, std::string_view begin) {
  return size_t(std::ranges::count_if(lines, [&](auto& line) { return line.starts_with(begin); }));
}

/// Everything that the platform is in, which a check must leave as it was.
struct State {
  explicit State(platform_test::World& world) {
    for (uint32_t id = 0; id < 72; ++id) {
      rates.push_back(world.firmware.rate(id));
      enabled.push_back(world.firmware.enabled(id));
    }
  }
  bool operator==(const State&) const = default;
  std::vector<uint64_t> rates;
  std::vector<bool> enabled;
};

TEST(ShellCheck, the_reference_platform_is_conformant_in_every_release) {
  for (const auto release : {Release::V1_0, Release::V2_0, Release::V3_0, Release::V3_1, Release::V3_2}) {
    ScmiLab lab(release);
    const State before(lab);
    const Lines said = lab.lines("scmi check");
    EXPECT_EQ(lab.error, kNone);
    EXPECT_EQ(said.back(), "check: conformant");
    EXPECT_EQ(count(said, "not ok "), 0u);
    EXPECT_GE(count(said, "ok "), 50u);
    EXPECT_EQ(said[said.size() - 2], "1.." + std::to_string(count(said, "ok ")));
    EXPECT_EQ(State(lab), before);
  }
}

TEST(ShellCheck, what_changes_the_platform_changes_it_back) {
  for (const auto release : {Release::V1_0, Release::V3_2}) {
    ScmiLab lab(release);
    const State before(lab);
    const Lines said = lab.lines("scmi check -d");
    for (const auto& line : said) EXPECT_FALSE(line.starts_with("not ok ")) << line << "\n" << said[said.size() - 3];
    EXPECT_EQ(said.back(), "check: conformant");
    EXPECT_EQ(State(lab), before);
  }
}

TEST(ShellCheck, without_leave_nothing_is_set) {
  ScmiLab lab;
  lab.run("scmi check");
  const size_t all = lab.lines("scmi check").size();
  EXPECT_GT(lab.lines("scmi check -d").size(), all + 5);
  EXPECT_FALSE(has(lab.run("scmi check"), "sets a rate"));
  EXPECT_TRUE(has(lab.run("scmi check -d"), "sets a rate"));
}

TEST(ShellCheck, tests_are_numbered_and_every_line_is_tap) {
  ScmiLab lab;
  const Lines said = lab.lines("scmi check -d");
  size_t number = 0;
  for (size_t i = 0; i + 1 < said.size(); ++i) {
    if (said[i].starts_with("# ") || said[i].starts_with("1..")) continue;
    const std::string want = "ok " + std::to_string(++number) + " - ";
    EXPECT_TRUE(said[i].starts_with(want) || said[i].starts_with("not " + want)) << said[i];
  }
}

TEST(ShellCheck, the_secondary_agent_passes_as_well) {
  ScmiLab lab;
  EXPECT_EQ(lab.run("scmi dev 1"), "");
  EXPECT_EQ(lab.lines("scmi check -d").back(), "check: conformant");
}

/// A check of a platform with this fault in every message that it can hit.
Lines check_with(Fault fault, uint32_t messages = 0, uint32_t skip = 0) {
  ScmiLab lab;
  lab.set(fault, messages, skip);
  const Lines said = lab.lines("scmi check");
  EXPECT_NE(lab.error, kNone);
  lab.set(Fault::None);
  EXPECT_EQ(lab.run("scmi clock rate 6"), "5000000000\n");
  return said;
}

TEST(ShellCheck, names_that_are_not_ended_are_found) {
  const Lines said = check_with(Fault::Unterminated);
  EXPECT_EQ(said.back(), "error: scmi check: check failed");
  EXPECT_TRUE(said[said.size() - 2].starts_with("check: ")) << said[said.size() - 2];
  std::string all;
  for (const auto& line : said) all += line + "\n";
  EXPECT_TRUE(has(all, " - base DISCOVER_VENDOR is a text that ends with a NUL\n# expected "));
  EXPECT_TRUE(has(all, " - clock names are printable and end with a NUL\n# 0: expected "));
  EXPECT_TRUE(has(all, " - reset names are printable and end with a NUL\n# 0: expected "));
}

TEST(ShellCheck, lists_that_lie_are_found) {
  for (const auto fault : {Fault::BadCounts, Fault::EmptyPages, Fault::EndlessPages}) {
    std::string all;
    for (const auto& line : check_with(fault)) all += line + "\n";
    EXPECT_TRUE(has(all, "not ok")) << int(fault);
    EXPECT_TRUE(has(all, "DESCRIBE_RATES")) << int(fault);
  }
}

TEST(ShellCheck, a_message_that_is_lost_once_is_found_and_the_check_goes_on) {
  for (const auto fault : {Fault::Silence, Fault::WrongToken, Fault::Long, Fault::ErrorBit, Fault::StatusPositive}) {
    const Lines said = check_with(fault, 1, 200);
    EXPECT_EQ(said.back(), "error: scmi check: check failed");
    EXPECT_GT(count(said, "ok "), 40u);
    EXPECT_GE(count(said, "not ok "), 1u);
  }
}

TEST(ShellCheck, a_platform_that_does_not_answer_ends_the_check) {
  for (const auto fault : {Fault::NoSmc, Fault::Silence, Fault::WrongToken}) {
    const Lines said = check_with(fault);
    EXPECT_LT(said.size(), 10u);
    EXPECT_TRUE(said[said.size() - 2].starts_with("Bail out! ")) << said[said.size() - 2];
    EXPECT_TRUE(said.back().starts_with("error: scmi check: ")) << said.back();
  }
}

TEST(ShellCheck, control_c_ends_the_check) {
  ScmiLab lab;
  lab.terminal.on_look = [&, looks = 0]() mutable {
    if (++looks == 300) lab.terminal.type("\x03");
  };
  const uint32_t before = lab.sent();
  const Lines said = lab.lines("scmi check");
  EXPECT_EQ(said.back(), "error: interrupted");
  EXPECT_EQ(said[said.size() - 2], "Bail out! interrupted");
  EXPECT_LE(lab.sent() - before, 300u);
  EXPECT_EQ(lab.error, Error::Interrupted);
}

/// A platform of the test's own behind the first instance.
struct Bent : ScmiLab {
  explicit Bent(std::function<void(scmi::Header, uint32_t* words, uint32_t& length)> b) : bend(std::move(b)) {
    current = this;
    first.transport = scmi::ShmemTransport({&first.shared.area(), first.shared.size()}, {}, {ring, 0, 0, 0},
                                           scmi::Completion::OnReturn);
  }
  static intptr_t ring(uintptr_t, uintptr_t, uintptr_t) {
    auto& area = current->first.shared.area();
    const scmi::Header header{area.message[0]};
    Line::ring(0, uintptr_t(&current->first), 0);
    uint32_t words[32], length = area.length;
    for (size_t i = 0; i < length / 4; ++i) words[i] = area.message[i];
    current->bend(header, words, length);
    for (size_t i = 0; i < length / 4; ++i) area.message[i] = words[i];
    area.length = length;
    return 0;
  }
  /// The sentences of tests that failed.
  Lines findings(std::string_view command = "scmi check") {
    Lines failed;
    for (const auto& line : lines(command))
      if (line.starts_with("not ok ")) failed.push_back(line.substr(line.find(" - ") + 3));
    return failed;
  }
  static inline Bent* current = nullptr;
  std::function<void(scmi::Header, uint32_t*, uint32_t&)> bend;
};

bool is(scmi::Header header, uint8_t protocol, uint8_t message) {
  return header.protocol() == protocol && header.message() == message;
}

TEST(ShellCheck, each_deviation_is_found_by_its_test_alone) {
  const auto set_bits = [](uint8_t protocol, uint8_t message, size_t word, uint32_t bits) {
    return [=](scmi::Header header, uint32_t* words, uint32_t&) {
      if (is(header, protocol, message) && words[1] == 0) words[word] |= bits;
    };
  };
  const auto answer = [](uint8_t protocol, uint8_t message, Error from, Error to) {
    return [=](scmi::Header header, uint32_t* words, uint32_t& length) {
      if (!is(header, protocol, message) || int32_t(words[1]) != int32_t(from)) return;
      words[1] = uint32_t(int32_t(to));
      if (to != Error{}) length = 8;
    };
  };
  const struct {
    decltype(Bent::bend) bend;
    std::string finding;
  } cases[] = {
      {set_bits(0x10, 1, 2, 1u << 16), "base PROTOCOL_ATTRIBUTES has zeros where it must"},
      {set_bits(0x14, 1, 2, 1u << 31), "clock PROTOCOL_ATTRIBUTES has zeros where it must"},
      {set_bits(0x16, 2, 2, 1u), "reset PROTOCOL_MESSAGE_ATTRIBUTES are zero"},
      {set_bits(0x14, 3, 2, 1u << 2), "clock CLOCK_ATTRIBUTES have zeros where they must"},
      {set_bits(0x16, 3, 2, 1u << 3), "reset DOMAIN_ATTRIBUTES have zeros where they must"},
      {answer(0x10, 6, Error::InvalidParameters, Error{}),
       "base DISCOVER_LIST_PROTOCOLS refuses to skip more than there are"},
      {answer(0x10, 7, Error::NotFound, Error::InvalidParameters),
       "base DISCOVER_AGENT of an unknown agent is NOT_FOUND"},
      {answer(0x14, 6, Error::NotFound, Error::InvalidParameters),
       "clock RATE_GET of an id past the last is NOT_FOUND"},
      {answer(0x14, 4, Error::OutOfRange, Error::InvalidParameters),
       "clock DESCRIBE_RATES past the end is OUT_OF_RANGE"},
      {answer(0x16, 5, Error::InvalidParameters, Error{}), "reset RESET_NOTIFY with reserved bits is refused"},
      {answer(0x16, 4, Error::NotFound, Error::Denied), "reset RESET of an id past the last is NOT_FOUND"},
      {[](scmi::Header header, uint32_t* words, uint32_t&) {
         if (is(header, 0x14, 0xb)) words[3] ^= 1;
       },
       "clock CONFIG_GET agrees with CLOCK_ATTRIBUTES"},
      {[](scmi::Header header, uint32_t* words, uint32_t&) {
         if (is(header, 0x14, 0xe)) words[2] = 60;
       },
       "clock PARENT_GET is one of the possible parents"},
      {[](scmi::Header header, uint32_t* words, uint32_t&) {
         if (is(header, 0x14, 8)) words[3] ^= 1;
       },
       "clock whole names begin with the short ones"},
      {[](scmi::Header header, uint32_t* words, uint32_t& length) {
         if (is(header, 0x14, 4) && length > 20 && !(words[2] & 1u << 12)) std::swap(words[3], words[5]);
       },
       "clock DESCRIBE_RATES is a range of three or an ascending list"},
  };
  for (const auto& one : cases) {
    Bent bent(one.bend);
    EXPECT_EQ(bent.findings(), Lines{one.finding});
  }
}

// The findings of a platform that sees of the flags of RATE_SET only these.
Lines findings_with_flags(uint32_t seen) {
  static uint32_t mask;
  mask = seen;
  Bent bent([](auto&&...) {});
  bent.first.transport = scmi::ShmemTransport({&bent.first.shared.area(), bent.first.shared.size()},
                                              {&bent.first.memory.area(), bent.first.memory.size()},
                                              {[](uintptr_t, uintptr_t, uintptr_t) {
                                                 auto& area = Bent::current->first.shared.area();
                                                 if (is({area.message[0]}, 0x14, 5))
                                                   area.message[1] = area.message[1] & mask;
                                                 return Bent::ring(0, 0, 0);
                                               },
                                               0, 0, 0},
                                              scmi::Completion::OnReturn);
  return bent.findings("scmi check -d");
}

TEST(ShellCheck, a_platform_that_ignores_rounding_is_found) {
  EXPECT_EQ(findings_with_flags(0b11),
            (Lines{"clock RATE_SET rounds as it is told", "clock RATE_SET with reserved flags is refused"}));
}

TEST(ShellCheck, a_delayed_response_that_nobody_wanted_is_found) {
  EXPECT_EQ(findings_with_flags(~0b10u), (Lines{"clock RATE_SET later sends no delayed response when told so",
                                                "base and the others left no message lost or malformed"}));
}

TEST(ShellCheck, a_delayed_response_or_a_notification_that_never_comes_is_found) {
  Bent bent([](auto&&...) {});  // without a way to the agent
  EXPECT_EQ(bent.findings("scmi check -d"),
            (Lines{"clock RATE_SET later is answered by a delayed response", "clock RATE_NOTIFY brings a notification",
                   "reset RESET later is answered by a delayed response", "reset RESET_NOTIFY brings a notification",
                   "base and the others left no message lost or malformed"}));
}

}  // namespace
}  // namespace shell_test
