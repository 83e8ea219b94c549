// SPDX-License-Identifier: BSD-2-Clause
// net/virtio_link.hh - a virtio network card under the stack.
#pragma once
#include "net/link.hh"
#include "virtio/net.hh"

namespace net {

class VirtioLink final : public Link {
 public:
  explicit constexpr VirtioLink(virtio::Net& card) : card_(card) {}

  Result<void> start() override { return card_.start(); }
  /// A card that broke is started anew by who uses it next.
  bool running() const override { return bool(card_.check()); }
  Mac mac() const override { return {card_.mac()}; }
  bool up() override { return card_.link(); }
  Result<void> send(std::span<const std::byte> frame) override { return card_.send(frame); }
  Result<size_t> receive(std::span<std::byte> into) override { return card_.receive(into); }
  uint32_t dropped() const override { return card_.dropped(); }

 private:
  virtio::Net& card_;
};
static_assert(virtio::Net::kMostFrame == kMostFrame && virtio::Net::kLeastFrame == kLeastFrame);

}  // namespace net
