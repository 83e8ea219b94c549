// SPDX-License-Identifier: BSD-2-Clause
// shell/general.cc - what a shell has anyway.
#include <algorithm>

#include "lib/console.hh"
#include "scmi/instance.hh"
#include "shell/command.hh"
#include "shell/format.hh"
#include "shell/input.hh"

namespace shell {
namespace {

void print_help(const Command& command) { print("{:<52} {}\n", command.usage(), command.help()); }

/// Whether the command's line could begin with `words`.
bool begins_with(const Usage& usage, Words words) {
  return usage.fits(words) == words.size() || usage.fits(words) >= usage.verbs();
}

std::string_view topic_of(const Command& command) { return Usage(command.usage())[0].text; }

}  // namespace

COMMAND(help, "help [COMMAND...]", "the commands; with a word or more: those that begin so") {
  const Words wanted = call.words.subspan(call.first);
  bool found = false;
  for (const Command& command : commands()) {
    const auto same_topic = [&](const Command& other) { return topic_of(other) == topic_of(command); };
    const size_t topic = size_t(std::ranges::count_if(commands(), same_topic));
    if (!wanted.empty()) {
      if (!begins_with(Usage(command.usage()), wanted)) continue;
      print_help(command);
    } else if (topic < 2) {
      print_help(command);
    } else if (&*std::ranges::find_if(commands(), same_topic) == &command) {
      print("{} ...: {} commands, see help {}\n", topic_of(command), topic, topic_of(command));
    }
    found = true;
  }
  return found ? Outcome() : failure(Error::Usage);
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
