// SPDX-License-Identifier: BSD-2-Clause
#include "net/stack.hh"

#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/init.h>
#include <netif/ethernet.h>

#include <algorithm>
#include <utility>

#include "lib/assert.hh"
#include "lib/wait.hh"
#include "net/wait.hh"

namespace net {
namespace {

constexpr size_t kLeastOnWire = 60;
constexpr unsigned kFramesAPoll = 16;  // so that a flood leaves time for the clock and the keyboard

/// Something that lwIP wants to be called regularly. What was missed while nobody polled is made up for, as far as it
/// counts: tables of ages that are full afterwards.
struct Timer {
  void (*run)();
  uint32_t milliseconds;
  uint32_t most;  // times in a row
  Ticks last;

  void poll(Ticks now) {
    const Ticks interval = time().milliseconds(milliseconds);
    if (now - last < interval) return;
    for (uint64_t due = std::min<uint64_t>((now - last) / interval, most); due; --due) run();
    last = now;
  }
};

struct State {
  Link* link = nullptr;
  const Time* time = nullptr;
  Result<uint32_t> (*random)() = nullptr;
  uint64_t seed = 0;
  Error send_error{};
  bool initialised = false;  // lwIP; once is for ever
  bool added = false;        // the interface
  uint32_t received = 0, sent = 0;
  netif interface{};
  struct dhcp dhcp{};
};
constinit State state;
// A lease's age is in minutes: two days of them are enough to know that it is over.
constinit Timer timers[3] = {{etharp_tmr, ARP_TMR_INTERVAL, 512, 0},
                             {dhcp_fine_tmr, DHCP_FINE_TIMER_MSECS, 1, 0},
                             {dhcp_coarse_tmr, DHCP_COARSE_TIMER_MSECS, 2880, 0}};
alignas(8) [[gnu::section(".bss..noinit")]] std::array<std::byte, (kMostFrame + 7) & ~7u> frame;

err_t output(netif*, pbuf* packet) {
  // lwIP builds each of the packets that we let it send in one piece.
  if (packet->next || packet->len < kLeastFrame || packet->len > kMostFrame) return ERR_BUF;
  if (const auto sent = state.link->send(bytes_of(*packet)); !sent) {
    if (sent.error() != Error::Timeout) state.send_error = sent.error();
    return ERR_IF;
  }
  ++state.sent;
  return ERR_OK;
}

err_t initialise(netif* interface) {
  const Mac mac = state.link->mac();
  std::ranges::copy(mac.bytes, interface->hwaddr);
  interface->hwaddr_len = uint8_t(mac.bytes.size());
  interface->name[0] = 'e';
  interface->name[1] = 'n';
  interface->mtu = kMostFrame - kLeastFrame;
  interface->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
  interface->output = etharp_output;
  interface->linkoutput = output;
  return ERR_OK;
}

void take_in(size_t size) {
  // lwIP takes it for granted that a frame is as long as Ethernet's are: it reads ARP without a look at the length.
  if (size < kLeastOnWire) std::fill(frame.begin() + size, frame.begin() + kLeastOnWire, std::byte{});
  size = std::max(size, kLeastOnWire);
  // By reference: what lwIP keeps of such a packet, it copies.
  pbuf* const packet = pbuf_alloc_reference(frame.data(), uint16_t(size), PBUF_REF);
  if (packet && state.interface.input(packet, &state.interface) != ERR_OK) pbuf_free(packet);
  ++state.received;
}

struct Leased final : Awaited {
  bool done() override { return dhcp_supplied_address(&state.interface); }
};

}  // namespace

void attach(Link& link, const Time& time, Result<uint32_t> (*random)()) {
  if (state.link) return;
  state.link = &link;
  state.time = &time;
  state.random = random;
}

void detach() {
  if (state.added) {
    dhcp_release_and_stop(&state.interface);
    netif_remove(&state.interface);
  }
  state.link = nullptr;
  state.added = false;
  state.received = state.sent = 0;
  state.send_error = {};
}

Result<void> open() {
  if (!state.link) return failure(Error::NoDevice);
  if (!state.link->running()) CHECK(state.link->start());
  if (!state.link->up()) return failure(Error::NoLink);
  if (state.added) return {};
  if (!state.initialised) lwip_init();
  state.initialised = true;
  for (Timer& timer : timers) timer.last = state.time->now();
  if (!netif_add_noaddr(&state.interface, nullptr, initialise, ethernet_input)) return failure(Error::NoSpace);
  dhcp_set_struct(&state.interface, &state.dhcp);
  netif_set_default(&state.interface);
  netif_set_up(&state.interface);
  state.added = true;
  return {};
}

Result<void> poll() {
  if (!state.added) return {};
  for (unsigned i = 0; i < kFramesAPoll; ++i) {
    const size_t size = TRY(state.link->receive(frame));
    if (size == 0) break;
    take_in(size);
  }
  const Ticks now = state.time->now();
  for (Timer& timer : timers) timer.poll(now);
  if (state.send_error == Error{}) return {};
  return failure(std::exchange(state.send_error, Error{}));
}

Result<bool> wait_for(Awaited& what, Ticks limit, GoOn go_on) {
  Result<void> way;
  const bool done = wait_until(*state.time, limit, [&] {
    way = poll();
    if (way) way = go_on();
    return !way || what.done();
  });
  CHECK(way);
  return done;
}

Result<void> ready() {
  CHECK(open());
  if (!from_lwip(*netif_ip4_addr(&state.interface))) return failure(Error::NoAddress);
  return {};
}

const Time& time() { return *state.time; }

uint32_t random() {
  if (state.random) {
    if (const auto number = state.random()) return *number;
  }
  // SplitMix64 over the clock: different at each start, if no secret.
  uint64_t x = state.seed += 0x9e3779b97f4a7c15 + state.time->now();
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return uint32_t(x >> 32);
}

Result<void> sent(int lwip_error) {
  if (lwip_error == ERR_RTE) return failure(Error::Unreachable);
  if (lwip_error == ERR_MEM) return failure(Error::NoSpace);
  return {};
}

Result<void> set_address(Ipv4 address, unsigned prefix, Ipv4 gateway) {
  if (!address.is_host() || prefix == 0 || prefix > 32 || (gateway && !gateway.is_host()))
    return failure(Error::InvalidParameters);
  CHECK(open());
  dhcp_release_and_stop(&state.interface);
  const ip4_addr_t own = to_lwip(address), via = to_lwip(gateway);
  const ip4_addr_t mask = {lwip_htonl(~uint32_t{0} << (32 - prefix))};
  netif_set_addr(&state.interface, &own, &mask, &via);
  return {};
}

Result<Lease> dhcp(Ticks limit, GoOn go_on) {
  CHECK(open());
  netif_set_addr(&state.interface, nullptr, nullptr, nullptr);
  if (dhcp_start(&state.interface) != ERR_OK) return failure(Error::NoSpace);
  Leased leased;
  Error error = Error::Timeout;
  if (const auto done = wait_for(leased, limit, go_on); !done)
    error = done.error();
  else if (*done)
    error = from_lwip(state.dhcp.offered_ip_addr).is_host() ? Error{} : Error::Malformed;
  if (error != Error{}) {
    dhcp_release_and_stop(&state.interface);
    return failure(error);
  }
  const auto& dhcp = state.dhcp;
  return Lease{from_lwip(*netif_ip4_addr(&state.interface)),
               from_lwip(*netif_ip4_netmask(&state.interface)),
               from_lwip(*netif_ip4_gw(&state.interface)),
               from_lwip(dhcp.server_ip_addr),
               from_lwip(dhcp.offered_si_addr),
               dhcp.offered_t0_lease};
}

Result<Status> status() {
  if (!state.link) return failure(Error::NoDevice);
  Status now{};
  now.running = state.link->running();
  now.up = now.running && state.link->up();
  now.mac = state.link->mac();
  now.received = state.received;
  now.sent = state.sent;
  now.dropped = state.link->dropped();
  if (!state.added) return now;
  now.leased = dhcp_supplied_address(&state.interface);
  now.address = from_lwip(*netif_ip4_addr(&state.interface));
  now.mask = from_lwip(*netif_ip4_netmask(&state.interface));
  now.gateway = from_lwip(*netif_ip4_gw(&state.interface));
  if (now.leased) now.next_server = from_lwip(state.dhcp.offered_si_addr);
  return now;
}

}  // namespace net

extern "C" uint32_t net_random(void) { return net::random(); }
extern "C" void net_assert_failed(void) { panic("lwIP"); }
