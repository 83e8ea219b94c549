// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/flaw.hh - what a guest or a front end did wrong, and how this program reports failures.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "lib/result.hh"

namespace vhost {

enum class Flaw : uint8_t {
  // The connection, or the messages on it.
  Closed,
  MessageHeader,
  MessageLong,
  MessageShort,
  UnexpectedFds,
  LostFds,
  UnknownRequest,
  UnknownFeature,
  QueueIndex,
  // The table of guest memory.
  TooManyRegions,
  MissingFd,
  RegionRange,
  RegionOverlaps,
  RegionBeyondFile,
  MapFailed,
  // A ring.
  RingSize,
  RingOutside,
  RingAlignment,
  RingBase,
  AvailableJump,
  HeadRange,
  NextRange,
  ChainLoop,
  ChainLong,
  ChainOrder,
  EmptyDescriptor,
  DescriptorOutside,
  IndirectRefused,
  IndirectWithNext,
  IndirectNested,
  IndirectLength,
  IndirectOutside,
  // A message in a ring.
  EventBufferSmall,
};

/// In words that stand behind "queue 0: " or "front end: ".
std::string_view text(Flaw flaw);

/// A value, or what was wrong with what came from outside.
template <class T>
using Checked = std::expected<T, Flaw>;
/// A value, or a sentence for the person who started the program.
template <class T>
using Outcome = std::expected<T, std::string>;

// What TRY() and CHECK() leave with.
using ::failure;
constexpr std::unexpected<Flaw> failure(Flaw flaw) { return std::unexpected<Flaw>(flaw); }
inline std::unexpected<std::string> failure(std::string reason) {
  return std::unexpected<std::string>(std::move(reason));
}

}  // namespace vhost

// TRY() for a value that cannot be copied.
#define TRY_MOVE(expr)                                                \
  ({                                                                  \
    auto try_result_ = (expr);                                        \
    if (!try_result_) return failure(std::move(try_result_.error())); \
    std::move(*try_result_);                                          \
  })
