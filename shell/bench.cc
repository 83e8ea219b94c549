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

#ifdef CONFIG_VIRTIO
#define AHEAD "|ahead"

/// As many at once as there are buffers for. Returns the most that were in flight before the first wait.
Result<size_t> ask_ahead(scmi::Client& client, uint32_t clock, uint64_t count) {
  using scmi::clock::wire::RateGet;
  constexpr size_t kMost = 32;
  size_t most = 0;
  while (count != 0) {
    CHECK(go_on());
    std::array<scmi::Flight, kMost> flights;
    RateGet::Reply rates[kMost];
    size_t sent = 0;
    for (; sent < kMost && sent < count && (sent == 0 || client.ready()); ++sent)
      CHECK(client.begin(flights[sent], RateGet{.clock = clock}, rates[sent]));
    for (size_t i = 0; i < sent; ++i) CHECK(client.finish(flights[i]));
    most = std::max(most, sent);
    count -= sent;
  }
  return most;
}
#else
#define AHEAD
#endif

}  // namespace

COMMAND(bench_scmi, "bench scmi N [rate|attributes|reset|version" AHEAD "]",
        "N calls of the SCMI client, back to back") {
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
#ifdef CONFIG_VIRTIO
  if (call.has("ahead"sv)) {
    const Ticks start = time.now();
    const size_t most = TRY(ask_ahead(client, id, count));
    print("{} calls, {} at once, {} ticks\n", count, most, time.now() - start);
    return {};
  }
#endif
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
