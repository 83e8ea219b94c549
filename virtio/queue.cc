// SPDX-License-Identifier: BSD-2-Clause
// virtio/queue.cc - what both formats of a ring have in common.
#include "virtio/queue.hh"

#include <algorithm>
#include <bit>

#include "lib/assert.hh"
#include "virtio/feature.hh"

namespace virtio {

Result<QueueArea> Queue::start(Arena& arena, uint16_t limit, uint16_t segments, uint64_t features) {
  packed_ = features & feature::kPacked;
  event_index_ = features & feature::kEventIndex;
  if (limit == 0 || limit > kMostSize || (!packed_ && (limit & (limit - 1)) != 0)) return failure(Error::NoQueue);
  shift_ = uint8_t(std::bit_width(unsigned(segments - 1)));

  // In the ring where all fits, else in tables, else fewer.
  const uint32_t most = uint32_t(requests_.size());
  const bool direct = most << shift_ <= limit;
  const bool tables = !direct && features & feature::kIndirect && segments > 1;
  tags_ = uint16_t(direct ? most : std::min<uint32_t>(most, tables ? limit : limit >> shift_));
  if (tags_ == 0) return failure(Error::NoQueue);
  size_ = uint16_t(tables ? tags_ : tags_ << shift_);
  if (!packed_) size_ = std::bit_ceil(size_);

  const size_t ring = size_ * sizeof(Descriptor), table = tables ? (size_t{tags_} << shift_) * sizeof(Descriptor) : 0;
  const size_t device = packed_ ? 4 : (6 + 8 * size_ + 3) & ~3u, driver = packed_ ? 4 : 6 + 2 * size_;
  const size_t needed = ring + table + device + driver;
  if (memory_.empty())
    memory_ = TRY(arena.take<std::byte>(needed, sizeof(Descriptor)));
  else if (needed > memory_.size())  // it offered less the first time
    return failure(Error::NoSpace);
  std::ranges::fill(memory_, std::byte{});
  std::byte* const base = memory_.data();
  ring_ = reinterpret_cast<Descriptor*>(base);
  tables_ = tables ? reinterpret_cast<Descriptor*>(base + ring) : nullptr;
  device_ = reinterpret_cast<uint16_t*>(base + ring + table);
  driver_ = reinterpret_cast<uint16_t*>(base + ring + table + device);

  std::ranges::fill(requests_, Request{});
  outstanding_ = next_ = kicked_ = seen_ = posted_ = 0;
  wrap_ = seen_wrap_ = true;
  error_ = {};
  // Nobody waits for an interrupt: none is wanted (2.7.7, 2.8.10). With an event index the flag means nothing, and what
  // comes closest is to ask for one when the index wraps.
  if (packed_) {
    driver_[1] = 1;
  } else {
    driver_[0] = 1;
    driver_[2 + size_] = 0xffff;
  }
  return QueueArea{size_, Dma::address(ring_), Dma::address(driver_), Dma::address(device_)};
}

void Queue::post(uint16_t tag, std::span<const Segment> segments, size_t readable) {
  Request& request = requests_[tag];
  ASSERT(tag < tags_ && !request.out && segments.size() - 1 < 1u << shift_);
  request.out = true;
  ++outstanding_;
  request.writable = packed_ ? post_packed(tag, segments, readable) : post_split(tag, segments, readable);
}

void Queue::kick() {
  device_barrier();  // what was posted is seen before we look whether anybody wants to be told (2.7.13.4.1)
  if (packed_ ? packed_wants_kick() : split_wants_kick()) {
    if (doorbell_.wide)
      mmio_write<uint32_t>(doorbell_.address, doorbell_.index);
    else
      mmio_write<uint16_t>(doorbell_.address, doorbell_.index);
  }
}

Used Queue::pop() { return packed_ ? pop_packed() : pop_split(); }

// The device names a tag and a length: both are held to what we gave it.
Used Queue::take(uint32_t tag, uint32_t length) {
  if (tag >= tags_ || !requests_[tag].out) return broken(Error::UsedId);
  Request& request = requests_[tag];
  if (length > request.writable) return broken(Error::UsedLength);
  request.out = false;
  --outstanding_;
  return {tag, length};
}

[[gnu::cold]] Used Queue::broken(Error error) {
  error_ = error;
  return {};
}

}  // namespace virtio
