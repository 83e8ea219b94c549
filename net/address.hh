// SPDX-License-Identifier: BSD-2-Clause
// net/address.hh - addresses, as bytes in the order of the wire, and as people write them.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "lib/result.hh"

namespace net {

struct Mac {
  std::array<uint8_t, 6> bytes{};
  bool operator==(const Mac&) const = default;
};

struct Ipv4 {
  std::array<uint8_t, 4> bytes{};
  bool operator==(const Ipv4&) const = default;
  constexpr explicit operator bool() const { return *this != Ipv4{}; }
  /// One that a machine may have: not of "this network", loopback, multicast or above (RFC 6890).
  constexpr bool is_host() const { return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224; }
};

/// "10.0.2.15", four decimal numbers. Error::BadNumber: anything else.
Result<Ipv4> parse_ipv4(std::string_view text);

/// An address in words: Text(ipv4).view() is "10.0.2.15", Text(mac).view() is "52:54:00:12:34:56".
class Text {
 public:
  explicit Text(Ipv4 address);
  explicit Text(const Mac& address);
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 18> bytes_;
  size_t size_;
};

}  // namespace net
