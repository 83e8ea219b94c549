// SPDX-License-Identifier: BSD-2-Clause
#include "shell/input.hh"

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/console.hh"

namespace shell {
namespace {

// What was typed ahead of the prompt: a ring. A line that does not fit is lost whole: half of one must not run.
constinit std::array<char, 128> ahead{};
constinit size_t first = 0, count = 0;
constinit bool losing = false;  // what comes until the line ends

constexpr bool ends_line(char c) { return c == '\r' || c == '\n'; }

void keep(char c) {
  if (count == ahead.size() && !losing) {
    print("error: a line typed ahead does not fit {} characters, it is dropped\n", ahead.size());
    while (count && !ends_line(ahead[(first + count - 1) % ahead.size()])) --count;
    losing = true;
  }
  if (!losing && count < ahead.size()) ahead[(first + count++) % ahead.size()] = c;
  if (ends_line(c)) losing = false;
}

}  // namespace

int next_character() {
  if (count == 0) {
    int c = console().get();
    for (; losing && c >= 0; c = console().get())
      if (ends_line(char(c)) || c == kControlC) losing = false;
    return c;
  }
  --count;
  return uint8_t(ahead[first++ % ahead.size()]);
}

Result<void> go_on() {
  for (size_t i = 0; i < ahead.size(); ++i) {  // not for ever, however fast somebody types
    const int c = console().get();
    if (c < 0) break;
    if (c == kControlC) {
      count = 0;
      losing = false;
      return failure(Error::Interrupted);
    }
    keep(char(c));
  }
  return {};
}

}  // namespace shell
