// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "lib/console.hh"
#include "lib/mark.hh"
#include "scmi/clock.hh"
#include "scmi/reset.hh"
#include "shell/input.hh"
#include "shell/scmi.hh"

namespace shell {
namespace {

template <class F>
[[gnu::always_inline]] inline Error measured(F&& call) {
  mark<kCallBegins>();
  const auto result = call();
  mark<kCallEnds>();
  return result ? Error{} : result.error();
}

}  // namespace

COMMAND(bench_scmi, "bench scmi N [rate|attributes|reset|version]", "N calls of the SCMI client, back to back") {
  using scmi::Protocol;
  const bool resets = call.has("reset"sv), attributes = call.has("attributes"sv), version = call.has("version"sv);
  auto& client = chosen(resets ? Protocol::Reset : Protocol::Clock);
  scmi::clock::Clock clock(client);
  scmi::reset::Reset reset(client);
  const auto counts = resets ? Result<scmi::clock::Counts>() : clock.counts();
  CHECK(counts);
  const uint32_t ids = resets ? TRY(reset.count()) : counts->clocks;
  uint32_t id = 0;  // the first that answers
  while (id < ids && !(resets ? bool(reset.info(scmi::reset::Id(id))) : bool(clock.rate(scmi::clock::Id(id))))) ++id;
  about(resets ? "reset"sv : "clock"sv, id);

  const uint64_t count = call.number(0);
  constexpr uint64_t kBetweenLooks = 4096;  // at the keyboard
  const Time& time = call.machine.time();
  Ticks spent = 0;
  for (uint64_t done = 0; done < count;) {
    CHECK(go_on());
    const uint64_t end = std::min(count, done + kBetweenLooks);
    const Ticks start = time.now();
    for (; done < end; ++done) {
      const Error error =
          resets       ? measured([&] { return reset.set_asserted(scmi::reset::Id(id), true); })
          : attributes ? measured([&] { return clock.info(scmi::clock::Id(id)); })
          : version ? measured([&] { return client.one_word(scmi::command(Protocol::Clock, scmi::common::kVersion)); })
                    : measured([&] { return clock.rate(scmi::clock::Id(id)); });
      if (error != Error{}) return failure(error);
    }
    spent += time.now() - start;
  }
  if (resets) CHECK(reset.set_asserted(scmi::reset::Id(id), false));
  const uint64_t nanoseconds = spent / time.hertz * 1'000'000'000 + spent % time.hertz * 1'000'000'000 / time.hertz;
  print("{} calls, {} ticks, {} ns each\n", count, spent, count ? nanoseconds / count : 0);
  return {};
}

}  // namespace shell
