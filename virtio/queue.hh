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

  /// For requests that are always alike: under tag t there are `each` of `segments` from t * each on, the first of
  /// which the device may read and the others write. They stay the caller's. To be said again after each start().
  void prepare(std::span<Segment> segments, uint16_t each);
  /// post() of what is prepared, but with a first segment of `length` bytes; and kick().
  void send(uint32_t tag, uint32_t length);

  /// The next request that came back. None when there is none, or when error() says that the device broke the rules:
  /// then the queue stands still until start().
  Used pop();
  /// Nothing comes back any more until start(): the device has been reset, or will be.
  void stop() { broken(error_ == Error{} ? Error::Broken : error_); }
  /// The same where a split ring has one in good order; else none, and pop() has to say why.
  Used pop_ready();
  /// UsedId, UsedIndex or UsedLength: what the device did. Broken after stop(), NoQueue where start() failed.
  Error error() const { return error_; }

  bool packed() const { return packed_; }
  bool indirect() const { return indirect_; }
  bool event_index() const { return event_index_; }
  uint16_t size() const { return size_; }

 private:
  struct Descriptor {  // 2.7.5, 2.8.13
    volatile uint64_t address;
    volatile uint32_t length;
    volatile uint16_t flags_or_id;    // split: flags; packed: id
    volatile uint16_t next_or_flags;  // split: next; packed: flags
  };

  uint32_t describe_split(uint16_t tag, std::span<const Segment> segments, size_t readable);
  void publish_split(uint32_t tag);
  void kick_split();
  void send_again(uint16_t tag, uint32_t length);
  Used pop_split();
  uint32_t post_packed(uint16_t tag, std::span<const Segment> segments, size_t readable);
  void kick_packed();
  Used pop_packed();
  Used take(uint32_t tag, uint32_t length);
  Used broken(Error error);
  void ring() const;

  static constexpr uint16_t kMostSize = 32768;
  // Of both areas of a split ring, in 16-bit words.
  static constexpr size_t kIndex = 1, kRing = 2;
  static constexpr uint16_t kNoNotify = 1;  // of the device area's flags
  /// A device area where nothing ever happens: before the queue is started, and after a fault; for pop_ready() also
  /// where the ring is packed.
  alignas(uint32_t) static constexpr uint16_t kNothing[2]{};

  std::span<Request> requests_;
  Descriptor* chains_ = nullptr;                // of tag t from t << shift_ on: in the ring, or in a table of its own
  volatile uint16_t* driver_ = nullptr;         // split: flags, idx, ring, used_event; packed: the event structure
  const volatile uint16_t* device_ = kNothing;  // split: flags, idx, ring, avail_event
  const volatile uint16_t* device_event_ = nullptr;  // split: avail_event; packed: the event structure
  Doorbell doorbell_;
  uint16_t mask_ = 0;  // split: size - 1
  uint16_t tags_ = 0, outstanding_ = 0;
  uint16_t next_ = 0;    // split: idx of the driver area; packed: the place of the next descriptor
  uint16_t seen_ = 0;    // split: idx of the device area as far as it was read
  uint16_t place_ = 0;   // packed: where the next used descriptor will be
  uint16_t kicked_ = 0;  // split: next_ when kick() last looked
  uint16_t posted_ = 0;  // packed: descriptors since kick() last looked
  uint16_t size_ = 0;
  uint8_t shift_ = 0, head_shift_ = 0;  // of a tag to its first descriptor: in chains_, in the ring
  bool packed_ = false, event_index_ = false, indirect_ = false;
  bool wrap_ = true, seen_wrap_ = true;  // packed: the counters of next_ and seen_
  Error error_{};
  Descriptor* ring_ = nullptr;
  std::span<Segment> prepared_;
  uint16_t each_ = 0;  // of prepared_ for a tag
  std::span<std::byte> memory_;
};

inline void Queue::ring() const {
  if (doorbell_.wide)
    mmio_write<uint32_t>(doorbell_.address, doorbell_.index);
  else
    mmio_write<uint16_t>(doorbell_.address, doorbell_.index);
}

[[gnu::always_inline]] inline void Queue::publish_split(uint32_t tag) {
  const uint32_t next = next_;
  driver_[kRing + (next & mask_)] = uint16_t(tag << head_shift_);
  next_ = uint16_t(next + 1);
  store_release(&driver_[kIndex], uint16_t(next + 1));
}

[[gnu::always_inline]] inline void Queue::kick_split() {
  device_barrier();  // what was posted is seen before we look whether anybody wants to be told (2.7.13.4.1)
  const uint32_t before = kicked_, next = next_;
  kicked_ = uint16_t(next);
  if (event_index_ ? uint16_t(next - *device_event_ - 1) < uint16_t(next - before)  // 2.7.10.1
                   : !(device_[0] & kNoNotify))
    ring();
}

[[gnu::always_inline]] inline void Queue::send(uint32_t tag, uint32_t length) {
  if (packed_ || tag >= tags_ || requests_[tag].out) [[unlikely]]
    return send_again(uint16_t(tag), length);
  requests_[tag].out = true;
  ++outstanding_;
  chains_[tag << shift_].length = length;
  publish_split(tag);
  kick_split();
}

[[gnu::always_inline]] inline Used Queue::pop_ready() {
  const uint16_t index = load_acquire(&device_[kIndex]);
  const uint32_t seen = seen_;
  if (index == seen || uint16_t(index - seen) > outstanding_) return {};
  const auto* const element = reinterpret_cast<const volatile uint32_t*>(device_ + kRing) + 2 * size_t(seen & mask_);
  const uint32_t id = element[0], length = element[1], tag = id >> head_shift_;
  if (tag << head_shift_ != id || tag >= tags_) return {};
  Request& request = requests_[tag];
  if (!request.out || length > request.writable) return {};
  seen_ = uint16_t(seen + 1);
  request.out = false;
  --outstanding_;
  return {tag, length};
}

}  // namespace virtio
