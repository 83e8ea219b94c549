// SPDX-License-Identifier: BSD-2-Clause
// Any frames while the stack waits for an address, a file, an answer or nothing: nothing beyond a frame is read, no
// check of lwIP's own fails, every wait ends, and afterwards a ping is answered as ever. The input is a list of frames,
// each after a byte that says what is put in front of it, so that more than the first check is reached.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "net/ping.hh"
#include "net/stack.hh"
#include "net/tftp.hh"
#include "tests/fake/network.hh"

namespace {

using fake::Network;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "net_frame: %s\n", what);
  std::abort();
}

struct Sink final : net::Sink {
  static constexpr size_t kRoom = 1 << 16;
  Result<void> announce(uint64_t size) override { return size > kRoom ? failure(Error::NoSpace) : Result<void>(); }
  Result<void> take(std::span<const std::byte> bytes) override {
    for (const std::byte byte : bytes) sum += unsigned(byte);  // all of it may be read
    taken += bytes.size();
    return taken > kRoom ? failure(Error::NoSpace) : Result<void>();
  }
  size_t taken = 0;
  unsigned sum = 0;
};

struct World {
  World(const uint8_t* data, size_t size) : input(reinterpret_cast<const char*>(data), size) {
    current = this;
    net::attach(network, timeline.time, [] { return Result<uint32_t>(0x12345678); });
    network.dhcp.silent = network.pinging.silent = true;
    network.lose = [this](const std::string& frame) {
      if (frame.size() > 42 && frame[12] == 8 && frame[13] == 0 && frame[23] == 17)
        port = uint16_t(uint8_t(frame[34]) << 8 | uint8_t(frame[35]));
      return false;
    };
  }
  ~World() { net::detach(); }

  /// Between two looks at the network comes the next frame; after the last one somebody presses Ctrl-C.
  static Result<void> go_on() { return current->next() ? Result<void>() : failure(Error::Interrupted); }
  bool next() {
    if (at >= input.size()) return ++looks % 64 != 0;
    const auto kind = uint8_t(input[at++]);
    const size_t length = at < input.size() ? uint8_t(input[at++]) * (kind & 0x80 ? 6u : 1u) : 0;
    const std::string bytes = input.substr(std::min(at, input.size()), length);
    at += length;
    network.delay = 0;
    switch (kind & 7) {
      case 0: network.arrive(bytes); break;
      case 1: network.arrive(std::string("\x52\x54\0\x12\x34\x56\x52\x55\x0a\0\2\2\x08\x06", 14) + bytes); break;
      case 2: network.arrive(std::string("\x52\x54\0\x12\x34\x56\x52\x55\x0a\0\2\2\x08\0", 14) + bytes); break;
      case 3: network.icmp(bytes.empty() ? 0 : uint8_t(bytes[0]), 3, bytes); break;
      case 4: network.udp(40'000, port, bytes); break;
      case 5: network.udp(69, port, bytes, kind & 8 ? net::Ipv4{{10, 0, 2, 3}} : Network::kServer); break;
      case 6: network.udp(67, 68, bytes, Network::kServer, net::Ipv4{{255, 255, 255, 255}}); break;
      default: network.udp(67, 68, offer(kind, bytes), Network::kServer, net::Ipv4{{255, 255, 255, 255}}); break;
    }
    network.delay = 200;
    // Time passes, in which things are sent again or get old.
    if (kind & 0x40) {
      for (const Ticks end = timeline.elapsed() + 1'100'000; timeline.elapsed() < end;) timeline.time.now();
    }
    return true;
  }
  /// Of DHCP, with the transaction that is asked for, and any options.
  std::string offer(uint8_t kind, const std::string& options) const {
    std::string message = std::string("\x02\x01\x06\0\x12\x34\x56\x78", 8) + std::string(8, '\0');
    message += std::string("\x0a\0\2\x0f\x0a\0\2\2", 8) + std::string(4, '\0') + "\x52\x54" + '\0' + "\x12\x34\x56";
    message.resize(236, kind & 16 ? 'f' : '\0');
    return message + "\x63\x82\x53\x63\x35\x01" + char(kind & 8 ? 5 : 2) + options;
  }

  static inline World* current = nullptr;
  std::string input;
  size_t at = 1;
  unsigned looks = 0;
  uint16_t port = 0;
  fake::Timeline timeline;
  Network network{timeline};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  World world(data, size);
  const Time& time = world.timeline.time;
  const auto set_address = [] { return bool(net::set_address(Network::kClient, 24, Network::kServer)); };
  const auto ping = [&] { return net::ping(Network::kServer, 1, time.milliseconds(5000), World::go_on); };
  Sink sink;
  net::Refusal refusal;
  switch (data[0] % 4) {
    case 0: static_cast<void>(net::dhcp(time.milliseconds(20'000), World::go_on)); break;
    case 1:
      expect(set_address(), "an address is refused");
      static_cast<void>(net::tftp_get(Network::kServer, "file", sink, refusal, World::go_on));
      expect(refusal.size <= refusal.text.size(), "a refusal leaves its memory");
      break;
    case 2:
      expect(set_address(), "an address is refused");
      static_cast<void>(ping());
      break;
    default:
      expect(set_address(), "an address is refused");
      while (World::go_on()) expect(bool(net::poll()), "a card that works has an error");
  }
  expect(world.network.bad_checksums == 0, "a packet of ours has a wrong checksum");

  // What was left over goes with the interface, and all works as ever.
  world.at = size;
  world.input.clear();
  world.network.pinging.silent = false;
  net::detach();
  net::attach(world.network, time, nullptr);
  expect(set_address(), "an address is refused");
  // Late answers may still bring out errors that take a question's place.
  bool alive = false;
  for (int tries = 0; tries < 3 && !alive; ++tries)
    alive = bool(net::ping(Network::kServer, 1, time.milliseconds(2000), [] { return Result<void>(); }));
  expect(alive, "nobody answers any more");
  return 0;
}
