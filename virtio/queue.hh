// SPDX-License-Identifier: BSD-2-Clause
// virtio/queue.hh - a virtqueue, split (2.7) or packed (2.8), polled. The caller names its requests by tags, and what
// the device may do with each is kept here, not in the ring: what a device writes is compared with it, never trusted.
//
// Each tag owns `segments` descriptors (in the ring, or in an indirect table of its own), so there is no list of free
// ones: a tag that is not out can always be posted.
#pragma once
#include <span>

#include "lib/barrier.hh"
#include "lib/dma.hh"
#include "lib/reg.hh"
#include "virtio/transport.hh"

namespace virtio {

/// Memory of a request, as devices address it.
struct Segment {
  uint64_t address;
  uint32_t length;
};

/// A request that came back, or none.
struct Used {
  static constexpr uint32_t kNone = ~0u;

  uint32_t tag = kNone;
  uint32_t length = 0;  // bytes that the device wrote, which are no more than were writable
  explicit operator bool() const { return tag != kNone; }
};

class Queue {
 public:
  /// What is out under a tag.
  struct Request {
    uint32_t writable;  // bytes
    uint16_t taken;     // descriptors of a packed ring
    bool out;
  };
  /// `requests` has an entry for each tag, so it bounds them.
  explicit constexpr Queue(std::span<Request> requests) : requests_(requests) {}
  Queue(const Queue&) = delete;

  /// Memory and a format for the device's queue of at most `limit` descriptors: `segments` of them for each tag, as
  /// many tags as fit. `features` are those negotiated. Memory is taken from the arena the first time; starting again
  /// uses it again. Errors: NoQueue (limit 0, not a power of two where that is wanted, or too small), NoSpace.
  Result<QueueArea> start(Arena& arena, uint16_t limit, uint16_t segments, uint64_t features);
  /// Where kick() rings.
  void set_doorbell(Doorbell doorbell) { doorbell_ = doorbell; }

  /// Tags are 0 to tags() - 1.
  uint16_t tags() const { return tags_; }
  bool is_out(uint16_t tag) const { return requests_[tag].out; }
  uint16_t outstanding() const { return outstanding_; }

  /// Offers the memory of `segments`, of which the device may read the first `readable` and write the others, 4 GiB in
  /// all at most. It is the device's until pop() returns the tag. The tag must not be out.
  void post(uint16_t tag, std::span<const Segment> segments, size_t readable);
  /// Tells the device, if it wants to be told, what was posted since the last time.
  void kick();
  /// The next request that came back. None when there is none, or when error() says that the device broke the rules:
  /// then the queue stands still until start().
  Used pop();
  /// UsedId, UsedIndex or UsedLength: what the device did.
  Error error() const { return error_; }

  bool packed() const { return packed_; }
  bool indirect() const { return tables_ != nullptr; }
  bool event_index() const { return event_index_; }
  uint16_t size() const { return size_; }

 private:
  struct Descriptor {  // 2.7.5, 2.8.13
    volatile uint64_t address;
    volatile uint32_t length;
    volatile uint16_t flags_or_id;    // split: flags; packed: id
    volatile uint16_t next_or_flags;  // split: next; packed: flags
  };

  uint32_t post_split(uint16_t tag, std::span<const Segment> segments, size_t readable);
  uint32_t post_packed(uint16_t tag, std::span<const Segment> segments, size_t readable);
  void put_packed(Descriptor* table, const Segment& segment, uint16_t tag, uint16_t flags, const Descriptor* first,
                  uint16_t& first_flags);
  bool split_wants_kick();
  bool packed_wants_kick();
  Used pop_split();
  Used pop_packed();
  Used take(uint32_t tag, uint32_t length);
  Used broken(Error error);

  static constexpr uint16_t kMostSize = 32768;

  std::span<Request> requests_;
  Doorbell doorbell_;
  Descriptor* ring_ = nullptr;
  Descriptor* tables_ = nullptr;         // indirect: one of 1 << shift_ entries for each tag
  volatile uint16_t* driver_ = nullptr;  // split: flags, idx, ring, used_event; packed: the event structure
  volatile uint16_t* device_ = nullptr;  // split: flags, idx, ring, avail_event; packed: the event structure
  uint16_t size_ = 0, tags_ = 0, outstanding_ = 0;
  uint16_t next_ = 0;    // split: idx of the driver area; packed: the place of the next descriptor
  uint16_t seen_ = 0;    // split: idx of the device area as far as it was read; packed: the place to look at
  uint16_t kicked_ = 0;  // split: next_ when kick() last looked
  uint16_t posted_ = 0;  // packed: descriptors since kick() last looked
  uint8_t shift_ = 0;
  bool packed_ = false, event_index_ = false;
  bool wrap_ = true, seen_wrap_ = true;  // packed: the counters of next_ and seen_
  Error error_{};
  std::span<std::byte> memory_;
};

}  // namespace virtio
