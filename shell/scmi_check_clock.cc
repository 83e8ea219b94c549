// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi_check_clock.cc - Clock, 0x14 (4.6).
#include "scmi/clock.hh"

#include "shell/scmi_check.hh"

namespace shell::check {
namespace {

namespace wire = scmi::clock::wire;
using Bits = wire::Attributes;
using scmi::clock::kVersion2;
using scmi::clock::kVersion3;

constexpr uint8_t kAttributes = 3, kDescribe = 4, kRateSet = 5, kRateGet = 6, kConfigSet = 7, kNameGet = 8, kNotify = 9,
                  kRequestNotify = 0xa, kConfigGet = 0xb, kParents = 0xc, kParentGet = 0xe;

enum Property {
  Attributes,
  Zeros,
  Names,
  WholeNames,
  Rate,
  Described,
  Totals,
  Order,
  PastEnd,
  Config,
  Parent,
  Notifies
};
constexpr std::string_view kProperties =
    "CLOCK_ATTRIBUTES of every id are there, or NOT_FOUND\n"
    "CLOCK_ATTRIBUTES have zeros where they must\n"
    "names are printable and end with a NUL\n"
    "whole names begin with the short ones\n"
    "RATE_GET tells every clock's rate\n"
    "DESCRIBE_RATES describes every clock\n"
    "DESCRIBE_RATES counts the same wherever it begins\n"
    "DESCRIBE_RATES is a range of three or an ascending list\n"
    "DESCRIBE_RATES past the end is OUT_OF_RANGE\n"
    "CONFIG_GET agrees with CLOCK_ATTRIBUTES\n"
    "PARENT_GET is one of the possible parents\n"
    "notifications can be switched on and off";

/// A clock to play with: off, with a list of rates, and ours to change.
struct Toy {
  uint32_t id = kNoId;
  uint32_t attributes = 0;
  uint64_t low = 0, high = 0;  // its lowest two rates
};

uint64_t rate_at(const Check& check, size_t word) { return scmi::join(check.word(word), check.word(word + 1)); }

/// One page of rates. Returns how many there are in all, as this page says; 0: nothing to go on with.
uint32_t describe(Check& check, uint32_t id, uint32_t index, uint32_t total) {
  check.ask(kDescribe, id, index);
  check.verify(Described, id, kSuccess | kDenied);
  if (check.status() != Error{}) return 0;
  const uint32_t returned = check.word(0) & 0xfff, now = index + returned + (check.word(0) >> 16);
  const bool good = returned != 0 && 4 + returned * 8 <= check.bytes();
  check.verify(Described, id, good, "as many rates as it counts", returned);
  check.verify(Totals, id, total == 0 || now == total, "the same total", now);
  return good ? now : 0;
}

void rates(Check& check, uint32_t id, Toy& toy) {
  uint32_t total = 0, index = 0;
  uint64_t last = 0;
  do {
    const uint32_t now = describe(check, id, index, total);
    if (now == 0) return;
    if (index == 0) total = now;
    if (check.word(0) & wire::DescribeRates::kTriplet) {
      const bool good = now == 3 && rate_at(check, 1) <= rate_at(check, 3);
      return check.verify(Order, id, good, "lowest, highest, step", now);
    }
    const uint32_t returned = check.word(0) & 0xfff;
    for (uint32_t i = 0; i < returned && 2 + 2 * i < Check::kReplyWords; ++i) {
      const uint64_t rate = rate_at(check, 1 + 2 * i);
      const bool first = index + i == 0;
      check.verify(Order, id, first || rate > last || check.version() < kVersion2, "more than the one before", rate);
      if (first) toy.low = rate;
      if (index + i == 1) toy.high = rate;
      last = rate;
    }
    index += returned;
  } while (index < total);
  if (total > 1) describe(check, id, 1, total);
  if (total > 2) describe(check, id, total - 1, total);
  check.ask(kDescribe, id, total);
  check.verify(PastEnd, id, accept(Error::OutOfRange));
}

void parents(Check& check, uint32_t id) {
  check.ask(kParentGet, id);
  check.verify(Parent, id, kSuccess);
  const uint32_t parent = check.word(0);
  bool found = false;
  uint32_t returned, index = 0, total = 0;  // total: what the first page promises, which bounds the walk
  do {
    check.ask(kParents, id, index);
    returned = check.word(0) & 0xff;
    if (index == 0) total = returned + (check.word(0) >> 24);
    for (uint32_t i = 0; i < returned && 1 + i < Check::kReplyWords; ++i) found |= check.word(1 + i) == parent;
    index += returned;
  } while (returned && index < total);
  check.verify(Parent, id, found, "one of the possible parents", parent);
}

/// All about one clock that asks nothing of it but answers.
void one(Check& check, uint32_t id, Toy& toy) {
  check.ask(kAttributes, id);
  check.verify(Attributes, id, kSuccess | kNotFound | kDenied);
  if (check.status() != Error{}) return;
  Toy now{.id = id, .attributes = check.word(0)};
  const uint32_t version = check.version(), bits = now.attributes;
  const uint32_t zeros = bits & (version < kVersion2 ? ~1u : version < kVersion3 ? 0x1fff'fffe : 0x07ff'fffc);
  check.verify(Zeros, id, zeros == 0, "zeros", zeros);
  check.verify_names(Names, id, 1, version >= kVersion2 && bits & Bits::kExtendedName, kNameGet);
  rates(check, id, now);
  if (version >= kVersion3 && check.ask(kConfigGet, id))
    check.verify(Config, id, ((check.word(1) ^ bits) & 1) == 0, "the same state", check.word(1));
  if (version >= kVersion3 && bits & Bits::kParents) parents(check, id);
  if (version >= kVersion2 && bits & Bits::kRateChangedNotify) check.verify_switch(Notifies, kNotify, id);
  if (version >= kVersion2 && bits & Bits::kRateChangeRequestedNotify)
    check.verify_switch(Notifies, kRequestNotify, id);
  check.ask(kRateGet, id);
  check.verify(Rate, id, kSuccess | kDenied);
  // Setting the rate that it has changes nothing, and shows whether we may.
  if (check.destructive() && toy.id == kNoId && !(bits & Bits::kEnabled) && now.high - now.low > 1 && now.high &&
      check.ask(kRateSet, 0, id, check.word(0), check.word(1)))
    toy = now;
}

/// Sets a rate and reads it back.
void set(Check& check, const Toy& toy, uint64_t rate, scmi::clock::Round round, uint64_t expected) {
  check.ask(kRateSet, uint32_t(round), toy.id, uint32_t(rate), uint32_t(rate >> 32));
  check.expect(kSuccess, toy.id);
  check.ask(kRateGet, toy.id);
  if (rate_at(check, 0) != expected) check.wrong(toy.id, "the rate that was asked for", rate_at(check, 0));
}

/// Sets a rate asynchronously without wanting to hear of it, and reads it back when a delayed response had time to
/// come.
void set_and_ignore(Check& check, const Toy& toy, uint64_t rate) {
  check.ask(kRateSet, wire::RateSet::kAsynchronous | wire::RateSet::kIgnoreDelayed, toy.id, uint32_t(rate),
            uint32_t(rate >> 32));
  check.expect(kSuccess, toy.id);
  const Time& time = check.client().time();
  for (const Ticks start = time.now(); time.now() - start < time.milliseconds(50);) check.client().poll();
  check.ask(kRateGet, toy.id);
  if (rate_at(check, 0) != rate) check.wrong(toy.id, "the rate that was asked for", rate_at(check, 0));
}

/// What changes the platform, and is changed back.
void play(Check& check, const Toy& toy) {
  using enum scmi::clock::Round;
  const auto [id, attributes, low, high] = toy;
  check.test(kRateSet, "sets a rate");
  if (id == kNoId) return check.skip("no clock that is off, has a list of rates, and is ours to set");
  check.ask(kRateGet, id);
  const uint64_t before = rate_at(check, 0);
  set(check, toy, low, Down, low);
  set(check, toy, high, Down, high);
  check.test(kRateSet, "rounds as it is told");
  set(check, toy, low + 1, Down, low);
  set(check, toy, low + 1, Up, high);
  check.probe(kRateSet, "with reserved flags is refused", kBad, 0xffff'fff0, id, uint32_t(high), uint32_t(high >> 32));

  check.test(kRateSet, "later is answered by a delayed response");
  if (check.attributes() >> 16 == 0) {
    check.skip("not offered");
  } else {
    const auto done = scmi::clock::Clock(check.client()).set_rate_and_wait(scmi::clock::Id(id), low);
    if (done.value_or(0) != low) check.wrong(id, "a delayed response with the rate", done.value_or(0));
  }
  check.test(kRateSet, "later sends no delayed response when told so");
  if (check.attributes() >> 16 == 0) {
    check.skip("not offered");
  } else {
    const auto before_it = check.client().statistics();
    set_and_ignore(check, toy, high);
    const auto after = check.client().statistics();
    if (after.late != before_it.late || after.delayed != before_it.delayed) check.wrong(id, "no delayed response");
  }
  check.notifies(kNotify, id, attributes & Bits::kRateChangedNotify, wire::kRateChanged, [&] {
    set(check, toy, high, Down, high);
    set(check, toy, low, Down, low);
  });
  check.test(kRateSet, "sets back what was before");
  set(check, toy, before, Nearest, before);

  check.test(kConfigSet, "switches a clock on and off");
  for (const uint32_t on : {1u, 0u}) {
    const bool done = check.ask(kConfigSet, id, on);
    check.expect(kSuccess | kDenied, id);
    check.ask(kAttributes, id);
    if (done && (check.word(0) & 1) != on) check.wrong(id, "the state that was asked for", check.word(0));
  }
  check.probe(kConfigSet, "with a reserved value is refused", kBad | kRefused, id,
              check.version() < kVersion3 ? 0xffff'fffe : 2);
}

}  // namespace

void clock(Check& check) {
  if (!check.turn_to(scmi::Protocol::Clock, "1241212222211")) return;
  if (check.version() >= kVersion3) check.turn_to(scmi::Protocol::Clock, "1241312222211");
  check.common(0xff, 0xff00'0000);
  const uint32_t count = check.attributes() & 0xffff;
  check.unknown_ids(count, kRateSet);
  check.probe(kNotify, "with reserved bits is refused", kBad | kRefused | kNotFound, 0, 2);
  check.probe(kRequestNotify, "with reserved bits is refused", kBad | kRefused | kNotFound, 0, 2);
  Toy toy;
  for (uint32_t id = 0; id < count && !check.stopped(); ++id) one(check, id, toy);
  check.report(kProperties);
  if (check.destructive()) play(check, toy);
}

}  // namespace shell::check
