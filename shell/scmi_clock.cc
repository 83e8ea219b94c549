// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/clock.hh"

#include "lib/console.hh"
#include "lib/text.hh"
#include "scmi/clock_rows.hh"
#include "shell/format.hh"
#include "shell/input.hh"
#include "shell/listing.hh"
#include "shell/scmi.hh"

namespace shell {
namespace {

using scmi::clock::Clock;
using scmi::clock::Id;
using scmi::clock::Round;
using Attributes = scmi::clock::wire::Attributes;

Clock protocol() { return Clock(chosen(scmi::Protocol::Clock)); }
Id id_of(const Call& call) { return Id(uint32_t(call.number(0))); }

Result<void> print_number(const Result<uint64_t>& number) {
  if (!number) return failure(number.error());
  print("{}\n", *number);
  return {};
}

#ifdef CONFIG_VIRTIO
using scmi::clock::Rows;
#else
/// Where every transport answers at once there is nothing to be had by asking ahead.
struct Rows {
  static constexpr uint32_t kMost = 1;
  struct Row {
    Result<scmi::clock::Info> info;
    Result<uint64_t> rate;
  };
  explicit Rows(scmi::Client& client) : clock(client) {}
  void fetch(uint32_t id, uint32_t) { first = Id(id); }
  Row row(uint32_t) {
    const auto info = clock.info(first);
    return {info, info ? clock.rate(first) : failure(info.error())};
  }

  Clock clock;
  Id first{};
};
#endif

/// What the bits of `word` say that are set: `names` from bit 31 on downwards, separated by commas.
void print_bits(uint32_t word, std::string_view names) {
  print("{:#010x}", word);
  for (; !names.empty(); word <<= 1)
    if (const auto name = take_until(names, ','); word >> 31) print(", {}", name);
  print("\n");
}

}  // namespace

COMMAND(scmi_clock_list, "scmi clock list [-l] [-j]", "the clocks with state and rate in hertz; -l: whole names") {
  Clock clock = protocol();
  const auto counts = clock.counts();
  CHECK(counts);
  Listing list(call, "id:5 enabled?on|off:-7 rate:12 name truncated?...|"sv);
  Rows rows(chosen(scmi::Protocol::Clock));
  for (uint32_t id = 0; id < counts->clocks; ++id) {
    CHECK(go_on());
    about("clock"sv, id);
    if (id % Rows::kMost == 0) rows.fetch(id, counts->clocks - id);
    const auto [info, rate] = rows.row(id % Rows::kMost);
    if (!info) {
      if (info.error() == Error::NotFound) continue;  // a hole
      if (!is_status(info.error())) return failure(info.error());
      list.row({id, false, info.error()});
      continue;
    }
    if (!rate && !is_status(rate.error())) return failure(rate.error());
    bool cut = info->has(Attributes::kExtendedName);
    auto name = info->name.text();
    const auto whole = cut && call.has("-l"sv) ? clock.name(Id(id)) : failure(Error::NotFound);
    if (whole) {
      name = whole->text();
      cut = false;
    }
    list.row({id, info->enabled(), rate ? Arg(*rate) : Arg(rate.error()), name, cut});
  }
  return {};
}

COMMAND(scmi_clock_info, "scmi clock info ID", "all about a clock") {
  Clock clock = protocol();
  const Id id = id_of(call);
  const auto info = clock.info(id);
  CHECK(info);
  const auto whole = info->has(Attributes::kExtendedName) ? clock.name(id) : failure(Error::NotFound);
  const uint64_t rate = TRY(clock.rate(id));
  print("{}\n{} Hz, {}, on after {} us\n", Clean(whole ? whole->text() : info->name.text()).text(), rate,
        info->enabled() ? "on"sv : "off"sv, info->enable_delay.raw);
  print("attributes ");
  print_bits(info->attributes, "notifies of changes,notifies of requests,long name,parents,extended configuration"sv);
  if (info->has(Attributes::kParents)) {
    const auto parent = clock.parent(id);
    CHECK(parent);
    print("parent {}, possible", uint32_t(*parent));
    auto parents = clock.possible_parents(id);
    while (true) {
      const auto next = parents.next();
      CHECK(next);
      if (!*next) break;
      print(" {}", (*next)->clock.raw);
    }
    print("\n");
  }
  if (info->has(Attributes::kRestricted)) {
    const uint32_t may = TRY(clock.permissions(id));
    print("permissions ");
    print_bits(may, "state,parent,rate"sv);
  }
  return {};
}

COMMAND(scmi_clock_rate, "scmi clock rate ID", "the rate in hertz") {
  return print_number(protocol().rate(id_of(call)));
}

COMMAND(scmi_clock_set, "scmi clock set ID HZ [up|down|nearest] [async]", "sets the rate and prints what it became") {
  Clock clock = protocol();
  const Id id = id_of(call);
  const uint64_t hertz = call.number(1);
  const Round round = call.has("up"sv) ? Round::Up : call.has("down"sv) ? Round::Down : Round::Nearest;
  if (call.has("async"sv)) return print_number(clock.set_rate_and_wait(id, hertz, round));
  CHECK(clock.set_rate(id, hertz, round));
  return print_number(clock.rate(id));
}

COMMAND(scmi_clock_enable, "scmi clock enable|disable ID", "switches a clock") {
  return protocol().enable(id_of(call), call.verb() == "enable"sv);
}

COMMAND(scmi_clock_parent, "scmi clock parent ID [PARENT]", "prints or sets the parent") {
  if (call.count() > 1) return protocol().set_parent(id_of(call), Id(uint32_t(call.number(1))));
  const auto parent = protocol().parent(id_of(call));
  return print_number(parent ? Result<uint64_t>(uint32_t(*parent)) : failure(parent.error()));
}

COMMAND(scmi_clock_rates, "scmi clock rates ID [-j]", "the rates that it can have; of a range: lowest, highest, step") {
  auto rates = protocol().rates(id_of(call));
  auto rate = rates.next();
  CHECK(rate);
  Listing list(call, rates.triplet() ? "range"sv : "rate"sv);
  while (*rate) {
    list.row({**rate});
    CHECK(go_on());
    rate = rates.next();
    CHECK(rate);
  }
  return {};
}

COMMAND(scmi_clock_notify, "scmi clock notify ID on|off [requests]", "prints when its rate changes, or is asked to") {
  const bool on = is_on(call.text(1));
  if (call.has("requests"sv)) {
    CHECK(print_events(scmi::clock::wire::kRateChangeRequested));
    return protocol().notify_rate_requests(id_of(call), on);
  }
  CHECK(print_events(scmi::clock::wire::kRateChanged));
  return protocol().notify_rate(id_of(call), on);
}

}  // namespace shell
