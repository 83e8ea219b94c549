// SPDX-License-Identifier: BSD-2-Clause
// net/wait.hh - what the protocols of this folder share: waiting while the stack runs, and lwIP's types in ours.
#pragma once
#include <lwip/ip4_addr.h>
#include <lwip/pbuf.h>

#include <bit>
#include <cstring>

#include "net/stack.hh"

namespace net {

using Bytes = std::span<const std::byte>;

/// Something that is awaited; what arrives changes its answer.
class Awaited {
 public:
  virtual bool done() = 0;

 protected:
  ~Awaited() = default;
};

/// Runs the stack until `what` is done, for `limit` ticks at most; false: it is not. Errors: those of the card and of
/// `go_on`.
Result<bool> wait_for(Awaited& what, Ticks limit, GoOn go_on);

/// open(), and there is an address. Error::NoAddress: there is none.
Result<void> ready();

/// The clock that was handed in, and numbers that others cannot guess if the board knows such.
const Time& time();
uint32_t random();

/// What became of something that lwIP was to send. Errors: Unreachable: no way there; NoSpace. Everything else is a
/// frame that was lost.
Result<void> sent(int lwip_error);

inline Ipv4 from_lwip(const ip4_addr_t& address) { return std::bit_cast<Ipv4>(address.addr); }
inline ip4_addr_t to_lwip(Ipv4 address) { return {std::bit_cast<uint32_t>(address.bytes)}; }
/// A packet that came in; these are never in pieces.
inline Bytes bytes_of(const pbuf& packet) { return {static_cast<const std::byte*>(packet.payload), packet.len}; }

inline uint16_t load16(Bytes at, size_t offset) {
  return uint16_t(std::to_integer<unsigned>(at[offset]) << 8 | std::to_integer<unsigned>(at[offset + 1]));
}
inline void store16(std::span<std::byte> at, size_t offset, uint16_t value) {
  at[offset] = std::byte(value >> 8);
  at[offset + 1] = std::byte(value);
}

}  // namespace net
