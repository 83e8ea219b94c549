// SPDX-License-Identifier: BSD-2-Clause
// virtio/split.cc - the split format of a queue (2.7).
#include "lib/assert.hh"
#include "virtio/queue.hh"

namespace virtio {
namespace {

constexpr uint16_t kNext = 1, kWrite = 2, kIndirect = 4;

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

[[gnu::cold]] void Queue::prepare(std::span<Segment> segments, uint16_t each) {
  prepared_ = segments;
  each_ = each;
  for (uint16_t tag = 0; tag < tags_ && !packed_; ++tag)
    requests_[tag].writable = describe_split(tag, segments.subspan(size_t{tag} * each, each), 1);
}

// Where a descriptor does not outlive its request.
[[gnu::noinline]] void Queue::send_again(uint16_t tag, uint32_t length) {
  ASSERT(tag < tags_ && !requests_[tag].out);
  const auto segments = prepared_.subspan(size_t{tag} * each_, each_);
  segments[0].length = length;
  post(tag, segments, 1);
  kick();
}

// What pop_ready() did not take is judged from its index on.
[[gnu::cold]] Used Queue::pop_split() {
  const uint16_t index = load_acquire(&device_[kIndex]);
  if (index == seen_) return {};
  if (uint16_t(index - seen_) > outstanding_) return broken(Error::UsedIndex);
  const auto* const element = reinterpret_cast<const volatile uint32_t*>(device_ + kRing) + 2 * (seen_ & mask_);
  const uint32_t id = element[0], length = element[1];
  ++seen_;
  const uint32_t tag = id >> head_shift_;
  return tag << head_shift_ == id ? take(tag, length) : broken(Error::UsedId);
}

}  // namespace virtio
