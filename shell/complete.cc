// SPDX-License-Identifier: BSD-2-Clause
#include "shell/complete.hh"

#include <algorithm>

#include "lib/text.hh"

namespace shell {
namespace {

/// Candidates, each once.
class List {
 public:
  explicit List(std::span<std::string_view> memory) : memory_(memory) {}

  void add(std::string_view candidate) {
    const auto known = memory_.first(count_);
    if (count_ < memory_.size() && std::ranges::find(known, candidate) == known.end()) memory_[count_++] = candidate;
  }
  void add(const Token& token, std::string_view begin) {
    if (token.argument) return add(token.text);
    for (std::string_view rest = token.text; !rest.empty();)
      if (const auto word = take_until(rest, '|'); word.starts_with(begin)) add(word);
  }
  size_t count() const { return count_; }

 private:
  std::span<std::string_view> memory_;
  size_t count_ = 0;
};

}  // namespace

size_t complete(Words before, std::string_view begin, std::span<std::string_view> candidates) {
  List list(candidates);
  for (size_t at = 0; at < commands().size(); ++at) {
    const Usage usage(commands()[at].usage());
    const size_t next = before.size();
    if (usage.fits(before) != next) continue;
    const auto options = next < usage.required() ? std::span(&usage[next], 1) : usage.options();
    for (const Token& token : options) {
      if (token.text == "COMMAND"sv) {  // a whole command of its own follows
        before = before.subspan(usage.verbs());
        list = List(candidates);
        at = size_t(-1);
        break;
      }
      list.add(token, begin);
    }
  }
  return list.count();
}

size_t complete_path(const DeviceTree& tree, std::string_view& begin, std::span<std::string_view> candidates) {
  const size_t slash = begin.rfind('/');
  if (slash == begin.npos) return 0;
  const auto parent = tree.find(slash == 0 ? "/"sv : begin.substr(0, slash));
  begin.remove_prefix(slash + 1);
  List list(candidates);
  if (parent)
    for (auto node = tree.first_child(*parent); node; node = tree.next_sibling(*node))
      if (const auto name = tree.name(*node); name.starts_with(begin)) list.add(name);
  return list.count();
}

}  // namespace shell
