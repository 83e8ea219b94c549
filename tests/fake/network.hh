// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/network.hh - a card with a cable, and at its other end a machine that behaves: it answers ARP and pings,
// gives addresses by DHCP and files by TFTP. It can misbehave in all the ways that a network has.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "net/link.hh"
#include "tests/fake/timeline.hh"

namespace fake {

class Network final : public net::Link {
 public:
  static constexpr net::Ipv4 kServer{{10, 0, 2, 2}}, kClient{{10, 0, 2, 15}}, kMask{{255, 255, 255, 0}};
  static constexpr net::Mac kOwn{{0x52, 0x54, 0, 0x12, 0x34, 0x56}}, kPeer{{0x52, 0x55, 10, 0, 2, 2}};

  explicit Network(Timeline& timeline) : timeline_(timeline) {}

  // The card.
  Result<void> start() override;
  bool running() const override { return running_; }
  net::Mac mac() const override { return kOwn; }
  bool up() override { return cable; }
  Result<void> send(std::span<const std::byte> frame) override;
  Result<size_t> receive(std::span<std::byte> into) override;
  uint32_t dropped() const override { return 0; }

  bool cable = true;
  unsigned starts = 0;
  Error start_error{}, receive_error{}, send_error{};  // receive_error: once, and the card needs a start
  Ticks delay = 200;                                   // until an answer of the peer's arrives

  // What was sent.
  unsigned sent = 0, bad_checksums = 0;
  std::function<bool(const std::string& frame)> lose = [](const std::string&) {
    return false;
  };  // on its way to the peer
  std::function<bool(const std::string& frame)> lose_answer = [](const std::string&) { return false; };

  /// A frame to us, as it is. Those of the peer come after `delay`.
  void arrive(std::string frame) { arrived_.push_back(std::move(frame)); }
  /// Frames of the peer's own.
  void arp(const net::Ipv4& asked);
  void icmp(uint8_t type, uint8_t code, std::string rest, net::Ipv4 from = kServer);
  void udp(uint16_t from_port, uint16_t to_port, const std::string& payload, net::Ipv4 from = kServer,
           net::Ipv4 to = kClient);
  std::string echo;  // the last answer to a ping of the peer's: identifier, sequence, data

  struct Pinging {
    bool silent = false, corrupt = false, foreign = false;  // another identifier
    int unreachable = -1;                                   // code
  } pinging;

  struct Dhcp {
    bool silent = false;
    unsigned refuse = 0;  // this many requests
    net::Ipv4 address = kClient, gateway = kServer, next_server = kServer;
    uint32_t seconds = 3600;
    unsigned discovers = 0, requests = 0, releases = 0;
    uint32_t transaction = 0;
  } dhcp;

  struct Tftp {
    std::map<std::string, std::string> files;
    bool listens = true;              // or the port is unreachable
    bool options = true;              // or it is of 1981
    bool options_are_errors = false;  // it refuses them with code 8
    bool announces = true;            // the size
    bool repeats = true;              // what is not acknowledged
    bool same_port = false;           // answers from port 69
    uint16_t most_block = 1428;
    std::string options_reply;  // instead of its own
    int64_t announced_too_much = 0;
    unsigned twice = 0;        // each so many'th block comes twice
    unsigned foreign = 0;      // each so many'th block comes from a wrong port, too, with other content
    uint16_t too_long_at = 0;  // this block is longer than agreed
    uint32_t silent_from = 0, error_at = 0, die_at = 0,
             stutter_at = 0;   // at this block; stutter: the one before, for ever
    std::string raw_at_error;  // instead of an ERROR packet
    unsigned reads = 0, acknowledged = 0, errors = 0;
    uint16_t error_code = 0;  // the last that we sent
    unsigned unknown_id = 0;  // times that we sent this one
    size_t blocks = 0;        // that it sent
  } tftp;

 private:
  struct Transfer {
    std::string data;
    uint16_t client, port, block_size;
    uint64_t block = 0;  // the last that was sent
    std::string last;
  };

  void answer(std::string frame);
  void take(const std::string& frame);
  void take_udp(const std::string& packet, net::Ipv4 from);
  void take_dhcp(const std::string& message);
  void take_tftp(uint16_t from, uint16_t port, const std::string& message);
  void read(uint16_t client, const std::string& message);
  void send_block();
  void put(const std::string& message);
  void unreachable(const std::string& packet, uint8_t code);

  Timeline& timeline_;
  bool running_ = false;
  std::deque<std::string> arrived_;
  Transfer transfer_{};
  uint64_t generation_ = 0;  // of what was last put
};

}  // namespace fake
