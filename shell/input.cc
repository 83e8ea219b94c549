// SPDX-License-Identifier: BSD-2-Clause
#include "shell/input.hh"

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/console.hh"

namespace shell {
namespace {

// What was typed ahead of the prompt: a ring.
constinit std::array<char, 128> ahead{};
constinit size_t first = 0, count = 0;

}  // namespace

int next_character() {
  if (count == 0) return console().get();
  --count;
  return uint8_t(ahead[first++ % ahead.size()]);
}

Result<void> go_on() {
  for (size_t i = 0; i < ahead.size(); ++i) {  // not for ever, however fast somebody types
    const int c = console().get();
    if (c < 0) break;
    if (c == kControlC) {
      count = 0;
      return failure(Error::Interrupted);
    }
    if (count < ahead.size()) ahead[(first + count++) % ahead.size()] = char(c);
  }
  return {};
}

}  // namespace shell
