// SPDX-License-Identifier: BSD-2-Clause
// virtio/split.cc - the split format of a queue (2.7): offering requests. Taking them back is in queue.hh, for it is
// on everybody's path.
#include "lib/assert.hh"
#include "virtio/queue.hh"

namespace virtio {
namespace {

constexpr uint16_t kNext = 1, kWrite = 2, kIndirect = 4;
constexpr uint16_t kNoNotify = 1;
constexpr size_t kIndex = 1, kRing = 2;  // of the driver area, in 16-bit words

}  // namespace

// Returns how many bytes the device may write.
uint32_t Queue::describe_split(uint16_t tag, std::span<const Segment> segments, size_t readable) {
  Descriptor* at = chains_ + (tag << shift_);
  if (indirect_) {
    ring_[tag].address = Dma::address(at);
    ring_[tag].length = uint32_t(segments.size() * sizeof(Descriptor));
    ring_[tag].flags_or_id = kIndirect;
  }
  uint32_t number = indirect_ ? 0 : uint32_t(tag) << shift_, writable = 0;
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
  return writable;
}

[[gnu::always_inline]] inline void Queue::publish_split(uint16_t tag) {
  const auto next = uint16_t(next_ + 1);
  driver_[kRing + (next_ & mask_)] = uint16_t(tag << head_shift_);
  next_ = next;
  store_release(&driver_[kIndex], next);
}

[[gnu::always_inline]] inline void Queue::kick_split() {
  device_barrier();  // what was posted is seen before we look whether anybody wants to be told (2.7.13.4.1)
  const uint16_t before = kicked_, next = next_;
  kicked_ = next;
  if (event_index_ ? uint16_t(next - *device_event_ - 1) < uint16_t(next - before)  // 2.7.10.1
                   : !(device_[0] & kNoNotify))
    ring();
}

void Queue::post(uint16_t tag, std::span<const Segment> segments, size_t readable) {
  ASSERT(tag < tags_ && !requests_[tag].out && segments.size() - 1 < 1u << shift_);
  Request& request = requests_[tag];
  request.out = true;
  ++outstanding_;
  if (packed_) {
    request.writable = post_packed(tag, segments, readable);
  } else {
    request.writable = describe_split(tag, segments, readable);
    publish_split(tag);
  }
}

void Queue::kick() {
  if (packed_)
    kick_packed();
  else
    kick_split();
}

void Queue::prepare(std::span<Segment> segments, uint16_t each) {
  prepared_ = segments;
  each_ = each;
  for (uint16_t tag = 0; tag < tags_ && !packed_; ++tag)
    requests_[tag].writable = describe_split(tag, segments.subspan(size_t{tag} * each, each), 1);
}

void Queue::send(uint16_t tag, uint32_t length) {
  Request& request = requests_[tag];
  if (packed_ || tag >= tags_ || request.out) [[unlikely]]
    return send_again(tag, length);
  request.out = true;
  ++outstanding_;
  chains_[tag << shift_].length = length;
  publish_split(tag);
  kick_split();
}

// Where a descriptor does not outlive its request.
[[gnu::noinline]] void Queue::send_again(uint16_t tag, uint32_t length) {
  ASSERT(tag < tags_ && !requests_[tag].out);
  const auto segments = prepared_.subspan(size_t{tag} * each_, each_);
  segments[0].length = length;
  post(tag, segments, 1);
  kick();
}

}  // namespace virtio
