// SPDX-License-Identifier: BSD-2-Clause
// scmi/message.hh - what both ends of SCMI agree on: header, protocols, statuses. Section numbers: DEN0056E.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "lib/le.hh"
#include "lib/result.hh"

namespace scmi {

enum class Protocol : uint8_t {
  Base = 0x10,
  PowerDomain = 0x11,
  SystemPower = 0x12,
  Performance = 0x13,
  Clock = 0x14,
  Sensor = 0x15,
  Reset = 0x16,
  Voltage = 0x17,
  Powercap = 0x18,
  PinControl = 0x19,
};

enum class MessageType : uint8_t { Command = 0, DelayedResponse = 2, Notification = 3 };

/// Protocol and message, already in their header bits (4.1.1).
enum class Command : uint32_t {};
constexpr Command command(Protocol protocol, uint8_t message) { return Command(uint32_t(protocol) << 10 | message); }

/// The header word (4.1.1): token 27:18, protocol 17:10, type 9:8, message 7:0; 31:28 reserved, zero.
struct Header {
  static constexpr uint32_t kTokenMask = 0x3ff, kTokenShift = 18, kTypeShift = 8;
  static constexpr uint32_t kWithoutToken = (1u << kTokenShift) - 1;

  uint32_t word;

  static constexpr Header make(Command c, MessageType type, uint32_t token) {
    return {uint32_t(c) | uint32_t(type) << kTypeShift | token_bits(token)};
  }
  /// A counter's share of the word, by shifts: a mask takes 32-bit Arm two instructions more.
  static constexpr uint32_t token_bits(uint32_t count) { return count << 22 >> (22 - kTokenShift); }
  constexpr uint32_t token() const { return word >> kTokenShift & kTokenMask; }
  constexpr uint8_t protocol() const { return uint8_t(word >> 10); }
  constexpr MessageType type() const { return MessageType(word >> kTypeShift & 3); }
  constexpr uint8_t message() const { return uint8_t(word); }
  constexpr bool operator==(const Header&) const = default;
};

/// Messages that every protocol has (4.2.2). VERSION and ATTRIBUTES take nothing and answer one word at least.
namespace common {
constexpr uint8_t kVersion = 0x0, kAttributes = 0x1, kMessageAttributes = 0x2, kNegotiateVersion = 0x10;
}

/// A request is plain words that know their own command and reply. Reply omits the status word: the client checks it.
/// kMinReply, where present: bytes of Reply that the oldest layout has; the rest reads as zero when missing.
template <class T>
concept Request = std::is_trivially_copyable_v<T> && std::is_trivially_copyable_v<typename T::Reply> &&
                  (std::is_empty_v<T> || sizeof(T) % 4 == 0) &&
                  (std::is_empty_v<typename T::Reply> || sizeof(typename T::Reply) % 4 == 0) && requires {
                    { T::kCommand } -> std::convertible_to<Command>;
                  };

/// A version word: major 31:16, minor 15:0 (4.2.2.1).
constexpr uint32_t version(uint16_t major, uint16_t minor) { return uint32_t(major) << 16 | minor; }

/// Success, or the status as an error; what lies outside the specification is named as such (4.1.4).
constexpr Result<void> check_status(int32_t status) {
  if (status == 0) return {};
  if (status < 0 && status >= int32_t(Error::Partial)) return failure(Error(status));
  return failure(status <= -128 ? Error::VendorStatus : Error::UnknownStatus);
}

constexpr uint64_t join(uint32_t low, uint32_t high) { return uint64_t(high) << 32 | low; }

}  // namespace scmi
