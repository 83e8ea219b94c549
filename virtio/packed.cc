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
  uint16_t kind = 0;
  Segment table{};
  if (indirect_) [[unlikely]] {
    Descriptor* const entries = chains_ + (tag << shift_);
    for (size_t i = 0; i < segments.size(); ++i) {
      entries[i].address = segments[i].address;
      entries[i].length = segments[i].length;
      entries[i].next_or_flags = i < readable ? 0 : kWrite;
      if (i >= readable) writable += segments[i].length;
    }
    table = {Dma::address(entries), uint32_t(segments.size() * sizeof(Descriptor))};
    segments = {&table, 1};
    readable = 1;
    kind = kIndirect;
  }
  uint16_t turn = wrap_ ? kAvailable : kUsed;
  const Segment* segment = segments.data();
  Descriptor* const first = ring_ + next_;
  auto first_flags = uint16_t(turn | kind);
  if (readable == 0) {
    first_flags |= kWrite;
    writable += segment->length;
  }
  first->address = segment->address;
  first->length = segment->length;
  first->flags_or_id = tag;
  Descriptor* at = first;
  for (size_t i = 1;; ++i) {
    if (++at == ring_ + size_) {
      at = ring_;
      turn ^= kAvailable | kUsed;
    }
    if (i == segments.size()) break;
    ++segment;
    const uint32_t length = segment->length;
    uint16_t flags = turn;
    if (i >= readable) {
      flags |= kWrite;
      writable += length;
    }
    if (i + 1 != segments.size()) flags |= kNext;
    at->address = segment->address;
    at->length = length;
    at->flags_or_id = tag;
    at->next_or_flags = flags;
    first_flags |= kNext;
  }
  next_ = uint16_t(at - ring_);
  wrap_ = turn == kAvailable;
  posted_ = uint16_t(posted_ + segments.size());
  requests_[tag].taken = uint16_t(segments.size());
  store_release(&first->next_or_flags, first_flags);
  return writable;
}

void Queue::kick_packed() {
  device_barrier();  // as for the split format
  const uint16_t posted = posted_;
  posted_ = 0;
  const uint32_t word = *reinterpret_cast<const volatile uint32_t*>(device_event_);
  const auto flags = uint16_t(word >> 16 & 3);
  if (flags == kDisable) return;
  if (flags == kSpecific && event_index_) {
    auto event = uint16_t(word & 0x7fff);
    if (bool(word & 0x8000) != wrap_) event = uint16_t(event - size_);
    if (uint16_t(next_ - event - 1) >= posted) return;  // 2.8.10.1
  }
  ring();
}

Used Queue::pop_packed() {
  if (error_ != Error{}) [[unlikely]]
    return {};
  const Descriptor& at = ring_[place_];
  const uint16_t flags = load_acquire(&at.next_or_flags);
  if (bool(flags & kUsed) != seen_wrap_ || bool(flags & kAvailable) != seen_wrap_) return {};
  const uint16_t tag = at.flags_or_id;
  uint32_t length = at.length;
  // Reserved then (2.8.4). Not all devices set the flag where there is a length, so it is ignored where there is none.
  if (!(flags & kWrite) && tag < tags_ && requests_[tag].writable == 0) length = 0;
  const Used used = take(tag, length);
  if (!used) return used;
  place_ = uint16_t(place_ + requests_[tag].taken);
  if (place_ >= size_) {
    place_ = uint16_t(place_ - size_);
    seen_wrap_ = !seen_wrap_;
  }
  return used;
}

}  // namespace virtio
