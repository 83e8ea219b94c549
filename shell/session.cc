// SPDX-License-Identifier: BSD-2-Clause
#include "shell/session.hh"

#include <algorithm>

#include "lib/console.hh"
#include "lib/text.hh"
#include "scmi/instance.hh"
#include "shell/complete.hh"
#include "shell/execute.hh"
#include "shell/input.hh"

namespace shell {
namespace {

constinit Editor* at_prompt = nullptr;
constinit bool hidden = false;

}  // namespace

void make_room() {
  if (at_prompt && !hidden) at_prompt->hide();
  hidden = at_prompt != nullptr;
}

void Session::idle() {
  at_prompt = &editor_;
  for (auto& instance : scmi::instances()) instance.poll();
  if (hidden) editor_.show();
  hidden = false;
  at_prompt = nullptr;
}

void Session::type(char c) {
  switch (editor_.type(c)) {
    case Editor::Outcome::Pending: return;
    case Editor::Outcome::Tab: return complete();
    case Editor::Outcome::Line: execute(machine_, editor_.line()); break;
    case Editor::Outcome::Dropped: break;
  }
  editor_.start();
}

#if defined(CONFIG_SHELL_HISTORY) || defined(CONFIG_HOST)

// As in other shells: what all candidates begin with is typed for you; when there is nothing of that, they are listed.
void Session::complete() {
  std::string_view typed = editor_.line().substr(0, editor_.cursor());
  typed.remove_prefix(typed.rfind(';') + 1);
  const bool begun = !typed.empty() && !typed.ends_with(' ');  // the last word
  constexpr size_t kMostWords = 16;
  std::array<std::string_view, kMostWords> words;
  size_t count = split(typed, words);
  if (!typed.empty()) return;
  std::string_view begin;
  if (begun && count) begin = words[--count];

  std::array<std::string_view, kMostCandidates> list;
  size_t found = shell::complete({words.data(), count}, begin, list);
  const bool path = found == 1 && list[0] == "PATH";
  if (path) found = complete_path(machine_.device_tree(), begin, list);
  if (found == 0) return print("\a");

  std::string_view common = list[0];
  for (const auto& other : std::span(list).first(found))
    while (!other.starts_with(common)) common.remove_suffix(1);
  const bool types = common.starts_with(begin) && !(common[0] >= 'A' && common[0] <= 'Z' && !path);
  if (types && (common.size() > begin.size() || found == 1)) {
    common.remove_prefix(begin.size());
    editor_.insert(common);
    if (found == 1 && !path) editor_.insert(" ");
    return;
  }
  editor_.hide();
  for (const auto& candidate : std::span(list).first(found)) print("{} ", candidate);
  print("\n");
  editor_.show();
}

#else

void Session::complete() {}

#endif

void run(Machine& machine, std::string_view script) {
  execute(machine, script);
  Session session(machine);
  session.start();
  while (true) {
    const int c = next_character();
    if (c >= 0)
      session.type(char(c));
    else
      session.idle();
  }
}

}  // namespace shell
