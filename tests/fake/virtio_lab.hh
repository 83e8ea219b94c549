// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/virtio_lab.hh - a queue of the driver and the device's end of it, joined without a device around them.
#pragma once
#include <gtest/gtest.h>

#include <memory>

#include "lib/arena.hh"
#include "tests/fake/bus.hh"
#include "tests/fake/virtio_ring.hh"
#include "virtio/feature.hh"
#include "virtio/queue.hh"

namespace fake {

struct Format {
  bool packed, indirect, event_index;

  uint64_t features() const {
    return virtio::feature::kVersion1 | (packed ? virtio::feature::kPacked : 0) |
           (indirect ? virtio::feature::kIndirect : 0) | (event_index ? virtio::feature::kEventIndex : 0);
  }
  std::string name() const {
    return std::string(packed ? "packed" : "split") + (indirect ? ", indirect" : "") +
           (event_index ? ", event index" : "");
  }
};

inline constexpr Format kFormats[] = {{false, false, false}, {false, false, true}, {false, true, false},
                                      {false, true, true},   {true, false, false}, {true, false, true},
                                      {true, true, false},   {true, true, true}};

class QueueLab {
 public:
  static constexpr uint16_t kQueue = 5;
  static constexpr uintptr_t kBell = 0x6000'0000;

  QueueLab(Format format, uint16_t limit, size_t tags, uint16_t segments, size_t arena_bytes = size_t{4} << 20)
      : memory_(new std::byte[arena_bytes]),
        arena({memory_.get(), arena_bytes}),
        requests_(tags),
        queue(requests_),
        format_(format),
        limit_(limit),
        segments_(segments) {
    lent.add(memory_.get(), arena_bytes);
  }

  /// Starts the queue, or starts it anew, and gives it to a device that knows nothing of before.
  Error start() {
    const auto started = queue.start(arena, limit_, segments_, format_.features());
    ring_.reset();
    if (!started) return started.error();
    area = *started;
    ring_.emplace(lent, area, format_.features(), [](const std::string& what) { ADD_FAILURE() << what; });
    queue.set_doorbell({kBell, kQueue, true});
    return {};
  }
  VirtioRing& ring() { return *ring_; }
  /// The same with another limit, as a device may offer after a reset.
  Error start(uint16_t limit) {
    limit_ = limit;
    return start();
  }

  /// A request of `segments` pieces of `bytes` bytes, the first `readable` of which hold what is particular to `tag`.
  /// Each piece is allocated anew, so that AddressSanitizer guards it.
  void post(uint16_t tag, size_t segments, size_t readable, uint32_t bytes = 8) {
    Request& request = out_[tag] = {};
    std::vector<virtio::Segment> list;
    for (size_t i = 0; i < segments; ++i) {
      request.pieces.emplace_back(new std::byte[bytes]());
      std::fill_n(request.pieces.back().get(), i < readable ? bytes : 0, std::byte(tag + i + 1));
      lent.add(request.pieces.back().get(), bytes);
      list.push_back({Dma::address(request.pieces.back().get()), bytes});
    }
    queue.post(tag, list, readable);
  }
  /// The memory of a request that came back, or of one that nobody will bring back.
  void drop(uint16_t tag) {
    for (const auto& piece : out_[tag].pieces) lent.remove(piece.get());
    out_.erase(tag);
  }
  std::byte* piece(uint16_t tag, size_t index) { return out_[tag].pieces[index].get(); }

  /// The next used request; its memory is gone.
  virtio::Used pop() {
    const virtio::Used used = queue.pop();
    if (used) drop(uint16_t(used.tag));
    return used;
  }

  /// How often the driver rang while kick() ran.
  unsigned kicks() {
    bell.rings = 0;
    queue.kick();
    return bell.rings;
  }

 private:
  struct Request {
    std::vector<std::unique_ptr<std::byte[]>> pieces;
  };
  struct Bell final : Device {
    Bell() : Device(kBell, 4) {}
    uint64_t read(uintptr_t, unsigned) override { return ADD_FAILURE() << "the doorbell is read", 0; }
    void write(uintptr_t offset, unsigned bytes, uint64_t value) override {
      EXPECT_EQ(offset, 0u);
      EXPECT_EQ(value, kQueue);
      width = bytes;
      ++rings;
    }
    unsigned rings = 0, width = 0;
  };

  std::unique_ptr<std::byte[]> memory_;

 public:
  Arena arena;
  VirtioMemory lent;
  Bell bell;
  virtio::QueueArea area{};

 private:
  std::vector<virtio::Queue::Request> requests_;

 public:
  virtio::Queue queue;

 private:
  Format format_;
  uint16_t limit_, segments_;
  std::optional<VirtioRing> ring_;
  std::map<uint16_t, Request> out_;
};

}  // namespace fake
