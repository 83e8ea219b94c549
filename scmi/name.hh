// SPDX-License-Identifier: BSD-2-Clause
// scmi/name.hh - names as the platform sent them, NUL-terminated by us: the specification trusts the sender with that.
#pragma once
#include <array>
#include <cstring>
#include <string_view>

#include "scmi/client.hh"

namespace scmi {

template <size_t N>
struct NulTerminated {
  std::array<char, N + 1> bytes;

  explicit NulTerminated(const char (&wire)[N]) {
    std::memcpy(bytes.data(), wire, N);
    bytes[N] = 0;
  }
  std::string_view text() const { return bytes.data(); }
};
using ShortName = NulTerminated<16>;
using Name = NulTerminated<64>;

}  // namespace scmi
