// SPDX-License-Identifier: BSD-2-Clause
// virtio/packed.cc - the packed format of a queue (2.8). A tag is its descriptors' buffer id.
#include "virtio/queue.hh"

namespace virtio {
namespace {

constexpr uint16_t kNext = 1, kWrite = 2, kIndirect = 4, kAvailable = 1 << 7, kUsed = 1 << 15;
constexpr uint16_t kDisable = 1, kSpecific = 2;  // of an event structure

}  // namespace

// The first descriptor's flags come last: with them all of the request is the device's.
uint32_t Queue::post_packed(uint16_t tag, std::span<const Segment> segments, size_t readable) {
  uint32_t writable = 0;
  Descriptor* const first = &ring_[next_];
  uint16_t first_flags = 0;
  Descriptor* const table = tables_ ? tables_ + (tag << shift_) : nullptr;
  for (size_t i = 0; i < segments.size(); ++i) {
    uint16_t flags = 0;
    if (i >= readable) {
      flags = kWrite;
      writable += segments[i].length;
    }
    if (!table && i + 1 != segments.size()) flags |= kNext;
    put_packed(table ? table + i : nullptr, segments[i], tag, flags, first, first_flags);
  }
  if (table) {
    const auto bytes = uint32_t(segments.size() * sizeof(Descriptor));
    put_packed(nullptr, {Dma::address(table), bytes}, tag, kIndirect, first, first_flags);
  }
  requests_[tag].taken = table ? 1 : uint16_t(segments.size());
  store_release(&first->next_or_flags, first_flags);
  return writable;
}

// Into `table`, or as the next of the ring.
void Queue::put_packed(Descriptor* table, const Segment& segment, uint16_t tag, uint16_t flags, const Descriptor* first,
                       uint16_t& first_flags) {
  Descriptor* const at = table ? table : &ring_[next_];
  at->address = segment.address;
  at->length = segment.length;
  at->flags_or_id = tag;
  if (table) {
    at->next_or_flags = flags;
    return;
  }
  flags |= wrap_ ? kAvailable : kUsed;
  if (at == first)
    first_flags = flags;
  else
    at->next_or_flags = flags;
  ++posted_;
  if (++next_ == size_) {
    next_ = 0;
    wrap_ = !wrap_;
  }
}

bool Queue::packed_wants_kick() {
  const uint16_t posted = posted_;
  posted_ = 0;
  const uint32_t word = *reinterpret_cast<const volatile uint32_t*>(device_);
  const auto flags = uint16_t(word >> 16 & 3);
  if (flags != kSpecific || !event_index_) return flags != kDisable;
  auto event = uint16_t(word & 0x7fff);
  if (bool(word & 0x8000) != wrap_) event = uint16_t(event - size_);
  return uint16_t(next_ - event - 1) < posted;  // 2.8.10.1
}

Used Queue::pop_packed() {
  const Descriptor& at = ring_[seen_];
  const uint16_t flags = load_acquire(&at.next_or_flags);
  if (bool(flags & kUsed) != seen_wrap_ || bool(flags & kAvailable) != seen_wrap_ || error_ != Error{}) return {};
  const uint16_t tag = at.flags_or_id;
  const Used used = take(tag, at.length);
  if (!used) return used;
  seen_ = uint16_t(seen_ + requests_[tag].taken);
  if (seen_ >= size_) {
    seen_ = uint16_t(seen_ - size_);
    seen_wrap_ = !seen_wrap_;
  }
  return used;
}

}  // namespace virtio
