// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/virtio_ring.hh - the device's end of a virtqueue, split (2.7) or packed (2.8). It looks at everything that
// the driver puts there and complains about what Virtio 1.2 forbids. Written from the specification, not from virtio/.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "virtio/transport.hh"

namespace fake {

/// What is wrong with the driver.
using Complain = std::function<void(const std::string&)>;

/// Memory that a driver may give to a device. On the host, the address of memory is its pointer.
class VirtioMemory {
 public:
  void add(const volatile void* at, size_t bytes) { ranges_[uintptr_t(at)] = bytes; }
  void remove(const volatile void* at) { ranges_.erase(uintptr_t(at)); }
  /// All of it lies within one range.
  bool holds(uint64_t address, uint64_t bytes) const;

 private:
  std::map<uintptr_t, size_t> ranges_;
};

class VirtioRing {
 public:
  struct Piece {
    std::byte* at;
    uint32_t length;
    bool writable;
  };
  /// What the driver offered as one request.
  struct Chain {
    uint16_t id = 0;           // split: number of the first descriptor; packed: buffer id
    uint16_t descriptors = 0;  // of the ring
    bool indirect = false;
    std::vector<Piece> pieces;

    size_t readable() const;                                 // bytes
    size_t writable() const;                                 // bytes
    std::vector<std::byte> read() const;                     // all that is readable
    uint32_t write(std::span<const std::byte> bytes) const;  // as far as there is room; how much that was
  };

  /// `memory` outlives the ring. Complains about an area that is not where and as it has to be (2.6, 2.7, 2.8).
  VirtioRing(const VirtioMemory& memory, const virtio::QueueArea& area, uint64_t features, Complain complain);

  /// The next request that the driver made available; none when there is none, or when it is a bad one.
  std::optional<Chain> take();
  /// Gives a request back that was taken: `length` bytes of it were written.
  void give(uint16_t id, uint32_t length);
  size_t out() const { return out_.size(); }
  uint16_t size() const { return area_.size; }
  bool packed() const { return packed_; }

  /// When the driver shall notify (2.7.10, 2.8.10): always, never, or, with an event index, as soon as it has made
  /// available what has the position `event`. Split: the idx that it has before; packed: slot, and wrap counter << 15.
  void notify_always();
  void notify_never();
  void notify_at(uint16_t event);
  /// The position of what take() looks at next.
  uint16_t position() const { return packed_ ? uint16_t(available_ | wrap_ << 15) : available_; }

  /// Whether the driver wants to be interrupted for what is given next; flags only, where an event index counts it is
  /// that.
  bool wants_interrupt() const;

  /// Complains when the driver wrote where only the device may write.
  void check_device_area() const;

  /// What honest devices do not do: a used element whatever is out; for a packed ring, with the flags as they should
  /// be, and `descriptors` as if it had been a chain of as many.
  void put_used(uint32_t id, uint32_t length, uint16_t descriptors = 1);
  void set_used_index(uint16_t index);  // split
  uint16_t used_index() const { return used_; }
  /// The bytes that the device may write: the device area; of a packed ring also the descriptors.
  std::span<std::byte> device_area() const { return {device_, device_size()}; }
  std::span<std::byte> descriptors() const { return {descriptors_, size_t{area_.size} * 16}; }

 private:
  struct Descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, other;  // other: next, or id
  };
  struct Lent {  // a table, as it was when it was offered
    const std::byte* at = nullptr;
    std::vector<std::byte> bytes;
    std::vector<uint16_t> slots;  // split: descriptors of the ring
    uint16_t descriptors = 0;
  };

  size_t device_size() const { return packed_ ? 4 : 6 + 8 * size_t{area_.size}; }
  size_t driver_size() const { return packed_ ? 4 : 6 + 2 * size_t{area_.size}; }
  Descriptor load(const std::byte* table, size_t index) const;
  std::optional<Chain> take_split();
  std::optional<Chain> take_packed();
  bool enter_table(const Descriptor& descriptor, Chain& chain, Lent& lent);
  bool add(Chain& chain, const Descriptor& descriptor);
  void put_packed_used(uint16_t id, uint32_t length, uint16_t descriptors);
  std::nullopt_t bad(const char* what) const;
  void store16(std::byte* at, uint16_t value);
  void remember();

  const VirtioMemory& memory_;
  const virtio::QueueArea area_;
  const bool packed_, indirect_, event_index_;
  Complain complain_;
  std::byte *descriptors_, *driver_, *device_;
  uint16_t available_ = 0;  // split: idx as far as it was taken; packed: slot
  uint16_t used_ = 0;       // split: idx; packed: slot
  bool wrap_ = true, used_wrap_ = true;
  size_t busy_ = 0;  // packed: descriptors that are out
  std::map<uint16_t, Lent> out_;
  std::vector<bool> slot_out_;             // split
  std::vector<std::byte> as_device_left_;  // the device area
};

}  // namespace fake
