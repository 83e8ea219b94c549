// SPDX-License-Identifier: BSD-2-Clause
// net/ping.hh - is there somebody, and how far away?
#pragma once
#include "net/stack.hh"

namespace net {

/// Sends an echo request (RFC 792) with 56 bytes and the number `sequence`, and waits for its answer, for `limit` ticks
/// at most. Returns the ticks in between. Errors: Timeout, Unreachable, NoAddress, those of the card and of `go_on`.
Result<Ticks> ping(Ipv4 address, uint16_t sequence, Ticks limit, GoOn go_on);

}  // namespace net
