// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/network.hh"

#include <algorithm>
#include <cstring>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(HAS_ASAN)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)0)
#endif

namespace fake {
namespace {

constexpr uint16_t kTftp = 69, kTransfer = 40'000;

std::string be16(unsigned value) { return {char(value >> 8), char(value)}; }
std::string be32(uint32_t value) { return be16(value >> 16) + be16(value & 0xffff); }
unsigned get16(const std::string& s, size_t at) {
  return at + 2 <= s.size() ? unsigned(uint8_t(s[at])) << 8 | uint8_t(s[at + 1]) : 0;
}
uint32_t get32(const std::string& s, size_t at) { return get16(s, at) << 16 | get16(s, at + 2); }
template <class A>
std::string bytes(const A& address) {
  return {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()};
}

/// RFC 1071.
unsigned sum_of(std::string s) {
  if (s.size() % 2) s += '\0';
  uint32_t sum = 0;
  for (size_t i = 0; i < s.size(); i += 2) sum += get16(s, i);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

std::string ethernet(unsigned type, const std::string& payload) {
  return bytes(Network::kOwn) + bytes(Network::kPeer) + be16(type) + payload;
}

std::string ip(net::Ipv4 from, net::Ipv4 to, uint8_t protocol, const std::string& payload) {
  std::string header = std::string("\x45\0", 2) + be16(20 + unsigned(payload.size())) + be32(0x4000) + char(64) +
                       char(protocol) + be16(0) + bytes(from) + bytes(to);
  header.replace(10, 2, be16(sum_of(header)));
  return ethernet(0x0800, header + payload);
}

std::string pseudo(const std::string& from, const std::string& to, size_t size) {
  return from + to + std::string("\0\x11", 2) + be16(unsigned(size));
}

}  // namespace

Result<void> Network::start() {
  ++starts;
  if (start_error != Error{}) return failure(start_error);
  running_ = true;
  return {};
}

Result<size_t> Network::receive(std::span<std::byte> into) {
  // What lies behind a frame is nobody's to read, but for the padding of a short one.
  ASAN_UNPOISON_MEMORY_REGION(into.data(), into.size());
  if (receive_error != Error{}) {
    running_ = false;
    return failure(std::exchange(receive_error, Error{}));
  }
  if (arrived_.empty()) return 0;
  const std::string frame = std::move(arrived_.front());
  arrived_.pop_front();
  const size_t size = std::min(frame.size(), into.size());
  std::memcpy(into.data(), frame.data(), size);
  [[maybe_unused]] const size_t padded = std::max<size_t>(size, 60);
  ASAN_POISON_MEMORY_REGION(into.data() + padded, into.size() - padded);
  return size;
}

Result<void> Network::send(std::span<const std::byte> frame) {
  ++sent;
  if (send_error != Error{}) return failure(send_error);
  const std::string copy(reinterpret_cast<const char*>(frame.data()), frame.size());
  if (!lose(copy)) take(copy);
  return {};
}

void Network::answer(std::string frame) {
  if (lose_answer(frame)) return;
  if (delay == 0) return arrive(std::move(frame));
  timeline_.after(delay, [this, frame] { arrive(frame); });
}

void Network::arp(const net::Ipv4& asked) {
  answer(ethernet(0x0806, be16(1) + be16(0x0800) + "\x06\x04" + be16(1) + bytes(kPeer) + bytes(kServer) +
                              std::string(6, '\0') + bytes(asked)));
}

void Network::icmp(uint8_t type, uint8_t code, std::string rest, net::Ipv4 from) {
  std::string message = std::string{char(type), char(code)} + be16(0) + rest;
  message.replace(2, 2, be16(sum_of(message)));
  answer(ip(from, kClient, 1, message));
}

void Network::udp(uint16_t from_port, uint16_t to_port, const std::string& payload, net::Ipv4 from, net::Ipv4 to) {
  const size_t size = 8 + payload.size();
  std::string packet = be16(from_port) + be16(to_port) + be16(unsigned(size)) + be16(0) + payload;
  const unsigned sum = sum_of(pseudo(bytes(from), bytes(to), size) + packet);
  packet.replace(6, 2, be16(sum ? sum : 0xffff));
  answer(ip(from, to, 17, packet));
}

void Network::take(const std::string& frame) {
  const unsigned type = get16(frame, 12);
  const std::string packet = frame.substr(14);
  if (type == 0x0806) {
    if (get16(packet, 6) == 1 && packet.substr(24, 4) == bytes(kServer))
      answer(ethernet(0x0806, be16(1) + be16(0x0800) + "\x06\x04" + be16(2) + bytes(kPeer) + bytes(kServer) +
                                  packet.substr(8, 10)));
    return;
  }
  if (type != 0x0800 || packet.size() < 20) return;
  const size_t size = get16(packet, 2);
  bad_checksums += sum_of(packet.substr(0, 20)) != 0 || size > packet.size();
  const std::string payload = packet.substr(20, size - 20);
  if (packet[9] == 17) {
    bad_checksums +=
        get16(payload, 6) == 0 || sum_of(pseudo(packet.substr(12, 4), packet.substr(16, 4), size - 20) + payload);
    if (get16(payload, 2) == kTftp && !tftp.listens) return unreachable(packet, 3);
    net::Ipv4 from;
    std::memcpy(from.bytes.data(), packet.data() + 12, 4);
    return take_udp(payload, from);
  }
  if (packet[9] != 1) return;
  bad_checksums += sum_of(payload) != 0;
  if (payload[0] == 0) echo = payload.substr(4);
  if (payload[0] != 8 || pinging.silent) return;
  if (pinging.unreachable >= 0) return unreachable(packet, uint8_t(pinging.unreachable));
  std::string rest = payload.substr(4);
  if (pinging.foreign) rest[0] ^= 1;
  if (pinging.corrupt) rest.back() ^= 1;
  icmp(0, 0, rest);
}

void Network::unreachable(const std::string& packet, uint8_t code) {
  icmp(3, code, std::string(4, '\0') + packet.substr(0, 28));
}

void Network::take_udp(const std::string& packet, net::Ipv4) {
  const auto from = uint16_t(get16(packet, 0)), to = uint16_t(get16(packet, 2));
  if (to == 67) return take_dhcp(packet.substr(8));
  if (to == kTftp || to == kTransfer + tftp.reads) return take_tftp(from, to, packet.substr(8));
  // The port of a transfer that is over, or was never there.
  if (to == kTransfer - 1) take_tftp(from, to, packet.substr(8));
}

void Network::take_dhcp(const std::string& message) {
  std::map<uint8_t, std::string> options;
  for (size_t at = 240; at + 1 < message.size() && uint8_t(message[at]) != 255; at += 2u + uint8_t(message[at + 1]))
    options[uint8_t(message[at])] = message.substr(at + 2, uint8_t(message[at + 1]));
  const int type = options[53].empty() ? 0 : options[53][0];
  if (type == 7) ++dhcp.releases;
  if (type != 1 && type != 3) return;
  ++(type == 1 ? dhcp.discovers : dhcp.requests);
  dhcp.transaction = get32(message, 4);
  if (dhcp.silent) return;
  const bool refused = type == 3 && dhcp.refuse && dhcp.refuse--;
  std::string reply = std::string("\x02\x01\x06\0", 4) + message.substr(4, 4) + std::string(8, '\0') +
                      bytes(refused ? net::Ipv4{} : dhcp.address) + bytes(dhcp.next_server) + std::string(4, '\0') +
                      message.substr(28, 16) + std::string(192, '\0') + "\x63\x82\x53\x63";
  reply += std::string("\x35\x01", 2) + char(type == 1 ? 2 : refused ? 6 : 5) + "\x36\x04" + bytes(kServer);
  if (!refused)
    reply +=
        std::string("\x33\x04") + be32(dhcp.seconds) + "\x01\x04" + bytes(kMask) + "\x03\x04" + bytes(dhcp.gateway);
  udp(67, 68, reply + "\xff", kServer, net::Ipv4{{255, 255, 255, 255}});
}

void Network::take_tftp(uint16_t from, uint16_t to, const std::string& message) {
  switch (get16(message, 0)) {
    case 1: return to == kTftp ? read(from, message) : void();
    case 4:
      if (to != transfer_.port || from != transfer_.client) return;
      if (get16(message, 2) == (transfer_.block & 0xffff)) {
        tftp.acknowledged = unsigned(transfer_.block);
        if (transfer_.block && transfer_.data.size() / transfer_.block_size < transfer_.block) return;  // the last
        ++transfer_.block;
        send_block();
      } else if (!tftp.repeats) {
        put(transfer_.last);  // the only way to it
      }
      return;
    case 5:
      ++tftp.errors;
      tftp.error_code = uint16_t(get16(message, 2));
      tftp.unknown_id += tftp.error_code == 5;
      if (tftp.error_code != 5) ++generation_;
      return;
    default: return;
  }
}

void Network::read(uint16_t client, const std::string& message) {
  ++tftp.reads;
  transfer_ = {{}, client, uint16_t(tftp.same_port ? kTftp : kTransfer + tftp.reads), 512, 0, {}};
  std::vector<std::string> words;
  for (size_t at = 2; at < message.size();) {
    words.push_back(message.substr(at, message.find('\0', at) - at));
    at += words.back().size() + 1;
  }
  if (tftp.options_are_errors && words.size() > 2) return put(be16(5) + be16(8) + std::string("no options\0", 11));
  const auto file = tftp.files.find(words[0]);
  if (file == tftp.files.end()) return put(be16(5) + be16(1) + std::string("File not found\0", 15));
  transfer_.data = file->second;
  std::string accepted;
  const auto accept = [&](const std::string& name, uint64_t value) {
    accepted += name + '\0' + std::to_string(value) + '\0';
  };
  for (size_t i = 2; tftp.options && i + 1 < words.size(); i += 2) {
    if (words[i] == "blksize") {
      transfer_.block_size = std::min(uint16_t(std::stoul(words[i + 1])), tftp.most_block);
      accept(words[i], transfer_.block_size);
    }
    if (words[i] == "tsize" && tftp.announces)
      accept(words[i], transfer_.data.size() + uint64_t(tftp.announced_too_much));
    if (words[i] == "timeout") accept(words[i], std::stoul(words[i + 1]));
  }
  if (!tftp.options_reply.empty()) accepted = tftp.options_reply;
  if (!accepted.empty()) return put(be16(6) + accepted);
  transfer_.block = 1;
  send_block();
}

void Network::send_block() {
  const uint64_t block = transfer_.block;
  if (tftp.silent_from && block >= tftp.silent_from) {
    ++generation_;
    return;
  }
  if (tftp.die_at && block >= tftp.die_at) {
    ++generation_;
    return icmp(3, 3,
                std::string(4, '\0') + "\x45" + std::string(8, '\0') + "\x11" + be16(0) + bytes(kClient) +
                    bytes(kServer) + be16(transfer_.client) + be16(transfer_.port) + be32(0));
  }
  if (tftp.error_at && block >= tftp.error_at)
    return put(tftp.raw_at_error.empty() ? be16(5) + be16(0) + std::string("disk on fire\0", 13) : tftp.raw_at_error);
  if (tftp.stutter_at && block >= tftp.stutter_at) {
    --transfer_.block;
    return put(transfer_.last);
  }
  const size_t at = (block - 1) * transfer_.block_size;
  std::string part = at < transfer_.data.size() ? transfer_.data.substr(at, transfer_.block_size) : std::string();
  if (tftp.too_long_at == block) part += "x";
  ++tftp.blocks;
  const std::string message = be16(3) + be16(block & 0xffff) + part;
  if (tftp.foreign && block % tftp.foreign == 0)
    udp(kTransfer - 1, transfer_.client, be16(3) + be16(block & 0xffff) + "not from here");
  put(message);
  if (tftp.twice && block % tftp.twice == 0) put(message);
}

void Network::put(const std::string& message) {
  constexpr Ticks kRepeat = 1'500'000;
  transfer_.last = message;
  udp(transfer_.port, transfer_.client, message);
  const uint64_t own = ++generation_;
  if (tftp.repeats)
    timeline_.after(kRepeat, [this, own] {
      if (own == generation_ && tftp.acknowledged < transfer_.block) put(transfer_.last);
    });
}

}  // namespace fake
