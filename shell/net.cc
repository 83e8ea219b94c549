// SPDX-License-Identifier: BSD-2-Clause
// shell/net.cc - the network interface.
#include "net/stack.hh"

#include <bit>

#include "lib/console.hh"
#include "lib/text.hh"
#include "shell/command.hh"
#include "shell/listing.hh"

#ifdef CONFIG_NET
namespace shell {
namespace {

unsigned prefix_of(net::Ipv4 mask) {
  return unsigned(std::countl_one(__builtin_bswap32(std::bit_cast<uint32_t>(mask.bytes))));
}

}  // namespace

COMMAND(net_info, "net info [-j]", "the network card, its address, and what went over it") {
  about("network card"sv);
  const net::Status status = TRY(net::status());
  using net::Text;
  const auto shown = [](net::Ipv4 address) { return address ? Text(address) : Text(net::Ipv4{}); };
  Listing list(call,
               "mac:-17 running?yes|no:-7 link?up|down:-4 address:-15 prefix:6 gateway:-15 server:-15 leased?yes|no:-6"
               " received:8 sent:8 dropped:7"sv);
  list.row({Text(status.mac).view(), status.running, status.up, shown(status.address).view(), prefix_of(status.mask),
            shown(status.gateway).view(), shown(status.next_server).view(), status.leased, status.received, status.sent,
            status.dropped});
  return {};
}

COMMAND(net_set, "net set HOST [HOST]", "an address with its prefix, as 10.0.2.15/24, and a gateway") {
  std::string_view text = call.text(0);
  about("address"sv);
  const net::Ipv4 address = TRY(net::parse_ipv4(take_until(text, '/')));
  const uint64_t prefix = TRY(parse_number(text, 32));
  about("gateway"sv);
  const net::Ipv4 gateway = call.count() > 1 ? TRY(net::parse_ipv4(call.text(1))) : net::Ipv4{};
  about("network"sv);
  return net::set_address(address, unsigned(prefix), gateway);
}

}  // namespace shell
#endif
