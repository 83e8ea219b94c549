// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/virtio_ring.hh"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

namespace fake {
namespace {

constexpr uint16_t kNext = 1, kWrite = 2, kIndirect = 4;                                          // 2.7.5, 2.8.13
constexpr uint16_t kAvailable = 1 << 7, kUsed = 1 << 15;                                          // 2.8.13
constexpr uint16_t kEnable = 0, kDisable = 1, kDesc = 2;                                          // 2.8.14
constexpr uint64_t kIndirectDesc = 1ull << 28, kEventIdx = 1ull << 29, kRingPacked = 1ull << 34;  // 6
constexpr size_t kEntry = 16;

uint16_t load16(const std::byte* at) {
  return __atomic_load_n(reinterpret_cast<const uint16_t*>(at), __ATOMIC_ACQUIRE);
}

}  // namespace

bool VirtioMemory::holds(uint64_t address, uint64_t bytes) const {
  auto range = ranges_.upper_bound(address);
  if (range == ranges_.begin()) return false;
  --range;
  const uint64_t offset = address - range->first;
  return offset <= range->second && bytes <= range->second - offset;
}

size_t VirtioRing::Chain::readable() const {
  size_t bytes = 0;
  for (const Piece& piece : pieces) bytes += piece.writable ? 0 : piece.length;
  return bytes;
}

size_t VirtioRing::Chain::writable() const {
  size_t bytes = 0;
  for (const Piece& piece : pieces) bytes += piece.writable ? piece.length : 0;
  return bytes;
}

std::vector<std::byte> VirtioRing::Chain::read() const {
  std::vector<std::byte> all;
  for (const Piece& piece : pieces)
    if (!piece.writable) all.insert(all.end(), piece.at, piece.at + piece.length);
  return all;
}

uint32_t VirtioRing::Chain::write(std::span<const std::byte> bytes) const {
  uint32_t written = 0;
  for (const Piece& piece : pieces) {
    if (!piece.writable) continue;
    const auto some = uint32_t(std::min<size_t>(piece.length, bytes.size()));
    std::copy_n(bytes.begin(), some, piece.at);
    bytes = bytes.subspan(some);
    written += some;
  }
  return written;
}

VirtioRing::VirtioRing(const VirtioMemory& memory, const virtio::QueueArea& area, uint64_t features, Complain complain)
    : memory_(memory),
      area_(area),
      packed_(features & kRingPacked),
      indirect_(features & kIndirectDesc),
      event_index_(features & kEventIdx),
      complain_(std::move(complain)),
      descriptors_(reinterpret_cast<std::byte*>(area.descriptors)),
      driver_(reinterpret_cast<std::byte*>(area.driver)),
      device_(reinterpret_cast<std::byte*>(area.device)),
      slot_out_(area.size) {
  if (area.size == 0 || area.size > 32768) bad("a queue of no or too many descriptors");
  if (!packed_ && !std::has_single_bit(area.size)) bad("a split queue whose size is not a power of two");
  if (area.descriptors % 16) bad("descriptors that are not aligned to 16");
  if (area.driver % (packed_ ? 4 : 2)) bad("a driver area that is not aligned");
  if (area.device % 4) bad("a device area that is not aligned");
  struct Part {
    uint64_t at;
    size_t bytes;
  } const parts[] = {
      {area.descriptors, area.size * kEntry}, {area.driver, driver_size()}, {area.device, device_size()}};
  for (const Part& one : parts) {
    if (!memory.holds(one.at, one.bytes)) {
      bad("a ring outside of the memory for devices");
      std::abort();  // it would be read
    }
    for (const Part& other : parts)
      if (&one != &other && one.at < other.at + other.bytes && other.at < one.at + one.bytes)
        bad("parts of a ring that overlap");
  }
  const auto cleared = [](const std::byte* at, size_t bytes) {
    return std::all_of(at, at + bytes, [](std::byte b) { return b == std::byte{}; });
  };
  if (!cleared(device_, device_size())) bad("a device area that was not cleared");
  if (packed_ && !cleared(descriptors_, area.size * kEntry)) bad("a packed ring that was not cleared");
  remember();
}

std::nullopt_t VirtioRing::bad(const char* what) const {
  complain_(std::string("ring: ") + what);
  return std::nullopt;
}

void VirtioRing::remember() { as_device_left_.assign(device_, device_ + device_size()); }

void VirtioRing::check_device_area() const {
  if (!std::equal(as_device_left_.begin(), as_device_left_.end(), device_))
    bad("the driver wrote into the device area");
}

void VirtioRing::store16(std::byte* at, uint16_t value) {
  __atomic_store_n(reinterpret_cast<uint16_t*>(at), value, __ATOMIC_RELEASE);
  if (at >= device_ && at < device_ + device_size()) std::memcpy(&as_device_left_[at - device_], &value, 2);
}

VirtioRing::Descriptor VirtioRing::load(const std::byte* table, size_t index) const {
  const std::byte* const at = table + kEntry * index;
  Descriptor d;
  std::memcpy(&d.address, at, 8);
  std::memcpy(&d.length, at + 8, 4);
  std::memcpy(packed_ ? &d.other : &d.flags, at + 12, 2);
  std::memcpy(packed_ ? &d.flags : &d.other, at + 14, 2);
  return d;
}

// One element of a request.
bool VirtioRing::add(Chain& chain, const Descriptor& descriptor) {
  const bool writable = descriptor.flags & kWrite;
  if (chain.pieces.size() >= area_.size) return bad("a chain that is longer than the queue"), false;
  if (!writable && !chain.pieces.empty() && chain.pieces.back().writable)
    return bad("something to read behind something to write"), false;
  if (!memory_.holds(descriptor.address, descriptor.length)) return bad("memory that is not for devices"), false;
  chain.pieces.push_back({reinterpret_cast<std::byte*>(descriptor.address), descriptor.length, writable});
  if (chain.readable() + chain.writable() > 1ull << 32) return bad("a chain of more than 4 GiB"), false;
  return true;
}

// 2.7.5.3, 2.8.7
bool VirtioRing::enter_table(const Descriptor& descriptor, Chain& chain, Lent& lent) {
  if (!indirect_) return bad("an indirect table without the feature"), false;
  if (descriptor.flags & kNext) return bad("an indirect table in a chain that goes on"), false;
  if (descriptor.length == 0 || descriptor.length % kEntry) return bad("an indirect table of an odd size"), false;
  if (!memory_.holds(descriptor.address, descriptor.length)) return bad("an indirect table outside of memory"), false;
  const auto* const table = reinterpret_cast<const std::byte*>(descriptor.address);
  lent.at = table;
  lent.bytes.assign(table, table + descriptor.length);
  chain.indirect = true;
  const size_t count = descriptor.length / kEntry;
  if (packed_) {
    for (size_t i = 0; i < count; ++i) {
      const Descriptor element = load(table, i);
      if (element.flags & ~kWrite) return bad("flags that a table of a packed ring may not have"), false;
      if (!add(chain, element)) return false;
    }
    return true;
  }
  std::set<size_t> seen;
  for (size_t i = 0;;) {
    if (i >= count) return bad("a chain that leaves its indirect table"), false;
    if (!seen.insert(i).second) return bad("a chain that loops"), false;
    const Descriptor element = load(table, i);
    if (element.flags & ~(kNext | kWrite)) return bad("flags that an indirect table may not have"), false;
    if (!add(chain, element)) return false;
    if (!(element.flags & kNext)) return true;
    i = element.other;
  }
}

std::optional<VirtioRing::Chain> VirtioRing::take() { return packed_ ? take_packed() : take_split(); }

std::optional<VirtioRing::Chain> VirtioRing::take_split() {
  const uint16_t index = load16(driver_ + 2);
  if (index == available_) return {};
  if (uint16_t(index - available_) > area_.size) return bad("an index that is further than the ring is long");
  const uint16_t head = load16(driver_ + 4 + 2 * size_t(available_ % area_.size));
  ++available_;
  Chain chain;
  chain.id = head;
  Lent lent;
  for (uint16_t i = head;;) {
    if (i >= area_.size) return bad("a descriptor that the ring does not have");
    if (slot_out_[i]) return bad("a descriptor that is out, or that the chain has already");
    slot_out_[i] = true;
    lent.slots.push_back(i);
    ++chain.descriptors;
    const Descriptor d = load(descriptors_, i);
    if (d.flags & ~(kNext | kWrite | kIndirect)) return bad("flags that no descriptor has");
    if (d.flags & kIndirect) {
      if (!enter_table(d, chain, lent)) return {};
      break;
    }
    if (!add(chain, d)) return {};
    if (!(d.flags & kNext)) break;
    i = d.other;
  }
  out_[head] = std::move(lent);
  return chain;
}

std::optional<VirtioRing::Chain> VirtioRing::take_packed() {
  const auto is_available = [this](uint16_t flags) {
    return bool(flags & kAvailable) == wrap_ && bool(flags & kUsed) != wrap_;
  };
  if (!is_available(load16(descriptors_ + kEntry * available_ + 14))) return {};
  Chain chain;
  Lent lent;
  for (;;) {
    const Descriptor d = load(descriptors_, available_);
    if (!is_available(d.flags)) return bad("a chain whose rest is not available");
    if (d.flags & ~(kNext | kWrite | kIndirect | kAvailable | kUsed)) return bad("flags that no descriptor has");
    ++chain.descriptors;
    if (++busy_ > area_.size) return bad("more descriptors than the ring has");
    if (++available_ == area_.size) {
      available_ = 0;
      wrap_ = !wrap_;
    }
    chain.id = d.other;  // the last one's counts
    if (d.flags & kIndirect) {
      if (chain.descriptors > 1) return bad("an indirect table in a chain");
      if (!enter_table(d, chain, lent)) return {};
      break;
    }
    if (!add(chain, d)) return {};
    if (!(d.flags & kNext)) break;
  }
  if (out_.contains(chain.id)) return bad("a buffer id that is out");
  lent.descriptors = chain.descriptors;
  out_[chain.id] = std::move(lent);
  return chain;
}

void VirtioRing::give(uint16_t id, uint32_t length) {
  const auto entry = out_.find(id);
  if (entry == out_.end()) {
    std::fprintf(stderr, "the test gives %u back, which was not taken\n", id);
    std::abort();
  }
  const Lent& lent = entry->second;
  if (lent.at && !std::equal(lent.bytes.begin(), lent.bytes.end(), lent.at)) bad("a table changed while it was out");
  for (const uint16_t slot : lent.slots) slot_out_[slot] = false;
  busy_ -= lent.descriptors;
  put_used(id, length, lent.descriptors);
  out_.erase(entry);
}

void VirtioRing::put_used(uint32_t id, uint32_t length, uint16_t descriptors) {
  if (packed_) return put_packed_used(uint16_t(id), length, descriptors);
  std::byte* const element = device_ + 4 + 8 * size_t(used_ % area_.size);
  std::memcpy(element, &id, 4);
  std::memcpy(element + 4, &length, 4);
  std::memcpy(&as_device_left_[element - device_], element, 8);
  set_used_index(uint16_t(used_ + 1));
}

void VirtioRing::set_used_index(uint16_t index) {
  used_ = index;
  store16(device_ + 2, index);
}

void VirtioRing::put_packed_used(uint16_t id, uint32_t length, uint16_t descriptors) {
  std::byte* const at = descriptors_ + kEntry * used_;
  std::memcpy(at + 8, &length, 4);
  std::memcpy(at + 12, &id, 2);
  store16(at + 14, uint16_t((used_wrap_ ? kAvailable | kUsed : 0) | (length ? kWrite : 0)));
  used_ = uint16_t(used_ + descriptors);
  while (used_ >= area_.size) {
    used_ = uint16_t(used_ - area_.size);
    used_wrap_ = !used_wrap_;
  }
}

void VirtioRing::notify_always() {
  if (packed_)
    store16(device_ + 2, kEnable);
  else if (event_index_)
    notify_at(available_);
  else
    store16(device_, 0);
}

void VirtioRing::notify_never() {
  if (packed_)
    store16(device_ + 2, kDisable);
  else if (event_index_)
    notify_at(uint16_t(available_ - 1));  // what is behind us comes again after a whole turn
  else
    store16(device_, 1);
}

void VirtioRing::notify_at(uint16_t event) {
  if (packed_) {
    store16(device_, event);
    store16(device_ + 2, kDesc);
  } else {
    store16(device_ + 4 + 8 * size_t{area_.size}, event);
  }
}

bool VirtioRing::wants_interrupt() const {
  if (packed_) {
    const uint16_t flags = load16(driver_ + 2) & 3;
    return flags == kEnable || (flags == kDesc && load16(driver_) == (used_ | used_wrap_ << 15));
  }
  if (event_index_) return load16(driver_ + 4 + 2 * size_t{area_.size}) == used_;
  return !(load16(driver_) & 1);
}

}  // namespace fake
