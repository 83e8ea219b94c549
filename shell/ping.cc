// SPDX-License-Identifier: BSD-2-Clause
// shell/ping.cc - whether somebody is there.
#include "net/ping.hh"

#include "lib/console.hh"
#include "shell/command.hh"
#include "shell/format.hh"
#include "shell/input.hh"

#ifdef CONFIG_NET
namespace shell {
namespace {

constexpr uint32_t kLimit = 1000, kInterval = 1000;  // milliseconds

Result<void> pause(const Time& time, Ticks until) {
  while (int64_t(time.now() - until) < 0) {
    CHECK(go_on());
    CHECK(net::poll());
  }
  return {};
}

}  // namespace

COMMAND(ping, "ping HOST [COUNT]", "asks for an answer, COUNT times (4), once a second") {
  about(call.text(0));
  const net::Ipv4 address = TRY(net::parse_ipv4(call.text(0)));
  const Time& time = call.machine.time();
  const uint64_t count = call.number(1, 4);
  uint64_t answers = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const Ticks start = time.now();
    const auto trip = net::ping(address, uint16_t(i), time.milliseconds(kLimit), go_on);
    if (!trip && trip.error() != Error::Timeout) return failure(trip.error());
    print("{}: ", i + 1);
    if (trip)
      print_duration(time, *trip);
    else
      print("no answer\n");
    answers += bool(trip);
    if (i + 1 < count) CHECK(pause(time, start + time.milliseconds(kInterval)));
  }
  print("{} of {} answered\n", answers, count);
  return answers ? Result<void>() : failure(Error::Timeout);
}

}  // namespace shell
#endif
