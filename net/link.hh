// SPDX-License-Identifier: BSD-2-Clause
// net/link.hh - what the stack needs of a network card: Ethernet frames without their checksum, polled.
#pragma once
#include <cstddef>
#include <span>

#include "net/address.hh"

namespace net {

inline constexpr size_t kLeastFrame = 14, kMostFrame = 1514;  // a header alone; with 1500 bytes behind it

class Link {
 public:
  /// Starts the card, or starts it anew after something went wrong. Errors are those of its driver.
  virtual Result<void> start() = 0;
  virtual bool running() const = 0;
  /// Known once it was started.
  virtual Mac mac() const = 0;
  /// Whether a cable is plugged in, as far as the card can tell.
  virtual bool up() = 0;
  /// Sends kLeastFrame to kMostFrame bytes; they are copied. Errors: Timeout: those before do not leave; what the
  /// driver found wrong with the card.
  virtual Result<void> send(std::span<const std::byte> frame) = 0;
  /// Copies the next frame that arrived to `into`, which holds kMostFrame; its size, or 0: there is none. The copy is
  /// what makes it safe to read twice. Errors: what the driver found wrong with the card.
  virtual Result<size_t> receive(std::span<std::byte> into) = 0;
  /// Frames that were no frames.
  virtual uint32_t dropped() const = 0;

 protected:
  ~Link() = default;
};

}  // namespace net
