// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/virtio_board.hh - what a board hands to its virtio devices: memory of exactly that size, which
// AddressSanitizer guards, and a clock.
#pragma once
#include <memory>

#include "lib/arena.hh"
#include "lib/dma.hh"
#include "tests/fake/timeline.hh"
#include "virtio/device.hh"

namespace fake {

template <size_t Bytes>
struct VirtioBoard {
  static constexpr size_t kMemory = Bytes;
  std::unique_ptr<std::byte[]> memory{new std::byte[kMemory]};
  Arena arena{{memory.get(), kMemory}};
  const Dma dma{arena};
  Timeline timeline;
  const virtio::Host host{dma, timeline.time};
};

}  // namespace fake
