// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/bytes.hh - small pieces of a capsule in memory.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lib/guid.hh"

namespace capsule {

using Bytes = std::vector<std::byte>;
using View = std::span<const std::byte>;

inline View view(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string_view text_of(View bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
/// As OpenSSL's functions want it.
inline const unsigned char* raw(View bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
inline unsigned char* raw(Bytes& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

inline void append(Bytes& to, View bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
/// Little-endian.
template <std::unsigned_integral T>
void append(Bytes& to, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) to.push_back(std::byte(value >> 8 * i & 0xff));
}
inline void append(Bytes& to, const Guid& guid) { append(to, View(std::as_bytes(std::span(guid.bytes)))); }

}  // namespace capsule
