// SPDX-License-Identifier: BSD-2-Clause
#include "net/icmp.hh"

#include <lwip/inet_chksum.h>
#include <lwip/prot/ip.h>
#include <lwip/raw.h>

#include <algorithm>

namespace net {
namespace {

constexpr size_t kLeastHeader = 20;  // of IP

/// Bytes of the IP header that `packet` begins with; 0: it does not.
size_t header_size(Bytes packet) {
  if (packet.size() < kLeastHeader) return 0;
  const size_t size = (std::to_integer<size_t>(packet[0]) & 15) * 4;
  return size < kLeastHeader || size > packet.size() ? 0 : size;
}

}  // namespace

Icmp::Icmp() : pcb_(raw_new(IP_PROTO_ICMP)) {
  if (pcb_) raw_recv(pcb_, receive, this);
}

Icmp::~Icmp() {
  if (pcb_) raw_remove(pcb_);
}

Result<void> Icmp::usable() const { return pcb_ ? Result<void>() : failure(Error::NoSpace); }

// Never takes a packet away from lwIP, which answers those who ping us.
uint8_t Icmp::receive(void* self, raw_pcb*, pbuf* packet, const ip4_addr_t* from) {
  const Bytes all = bytes_of(*packet);
  const size_t header = header_size(all);
  const Bytes message = all.subspan(header);
  if (header && message.size() >= kIcmpHeader && inet_chksum(message.data(), uint16_t(message.size())) == 0)
    static_cast<Icmp*>(self)->hear(from_lwip(*from), message);
  return 0;
}

Result<void> Icmp::send(Ipv4 to, Bytes message) {
  pbuf* const packet = pbuf_alloc(PBUF_IP, uint16_t(message.size()), PBUF_RAM);
  if (!packet) return failure(Error::NoSpace);
  auto* const bytes = static_cast<std::byte*>(packet->payload);
  std::ranges::copy(message, bytes);
  const uint16_t sum = inet_chksum(bytes, uint16_t(message.size()));
  std::memcpy(bytes + 2, &sum, sizeof sum);
  const ip4_addr_t address = to_lwip(to);
  const err_t error = raw_sendto(pcb_, packet, &address);
  pbuf_free(packet);
  return sent(error);
}

Error Icmp::complaint(Bytes message, Ipv4 to, uint8_t protocol, uint16_t number) {
  constexpr uint8_t kPort = 3;  // code
  if (message[0] != std::byte(kUnreachable)) return {};
  const Bytes ours = message.subspan(kIcmpHeader);  // with 8 bytes of what it carried
  const size_t header = header_size(ours);
  if (!header || ours.size() < header + 8 || ours[9] != std::byte(protocol)) return {};
  if (!std::ranges::equal(ours.subspan(16, 4), std::as_bytes(std::span(to.bytes)))) return {};
  if (load16(ours, header + (protocol == IP_PROTO_ICMP ? 4 : 0)) != number) return {};
  return message[1] == std::byte(kPort) ? Error::Refused : Error::Unreachable;
}

}  // namespace net
