// SPDX-License-Identifier: BSD-2-Clause
#include "shell/execute.hh"

#include <algorithm>

#include "lib/console.hh"
#include "lib/text.hh"
#include "scmi/instance.hh"
#include "shell/complete.hh"
#include "shell/format.hh"

namespace shell {
namespace {

constexpr size_t kMostWords = 32;

// What the running command's error is about.
struct Subject {
  std::string_view what;  // empty: nothing was said, so it is the command itself
  uint64_t number;
  bool numbered;
};
constinit Subject subject{};

void print_words(Words words) {
  for (const auto& word : words) print("{} ", Clean(word).text());
}

/// Takes the first command off `line`: what stands before a ';' that is not between quotes.
std::string_view take_command(std::string_view& line) {
  bool quoted = false;
  size_t at = 0;
  for (; at < line.size() && (quoted || line[at] != ';'); ++at) quoted ^= line[at] == '"';
  const std::string_view command = line.substr(0, at);
  line.remove_prefix(at < line.size() ? at + 1 : at);
  return command;
}

/// No command fits `words`. `near`: the one whose leading words were typed, and most of them; or null.
[[gnu::noinline]] void print_misfit(Words words, size_t known, const Command* near) {
  std::array<std::string_view, kMostCandidates> expected;
  const size_t count = complete(words.first(known), {}, expected);
  const bool number = near && words.size() > known && words[known][0] >= '0' && words[known][0] <= '9';
  if (near && (count < 2 || number)) {
    print("usage: {}\n", near->usage());
  } else if (known == 0) {
    print("unknown command '{}', try help\n", Clean(words[0]).text());
  } else {
    print_words(words.first(known));
    print("takes one of");
    for (size_t i = 0; i < count; ++i) print(" {}", expected[i]);
    print("\n");
  }
}

/// `command` fits the words of `call`.
Error run(const Command& command, const Usage& usage, const Call& call) {
  subject = {};
  if (usage.verbs() == 3 && usage.size() > 3 && usage[3].text == "ID"sv) about(call.words[1], call.number(0));
  Error error = Error::NoDevice;
  if (std::ranges::find(call.words.first(call.first), "scmi") != call.words.begin() + call.first &&
      scmi::instances().empty())
    about("SCMI platform"sv);
  else
    error = command.run(call).error();
  if (error == Error{}) return error;
  print("error: ");
  if (error == Error::Usage) {
    print("usage: {}\n", command.usage());
    return error;
  }
  if (subject.what.empty() && error != Error::Interrupted) {
    print_words(call.words.first(call.first - 1));
    print("{}: ", call.verb());
  } else if (error != Error::Interrupted) {
    print("{}", subject.what);
    if (subject.numbered) print(" {}", subject.number);
    print(": ");
  }
  print("{}\n", error);
  return error;
}

Error run_words(Machine& machine, Words words) {
  const Command* near = nullptr;
  size_t known = 0, most = 0;
  for (const Command& command : commands()) {
    const Usage usage(command.usage());
    const size_t fitting = usage.fits(words);
    const size_t verbs = std::min(fitting, usage.verbs());
    known = std::max(known, verbs);
    if (verbs < usage.verbs()) continue;
    if (fitting == words.size() && fitting >= usage.required()) return run(command, usage, {machine, words, verbs});
    if (verbs > most) {
      most = verbs;
      near = &command;
    }
  }
  print("error: ");
  print_misfit(words, known, most == known ? near : nullptr);
  return Error::Usage;
}

Error run_command(Machine& machine, std::string_view text) {
  std::array<std::string_view, kMostWords> words;
  const bool open = std::ranges::count(text, '"') % 2;
  const size_t count = split(text, words);
  if (open || !text.empty()) {
    print("error: {}\n", open ? "a quotation mark is missing"sv : "too many words"sv);
    return Error::Usage;
  }
  // `time` stands before another command, so it is dealt with before there is one.
  Words rest(words.data(), count);
  while (rest.size() > 1 && rest[0] == "time"sv) rest = rest.subspan(1);
  if (rest.empty()) return {};
  const Ticks start = machine.time().now();
  const Error error = run_words(machine, rest);
  if (rest.size() < count) print_duration(machine.time(), machine.time().now() - start);
  return error;
}

}  // namespace

void about(std::string_view what) { subject = {what, 0, false}; }
void about(std::string_view what, uint64_t number) { subject = {what, number, true}; }

Error execute(Machine& machine, std::string_view line) {
  Error last{};
  while (!line.empty() && last != Error::Interrupted)
    if (const Error error = run_command(machine, take_command(line)); error != Error{}) last = error;
  return last;
}

}  // namespace shell
