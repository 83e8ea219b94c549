// SPDX-License-Identifier: BSD-2-Clause
#include "shell/command.hh"

#include <algorithm>
#include <array>

#include "lib/text.hh"
#include "shell/quantity.hh"

#ifdef CONFIG_HOST
extern "C" const shell::Command __start_commands[], __stop_commands[];
#define FIRST_COMMAND __start_commands
#define LAST_COMMAND __stop_commands
#else
extern "C" const shell::Command __commands_start[], __commands_end[];
#define FIRST_COMMAND __commands_start
#define LAST_COMMAND __commands_end
#endif

namespace shell {
namespace {

template <class T>
T at_distance(const int32_t& distance) {
  return reinterpret_cast<T>(reinterpret_cast<uintptr_t>(&distance) + uintptr_t(intptr_t(distance)));
}

bool one_of(std::string_view alternatives, std::string_view word) {
  while (!alternatives.empty())
    if (take_until(alternatives, '|') == word) return true;
  return false;
}

}  // namespace

size_t split(std::string_view& text, std::span<std::string_view> words) {
  size_t count = 0;
  while (true) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    if (text.empty() || count == words.size()) return count;
    words[count++] = take_word(text);
  }
}

std::span<const Command> commands() { return {FIRST_COMMAND, LAST_COMMAND}; }

std::string_view Command::usage() const {
  std::string_view text = at_distance<const char*>(usage_);
  return take_until(text, '\t');
}

std::string_view Command::help() const {
  std::string_view text = at_distance<const char*>(usage_);
  take_until(text, '\t');
  return text;
}

Result<void> Command::run(const Call& call) const { return at_distance<Result<void> (*)(const Call&)>(run_)(call); }

bool Token::takes(std::string_view word) const {
  if (!argument) return one_of(text, word);
  if (one_of("WORD|PATH|COMMAND|HOST|FILE|FLASH|AREA|CARD"sv, text)) return true;
  if (text == "HZ"sv) return bool(parse_quantity(word));
  return bool(parse_number(word, one_of("ADDRESS|VALUE|FID|SECTOR|OFFSET|X"sv, text) ? UINT64_MAX : UINT32_MAX));
}

Usage::Usage(std::string_view line) {
  bool leading = true;
  while (!line.empty() && count_ < tokens_.size()) {
    std::string_view text = take_until(line, ' ');
    const bool optional = text.starts_with('[');
    if (optional) {
      text.remove_prefix(1);
      text.remove_suffix(1);
    }
    const bool repeated = text.ends_with("..."sv);
    if (repeated) text.remove_suffix(3);
    const bool argument = text[0] >= 'A' && text[0] <= 'Z';
    tokens_[count_++] = {text, argument, repeated};
    leading &= !optional && !argument;
    verbs_ += leading;
    required_ += !optional;
  }
}

size_t Usage::fits(Words words) const {
  uint32_t used = 0;  // options, each of which may stand once
  for (size_t i = 0; i < words.size(); ++i) {
    size_t at = i;
    if (i >= required_)
      for (at = required_; at < count_ && ((used >> at & 1) || !tokens_[at].takes(words[i]));) ++at;
    if (at == count_ || !tokens_[at].takes(words[i])) return i;
    used |= uint32_t(!tokens_[at].repeated) << at;
  }
  return words.size();
}

uint64_t Call::number(size_t index, uint64_t missing) const {
  return index < count() ? parse_quantity(text(index)).value_or(missing) : missing;
}

bool Call::has(std::string_view word) const {
  const Words arguments = words.subspan(first);
  return std::ranges::find(arguments, word) != arguments.end();
}

}  // namespace shell
