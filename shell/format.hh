// SPDX-License-Identifier: BSD-2-Clause
// shell/format.hh - things that several commands print the same way.
#pragma once
#include <array>
#include <string_view>

#include "lib/print.hh"
#include "lib/time.hh"

namespace shell {

/// Text from outside for a terminal: bytes that it may take for something else than text are dots. At most 64 of them,
/// which is what the longest name of SCMI has.
class Clean {
 public:
  explicit Clean(std::string_view text);
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 64> bytes_;
  size_t size_;
};

/// "0.001234 s", a line.
void print_duration(const Time& time, Ticks ticks);

}  // namespace shell
