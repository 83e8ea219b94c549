// SPDX-License-Identifier: BSD-2-Clause
// shell/dhcp.cc - an address from a server.
#include "lib/console.hh"
#include "net/stack.hh"
#include "shell/command.hh"
#include "shell/input.hh"

#ifdef CONFIG_NET
namespace shell {
namespace {

constexpr uint32_t kLimit = 15'000;  // milliseconds; a switch that looks for loops says nothing for the first ten

}  // namespace

COMMAND(dhcp, "dhcp", "gets a network address from a DHCP server") {
  using net::Text;
  const net::Lease lease = TRY(net::dhcp(call.machine.time().milliseconds(kLimit), go_on));
  print("address {} mask {} for {} s from {}\n", Text(lease.address).view(), Text(lease.mask).view(), lease.seconds,
        Text(lease.server).view());
  if (lease.gateway) print("gateway {}\n", Text(lease.gateway).view());
  if (lease.next_server) print("files from {}\n", Text(lease.next_server).view());
  return {};
}

}  // namespace shell
#endif
