// SPDX-License-Identifier: BSD-2-Clause
// net/stack.hh - the network: one interface with one IPv4 address, polled. Nothing is done before it is first used, and
// nothing happens unless somebody waits for it or calls poll(). There is one, because lwIP is.
#pragma once
#include "lib/time.hh"
#include "net/link.hh"

namespace net {

/// Asked all the time while something is awaited: an error ends the wait, and is what it returns.
using GoOn = Result<void> (*)();

/// The board's part: the card to use, of which the first counts. `random`: where ports and transaction numbers come
/// from; null, or where it fails: from time, which somebody near may guess. Nothing is touched yet.
void attach(Link& link, const Time& time, Result<uint32_t> (*random)());
/// Forgets the card and all that was configured; it is not stopped.
void detach();

/// Starts card and stack, unless they run. Errors: NoDevice: no card; NoLink: no cable; those of the card's driver.
Result<void> open();
/// Takes in the frames that arrived, a few at most, and does what is due. Errors: those of the card's driver.
Result<void> poll();

/// The address and length of the network's prefix, and the gateway, which may be none. Errors: InvalidParameters: not
/// for a machine, and those of open().
Result<void> set_address(Ipv4 address, unsigned prefix, Ipv4 gateway);

/// What a DHCP server gave (RFC 2131).
struct Lease {
  Ipv4 address, mask, gateway, server;
  Ipv4 next_server;  // where to fetch files from; none: it names nobody
  uint32_t seconds;  // that the address is ours
};
/// Asks for an address, for `limit` ticks at most. Errors: Timeout: nobody gave one; Malformed: one that is none; those
/// of open() and `go_on`. There is no address then.
Result<Lease> dhcp(Ticks limit, GoOn go_on);

struct Status {
  bool running, up;
  bool leased;  // the address is one of DHCP's
  Mac mac;
  Ipv4 address, mask, gateway, next_server;
  uint32_t received, sent, dropped;  // frames
};
/// Error::NoDevice: there is no card.
Result<Status> status();

}  // namespace net
