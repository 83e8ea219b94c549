// SPDX-License-Identifier: BSD-2-Clause
// virtio/split.cc - the split format of a queue (2.7).
#include "virtio/queue.hh"

namespace virtio {
namespace {

constexpr uint16_t kNext = 1, kWrite = 2, kIndirect = 4;
constexpr uint16_t kNoNotify = 1;
constexpr size_t kIndex = 1, kRing = 2;  // of the driver and the device area, in 16-bit words

}  // namespace

// Returns how many bytes the device may write.
uint32_t Queue::post_split(uint16_t tag, std::span<const Segment> segments, size_t readable) {
  Descriptor* at = tables_ ? tables_ + (tag << shift_) : ring_ + (tag << shift_);
  uint32_t number = tables_ ? 0 : uint32_t(tag) << shift_;
  const uint32_t head = tables_ ? tag : number;
  uint32_t writable = 0;
  const Segment* segment = segments.data();
  for (size_t left = segments.size(); left != 0; --left, ++segment, ++at) {
    uint16_t flags = left == 1 ? 0 : kNext;
    const uint32_t length = segment->length;
    if (readable != 0) {
      --readable;
    } else {
      flags |= kWrite;
      writable += length;
    }
    at->address = segment->address;
    at->length = length;
    at->flags_or_id = flags;
    at->next_or_flags = uint16_t(++number);
  }
  if (tables_) [[unlikely]] {
    Descriptor& to_table = ring_[tag];
    to_table.address = Dma::address(tables_ + (tag << shift_));
    to_table.length = uint32_t(segments.size() * sizeof(Descriptor));
    to_table.flags_or_id = kIndirect;
  }
  driver_[kRing + (next_ & (size_ - 1))] = uint16_t(head);
  store_release(&driver_[kIndex], ++next_);
  return writable;
}

bool Queue::split_wants_kick() {
  const uint16_t before = kicked_;
  kicked_ = next_;
  if (!event_index_) return !(device_[0] & kNoNotify);
  const uint16_t event = device_[kRing + 4 * size_];
  return uint16_t(next_ - event - 1) < uint16_t(next_ - before);  // 2.7.10.1
}

Used Queue::pop_split() {
  const uint16_t index = load_acquire(&device_[kIndex]);
  if (index == seen_ || error_ != Error{}) return {};
  if (uint16_t(index - seen_) > outstanding_) [[unlikely]]
    return broken(Error::UsedIndex);
  const auto* const element = reinterpret_cast<const volatile uint32_t*>(&device_[kRing]) + 2 * (seen_ & (size_ - 1));
  const uint32_t id = element[0], length = element[1];
  ++seen_;
  if (tables_) return take(id, length);
  if (id & ((1u << shift_) - 1)) [[unlikely]]
    return broken(Error::UsedId);
  return take(id >> shift_, length);
}

}  // namespace virtio
