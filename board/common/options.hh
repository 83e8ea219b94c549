// SPDX-License-Identifier: BSD-2-Clause
// board/common/options.hh - words of /chosen/bootargs, as a kernel command line has them.
#pragma once
#include <string_view>

/// What stands behind the first `name=`, without its quotes where it has some; empty when it is not there. Quotes keep
/// blanks together, also those of other words; one that is not closed ends with the text.
constexpr std::string_view option(std::string_view arguments, std::string_view name) {
  size_t at = 0;
  while (at < arguments.size()) {
    if (arguments[at] == ' ') {
      ++at;
      continue;
    }
    bool quoted = false;
    size_t end = at;
    for (; end < arguments.size() && (quoted || arguments[end] != ' '); ++end) quoted ^= arguments[end] == '"';
    std::string_view word = arguments.substr(at, end - at);
    if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=') {
      word.remove_prefix(name.size() + 1);
      if (word.starts_with('"')) {
        word.remove_prefix(1);
        word = word.substr(0, word.find('"'));
      }
      return word;
    }
    at = end;
  }
  return {};
}
