// SPDX-License-Identifier: BSD-2-Clause
// shell/general.cc - what a shell has anyway.
#include <algorithm>

#include "lib/console.hh"
#include "lib/text.hh"
#include "scmi/instance.hh"
#include "shell/command.hh"
#include "shell/format.hh"
#include "shell/input.hh"

namespace shell {
namespace {

std::string_view topic_of(const Command& command) {
  std::string_view usage = command.usage();
  return take_until(usage, ' ');
}

}  // namespace

COMMAND(help, "help [COMMAND...]", "the commands; with a word or more: those that begin so") {
  const Words wanted = call.words.subspan(call.first);
  bool found = false;
  for (const Command& command : commands()) {
    const Usage usage(command.usage());
    const auto same = [&](const Command& other) { return topic_of(other) == topic_of(command); };
    const bool topic = wanted.empty() && std::ranges::count_if(commands(), same) > 1;  // of several commands
    if (topic ? &*std::ranges::find_if(commands(), same) != &command
              : usage.fits(wanted) < std::min(wanted.size(), usage.verbs()))
      continue;
    found = true;
    if (topic)
      print("{} ... (see help {})\n", topic_of(command), topic_of(command));
    else
      print("{:<44} {}\n", command.usage(), command.help());
  }
  return found ? Result<void>() : failure(Error::Usage);
}

COMMAND(echo, "echo [WORD...]", "prints the words") {
  for (size_t i = 0; i < call.count(); ++i) print("{}{}", i ? " "sv : ""sv, call.text(i));
  print("\n");
  return {};
}

COMMAND(sleep, "sleep N", "waits N milliseconds; what SCMI platforms send meanwhile is shown") {
  const Time& time = call.machine.time();
  const Ticks start = time.now();
  while (time.now() - start < time.milliseconds(call.number(0))) {
    CHECK(go_on());
    for (auto& instance : scmi::instances()) instance.poll();
  }
  return {};
}

COMMAND(time, "time [COMMAND...]", "how long a command takes; alone: since the counter started") {
  print_duration(call.machine.time(), call.machine.time().now());
  return {};
}

}  // namespace shell
