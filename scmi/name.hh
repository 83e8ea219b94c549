// SPDX-License-Identifier: BSD-2-Clause
// scmi/name.hh - names as the platform sent them. The specification trusts the sender to end them with a NUL; these
// views end at the NUL or at the end of the field, whichever comes first.
#pragma once
#include <cstring>
#include <string_view>

#include "scmi/client.hh"

namespace scmi {

template <size_t N>
struct FixedText {
  alignas(uint32_t) char bytes[N];  // replies are stored by words

  FixedText() noexcept {}  // left as it is: a reply goes there

  std::string_view text() const {
    const void* const end = std::memchr(bytes, 0, N);
    return {bytes, end ? size_t(static_cast<const char*>(end) - bytes) : N};
  }
};
using ShortName = FixedText<16>;

/// The reply of every ..._NAME_GET message.
struct Name {
  le32 flags;  // reserved
  FixedText<64> name;
  Name() {}
  std::string_view text() const { return name.text(); }
};

}  // namespace scmi
