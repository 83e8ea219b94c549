// SPDX-License-Identifier: BSD-2-Clause
// virtio/queue.cc - what both formats of a ring have in common.
#include "virtio/queue.hh"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lib/assert.hh"
#include "virtio/feature.hh"

namespace virtio {

[[gnu::cold]] Result<QueueArea> Queue::start(Arena& arena, uint16_t limit, uint16_t segments, uint64_t features) {
  broken(Error::NoQueue);  // until all is well
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
  // No chain is longer than the queue, in a table neither (2.7.5.3.1, 2.8.17).
  if (tables && segments > limit) return failure(Error::NoQueue);
  size_ = uint16_t(tables ? std::max(tags_, segments) : tags_ << shift_);
  if (!packed_) size_ = std::bit_ceil(size_);

  const size_t ring = size_ * sizeof(Descriptor), table = tables ? (size_t{tags_} << shift_) * sizeof(Descriptor) : 0;
  const size_t device = packed_ ? 4 : (6 + 8 * size_ + 3) & ~3u, driver = packed_ ? 4 : 6 + 2 * size_;
  const size_t needed = ring + table + device + driver;
  if (memory_.empty())
    memory_ = TRY(arena.take<std::byte>(needed, sizeof(Descriptor)));
  else if (needed > memory_.size())  // it offered less the first time
    return failure(Error::NoSpace);
  std::memset(memory_.data(), 0, memory_.size());
  std::byte* const base = memory_.data();
  ring_ = reinterpret_cast<Descriptor*>(base);
  chains_ = tables ? reinterpret_cast<Descriptor*>(base + ring) : ring_;
  indirect_ = tables;
  head_shift_ = tables ? 0 : shift_;
  auto* const device_area = reinterpret_cast<uint16_t*>(base + ring + table);
  device_ = packed_ ? kNothing : device_area;
  device_event_ = packed_ ? device_area : &device_area[2 + 4 * size_];
  driver_ = reinterpret_cast<uint16_t*>(base + ring + table + device);

  std::memset(requests_.data(), 0, requests_.size_bytes());
  prepared_ = {};
  mask_ = uint16_t(size_ - 1);
  outstanding_ = next_ = kicked_ = seen_ = place_ = posted_ = 0;
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
  device_barrier();  // it is cleared before the device hears of it
  return QueueArea{size_, Dma::address(ring_), Dma::address(driver_), Dma::address(device_area)};
}

Used Queue::pop() {
  if (const Used used = pop_ready()) return used;
  return packed_ ? pop_packed() : pop_split();
}

// The device names a tag and a length: both are held to what we gave it.
Used Queue::take(uint32_t tag, uint32_t length) {
  if (tag >= tags_ || !requests_[tag].out) return broken(Error::UsedId);
  Request& request = requests_[tag];
  if (length > request.writable) return broken(Error::UsedLength);
  request.out = false;
  --outstanding_;
  return {tag, length};
}

// Nothing that it writes is looked at any more, and nothing is waited for.
[[gnu::cold]] Used Queue::broken(Error error) {
  error_ = error;
  device_ = kNothing;
  seen_ = outstanding_ = 0;
  return {};
}

}  // namespace virtio
