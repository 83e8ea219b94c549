// SPDX-License-Identifier: BSD-2-Clause
// lib/result.hh - the only way to report a failure.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

/// Values -1 .. -12 equal the SCMI status codes (DEN0056 4.1.4), so scmi/ converts with a range check and a cast.
enum class Error : int8_t {
  NotSupported = -1,
  InvalidParameters = -2,
  Denied = -3,
  NotFound = -4,
  OutOfRange = -5,
  Busy = -6,
  CommsError = -7,
  GenericError = -8,
  HardwareError = -9,
  ProtocolError = -10,
  InUse = -11,
  Partial = -12,
  VendorStatus = -13,   // a status of the vendor's own range, -128 and below
  UnknownStatus = -14,  // a status that the specification does not know

  Timeout = -32,       // the peer did not answer in time; it may still own our buffer
  ChannelHeld = -33,   // the peer kept a channel that is ours when its call has returned
  ChannelError = -34,  // the peer set the channel's error bit: it did not understand the message
  NoConduit = -35,     // the doorbell itself was refused: nobody serves that function id
  ReplyShort = -36,    // shorter than its message needs
  ReplyLong = -37,     // longer than the memory it lies in
  WrongToken = -38,    // an answer, but not to this command
  WrongMessage = -39,  // an answer with another protocol, message or type in its header
  BadCount = -40,      // a count that the bytes received do not bear out
  EndlessPages = -41,  // a list that promises more and brings nothing, or changes its total on the way
  Malformed = -42,     // against the specification in another way

  UsedId = -43,           // a virtqueue brought back a buffer that was not out
  UsedLength = -44,       // the device says that it wrote more than there was room for
  UsedIndex = -45,        // a virtqueue's index jumped, or went back
  NeedsReset = -46,       // the device says that it cannot go on
  ResetStuck = -47,       // the device does not come out of reset
  FeaturesRefused = -48,  // the device does not take the features that it offered, or lacks one that is needed
  NoQueue = -49,          // a queue that is missing, or has a size that no queue has
  ConfigChanging = -50,   // the device's configuration never settles
  BadCapability = -51,    // PCI capabilities that loop, or point outside of what they are in
  ReadOnly = -52,         // the disk does not take writes
  IoError = -53,          // the device could not do it
  Broken = -54,           // the device was taken out of service before

  NoSpace = -64,      // a fixed table, pool or buffer of ours is full
  Interrupted = -65,  // Ctrl-C
  Usage = -66,        // a command was given words that it does not take
  BadNumber = -67,    // not a number, or one that does not fit
  BadTree = -68,      // the device tree is damaged or lies
  NoDevice = -69,     // the board has no such thing
  NotMapped = -70,    // an address that nothing answers at
  CheckFailed = -71,  // a self check ended with failures
  NoAddress = -72,    // the network interface has none
  NoLink = -73,       // no cable is plugged in
  Unreachable = -74,  // no way to that address, as we or a router know
  Refused = -75,      // the machine answers, and nobody listens at the port
  Misaligned = -76,   // not whole sectors of a disk
  Rejected = -77,     // a capsule that is not taken; what it is about says why

  WireCrc = -96,      // a checksum on the wires between a card and its host does not fit
  WireFraming = -97,  // what came over these wires has no end, or answers something else
  DmaFault = -98,     // a controller could not get at memory, or at the list of it
};

/// A Result<void> is nothing but its error, in one register: what most functions return, and most callers ask for. Of a
/// success that error is Error{}.
template <>
class [[nodiscard]] std::expected<void, Error> {
 public:
  // NOLINTBEGIN(readability-identifier-naming): names of the standard's
  using value_type = void;
  using error_type = Error;
  using unexpected_type = std::unexpected<Error>;
  // NOLINTEND(readability-identifier-naming)

  constexpr expected() = default;
  template <class E>
  constexpr expected(const std::unexpected<E>& failure) : error_(failure.error()) {}
  constexpr explicit operator bool() const { return error_ == Error{}; }
  constexpr bool has_value() const { return error_ == Error{}; }
  constexpr void operator*() const {}
  constexpr void value() const {}
  constexpr Error error() const { return error_; }

  friend constexpr bool operator==(const expected&, const expected&) = default;

 private:
  Error error_{};
};

template <class T>
using Result = std::expected<T, Error>;

constexpr std::unexpected<Error> failure(Error error) { return std::unexpected<Error>(error); }

/// What went wrong, in a few words that stand after "error: ".
std::string_view text(Error error);

// Value of `expr`, or an early return of its error.
#define TRY(expr)                                          \
  ({                                                       \
    auto try_result_ = (expr);                             \
    if (!try_result_) return failure(try_result_.error()); \
    *try_result_;                                          \
  })
// The same where there is no value to take.
#define CHECK(expr)                                                                         \
  do {                                                                                      \
    if (auto check_result_ = (expr); !check_result_) return failure(check_result_.error()); \
  } while (0)
