// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/ring.hh - the device's side of a split virtqueue (virtio 1.2, 2.7). The guest can write there
// at any time and may mean harm: each word is read once and judged as read, every address is looked up in the table of
// memory, every walk ends. After a flaw the ring is broken until it is started anew.
#pragma once
#include <optional>

#include "tools/scmi-vhost-user/memory.hh"

namespace vhost {

/// What the guest hands over with one entry of the available ring. Addresses are kept, not pointers: the table of
/// memory may change while the chain is out.
struct Chain {
  struct Segment {
    uint64_t address;  // of the guest's
    uint32_t size;     // bytes
  };
  uint16_t head = 0;
  std::vector<Segment> readable, writable;

  uint64_t readable_size() const;
  uint64_t room() const;  // bytes of `writable`
};

class Ring {
 public:
  static constexpr uint32_t kMostSize = 32768;

  /// `memory` outlives the ring.
  explicit Ring(const Memory& memory) : memory_(memory) {}

  // Set up by the front end, in any order.

  Checked<void> set_size(uint32_t descriptors);
  /// Addresses of the front end's.
  Checked<void> set_addresses(uint64_t descriptors, uint64_t available, uint64_t used);
  /// The available index that is looked at next.
  Checked<void> set_base(uint32_t index);
  uint16_t base() const { return next_; }
  /// Finds the ring in memory again, after the table has changed. Flaws: RingOutside, RingAlignment.
  Checked<void> locate();
  /// Whether all of it is known.
  bool complete() const { return descriptors_ != nullptr; }
  /// From now on chains are taken; `features` as negotiated. Goes on where the used ring says that it stands.
  void start(uint64_t features);

  // While it runs.

  /// The next chain; none: there is nothing new. A flaw: nothing more is taken until the ring is started anew.
  Checked<std::optional<Chain>> take();
  /// Nothing more is to be taken, for this reason.
  std::unexpected<Flaw> fail(Flaw flaw);
  bool broken() const { return flaw_.has_value(); }
  /// Asks to be notified of the next chain. True: one has come meanwhile, so look again.
  bool rest();
  /// Brings back a chain into whose writable part `written` bytes went.
  void give(uint16_t head, uint32_t written) { put(head, written, 1); }
  /// The same with whatever is said, for faults; the used index goes on by `advance`.
  void put(uint32_t id, uint32_t written, int advance);
  /// Whether the guest wants to be interrupted for what was given since the last call.
  bool wants_interrupt();

  /// Copies from the chain's readable part; returns how many bytes there were, at most to.size().
  size_t read(const Chain& chain, std::span<std::byte> to) const;
  /// Copies into the chain's writable part what has room there; returns how much.
  size_t write(const Chain& chain, std::span<const std::byte> from) const;

 private:
  // As they lie in memory (2.7.5, 2.7.6, 2.7.8).
  struct Descriptor {
    uint64_t address;
    uint32_t size;
    uint16_t flags, next;
  };
  struct UsedElement {
    uint32_t id, size;
  };
  struct Available {
    uint16_t flags, index, ring[];  // and used_event
  };
  struct Used {
    uint16_t flags, index;
    UsedElement ring[];  // and avail_event
  };
  enum Flag : uint16_t { Next = 1, Write = 2, Indirect = 4 };

  static Descriptor copy(const std::byte* from);
  Checked<Chain> walk(uint16_t head) const;

  const Memory& memory_;
  uint32_t size_ = 0;
  uint64_t at_descriptors_ = 0, at_available_ = 0, at_used_ = 0;
  const std::byte* descriptors_ = nullptr;
  volatile Available* available_ = nullptr;
  volatile Used* used_ = nullptr;

  uint64_t features_ = 0;
  uint16_t next_ = 0;   // available index
  uint16_t given_ = 0;  // used index
  uint16_t told_ = 0;   // used index when the guest was last asked whether it wants an interrupt
  std::optional<Flaw> flaw_;
};

}  // namespace vhost
