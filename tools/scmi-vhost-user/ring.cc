// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/ring.hh"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

#include "lib/barrier.hh"
#include "virtio/feature.hh"

namespace vhost {
namespace {

uint64_t total(std::span<const Chain::Segment> segments) {
  uint64_t bytes = 0;
  for (const Chain::Segment& segment : segments) bytes += segment.size;
  return bytes;
}

template <class T>
volatile T* aligned(std::byte* at, uintptr_t alignment) {
  return reinterpret_cast<uintptr_t>(at) % alignment ? nullptr : reinterpret_cast<volatile T*>(at);
}

}  // namespace

uint64_t Chain::readable_size() const { return total(readable); }
uint64_t Chain::room() const { return total(writable); }

Checked<void> Ring::set_size(uint32_t descriptors) {
  if (!std::has_single_bit(descriptors) || descriptors > kMostSize) return failure(Flaw::RingSize);
  size_ = descriptors;
  return at_descriptors_ ? locate() : Checked<void>{};
}

Checked<void> Ring::set_addresses(uint64_t descriptors, uint64_t available, uint64_t used) {
  at_descriptors_ = descriptors;
  at_available_ = available;
  at_used_ = used;
  return size_ ? locate() : Checked<void>{};
}

Checked<void> Ring::set_base(uint32_t index) {
  if (index > UINT16_MAX) return failure(Flaw::RingBase);
  next_ = uint16_t(index);
  return {};
}

Checked<void> Ring::locate() {
  descriptors_ = nullptr;
  if (!size_ || !at_descriptors_) return {};
  const auto descriptors = memory_.at_user(at_descriptors_, size_ * 16ull);
  const auto available = memory_.at_user(at_available_, 6 + size_ * 2ull);
  const auto used = memory_.at_user(at_used_, 6 + size_ * 8ull);
  if (!descriptors || !available || !used) return failure(Flaw::RingOutside);
  available_ = aligned<Available>(*available, 2);
  used_ = aligned<Used>(*used, 4);
  if (!available_ || !used_ || reinterpret_cast<uintptr_t>(*descriptors) % 16) return failure(Flaw::RingAlignment);
  descriptors_ = *descriptors;
  return {};
}

void Ring::start(uint64_t features) {
  features_ = features;
  flaw_.reset();
  given_ = told_ = used_->index;
  used_->flags = 0;
}

std::unexpected<Flaw> Ring::fail(Flaw flaw) {
  flaw_ = flaw;
  return failure(flaw);
}

Checked<std::optional<Chain>> Ring::take() {
  if (flaw_) return failure(*flaw_);
  const uint16_t waiting = uint16_t(load_acquire(&available_->index) - next_);
  if (waiting == 0) return std::nullopt;
  if (waiting > size_) return fail(Flaw::AvailableJump);
  const uint16_t head = available_->ring[next_ % size_];
  if (head >= size_) return fail(Flaw::HeadRange);
  auto chain = walk(head);
  if (!chain) return fail(chain.error());
  ++next_;
  return std::move(*chain);
}

// An indirect table may lie at any address.
Ring::Descriptor Ring::copy(const std::byte* from) {
  Descriptor descriptor;
  std::memcpy(&descriptor, from, sizeof descriptor);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the copy is judged, never read again from where it came
  return descriptor;
}

Checked<Chain> Ring::walk(uint16_t head) const {
  Chain chain{.head = head, .readable = {}, .writable = {}};
  const std::byte* table = descriptors_;
  uint32_t entries = size_, index = head;
  uint64_t bytes = 0;
  bool indirect = false;
  // A chain may not be longer than the queue, wherever its descriptors lie (2.7.5.3.1).
  for (uint32_t steps = 0; steps < size_;) {
    const Descriptor each = copy(table + index * sizeof(Descriptor));
    if (each.flags & Indirect) {
      if (!(features_ & virtio::feature::kIndirect)) return failure(Flaw::IndirectRefused);
      if (indirect) return failure(Flaw::IndirectNested);
      if (each.flags & Next) return failure(Flaw::IndirectWithNext);
      if (each.size == 0 || each.size % sizeof(Descriptor)) return failure(Flaw::IndirectLength);
      const auto at = memory_.at_guest(each.address, each.size);
      if (!at) return failure(Flaw::IndirectOutside);
      table = *at;
      entries = each.size / uint32_t(sizeof(Descriptor));
      index = 0;
      indirect = true;
      continue;
    }
    if (each.size == 0) return failure(Flaw::EmptyDescriptor);
    CHECK(memory_.at_guest(each.address, each.size));
    bytes += each.size;
    if (bytes > UINT32_MAX) return failure(Flaw::ChainLong);
    if (each.flags & Write)
      chain.writable.push_back({each.address, each.size});
    else if (chain.writable.empty())
      chain.readable.push_back({each.address, each.size});
    else
      return failure(Flaw::ChainOrder);
    if (!(each.flags & Next)) return chain;
    if (each.next >= entries) return failure(Flaw::NextRange);
    index = each.next;
    ++steps;
  }
  return failure(Flaw::ChainLoop);
}

bool Ring::rest() {
  if (features_ & virtio::feature::kEventIndex) {
    auto* const available_event = reinterpret_cast<volatile uint16_t*>(&used_->ring[size_]);
    *available_event = next_;
    device_barrier();  // the wish before the look
  }
  return !flaw_ && load_acquire(&available_->index) != next_;
}

void Ring::put(uint32_t id, uint32_t written, int advance) {
  volatile UsedElement& element = used_->ring[given_ % size_];
  element.id = id;
  element.size = written;
  given_ = uint16_t(given_ + advance);
  store_release(&used_->index, given_);
}

bool Ring::wants_interrupt() {
  device_barrier();  // what was given before the guest's wish
  const uint16_t before = told_;
  told_ = given_;
  if (!(features_ & virtio::feature::kEventIndex)) return given_ != before && !(available_->flags & 1);
  const uint16_t event = available_->ring[size_];
  return uint16_t(given_ - event - 1) < uint16_t(given_ - before);
}

size_t Ring::read(const Chain& chain, std::span<std::byte> to) const {
  size_t done = 0;
  for (const Chain::Segment& segment : chain.readable) {
    const size_t part = std::min<size_t>(segment.size, to.size() - done);
    const auto from = memory_.at_guest(segment.address, part);
    if (part == 0 || !from) break;
    std::memcpy(to.data() + done, *from, part);
    done += part;
  }
  return done;
}

size_t Ring::write(const Chain& chain, std::span<const std::byte> from) const {
  size_t done = 0;
  for (const Chain::Segment& segment : chain.writable) {
    const size_t part = std::min<size_t>(segment.size, from.size() - done);
    const auto to = memory_.at_guest(segment.address, part);
    if (part == 0 || !to) break;
    std::memcpy(*to, from.data() + done, part);
    done += part;
  }
  return done;
}

}  // namespace vhost
