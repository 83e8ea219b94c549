// SPDX-License-Identifier: BSD-2-Clause
// net/icmp.hh - hearing ICMP (RFC 792): answers to a ping, and that something of ours did not arrive.
#pragma once
#include "net/wait.hh"

struct raw_pcb;

namespace net {

/// Hears all ICMP as long as it lives. One at a time.
class Icmp {
 public:
  static constexpr uint8_t kEchoReply = 0, kUnreachable = 3, kEcho = 8;
  static constexpr size_t kIcmpHeader = 8;

  Icmp(const Icmp&) = delete;

 protected:
  Icmp();
  ~Icmp();

  /// Error::NoSpace: somebody else hears it.
  Result<void> usable() const;
  /// A message of kIcmpHeader bytes at least, whose checksum is right.
  virtual void hear(Ipv4 from, Bytes message) = 0;
  Result<void> send(Ipv4 to, Bytes message);

  /// What `message` says of a packet of ours to `to`, of that IP protocol, whose first two bytes after the IP header
  /// (the port of UDP) or, with `echo`, whose identifier is `number`: Unreachable, Refused (nobody listens at the
  /// port). Error{}: nothing.
  static Error complaint(Bytes message, Ipv4 to, uint8_t protocol, uint16_t number);

 private:
  static uint8_t receive(void* self, raw_pcb*, pbuf* packet, const ip4_addr_t* from);

  raw_pcb* pcb_;
};

}  // namespace net
