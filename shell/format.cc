// SPDX-License-Identifier: BSD-2-Clause
#include "shell/format.hh"

#include <algorithm>

#include "lib/console.hh"
#include "lib/text.hh"

namespace shell {

Clean::Clean(std::string_view text) : size_(std::min(text.size(), bytes_.size())) {
  for (size_t i = 0; i < size_; ++i) bytes_[i] = printable(text[i]) ? text[i] : '.';
}

void print_duration(const Time& time, Ticks ticks) {
  const Ticks rest = ticks % time.hertz;  // less than 32 bits, so the product fits
  print("{}.{:06} s\n", ticks / time.hertz, rest * 1'000'000 / time.hertz);
}

}  // namespace shell
