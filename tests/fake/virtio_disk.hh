// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/virtio_disk.hh - a virtio disk (5.2) that keeps what is written to it. It complains about requests that
// the specification forbids, and fails where a test asks for it.
#pragma once
#include <cstring>

#include "tests/fake/virtio_device.hh"
#include "virtio/feature.hh"

namespace fake {

class VirtioDisk {
 public:
  static constexpr uint64_t kSizeMax = 1 << 1, kSegMax = 1 << 2, kReadOnly = 1 << 5, kBlockSize = 1 << 6,
                            kFlush = 1 << 9;
  enum Kind : uint32_t { kRead = 0, kWrite = 1, kFlushes = 4 };

  struct Shape {
    uint64_t features = kFlush;
    uint64_t capacity = 256;  // of 512 bytes
    uint32_t size_max = 0, seg_max = 0, block_size = 512;
    uint16_t limit = 256;
    uint64_t common = virtio::feature::kVersion1 | virtio::feature::kIndirect | virtio::feature::kEventIndex;
  };
  explicit VirtioDisk(const Shape& is) : VirtioDisk(is, is.capacity) {}
  /// With data for `held` sectors, where its capacity is a lie.
  VirtioDisk(const Shape& is, uint64_t held)
      : shape(is), device(virtio::Type::Block, is.features | is.common, {is.limit}), data(held * 512) {
    core.config.resize(60);
    put(0x00, shape.capacity);
    put(0x08, shape.size_max);
    put(0x0c, shape.seg_max);
    put(0x14, shape.block_size);
    core.serve = [this](uint16_t, const VirtioCore::Chain& chain) { return serve(chain); };
  }

  struct Request {
    uint32_t kind;
    uint64_t sector;
    size_t size;  // bytes of data
    size_t pieces;
  };

  const Shape shape;
  VirtioDevice device;
  VirtioCore& core = device.core;
  std::vector<std::byte> data;
  std::vector<Request> requests;  // as they came
  /// The status that a request gets.
  std::function<uint8_t(const Request& request)> status = [](const Request&) { return uint8_t{0}; };
  /// What is said to have been written, when it is not what was.
  std::function<uint32_t(uint32_t written)> length = [](uint32_t written) { return written; };
  /// Requests are kept until finish().
  bool holds = false;

  /// Does what is kept, that which came last first.
  void finish() {
    forget();
    while (!held_.empty()) {
      const VirtioCore::Chain chain = std::move(held_.back());
      held_.pop_back();
      core.complete(0, chain.id, carry_out(chain));
    }
  }

  template <class T>
  void put(size_t offset, T value) {
    std::memcpy(core.config.data() + offset, &value, sizeof value);
  }
  template <class T>
  T get(size_t offset) const {
    T value;
    std::memcpy(&value, core.config.data() + offset, sizeof value);
    return value;
  }

 private:
  static constexpr size_t kHeader = 16;

  std::optional<uint32_t> serve(const VirtioCore::Chain& chain) {
    if (!holds) return carry_out(chain);
    forget();
    held_.push_back(chain);
    return {};
  }

  // What was kept when it was reset.
  void forget() {
    if (held_since_ != core.resets) held_.clear();
    held_since_ = core.resets;
  }

  void require(bool condition, const char* what) const {
    if (!condition) core.complain(what);
  }

  uint32_t carry_out(const VirtioCore::Chain& chain) {
    const std::vector<std::byte> in = chain.read();
    require(in.size() >= kHeader && chain.writable() >= 1, "a request without header or status");
    uint32_t words[4];
    std::memcpy(words, in.data(), kHeader);
    const bool reads = words[0] == kRead;
    const Request request{words[0], words[2] | uint64_t{words[3]} << 32,
                          reads ? chain.writable() - 1 : in.size() - kHeader, chain.pieces.size() - 2};
    requests.push_back(request);
    check(chain, request, words[1]);

    std::vector<std::byte> out;
    const uint8_t outcome = status(request);
    if (outcome == 0 && request.kind != kFlushes) {
      if ((request.sector + request.size / 512) * 512 > data.size()) return chain.write({}), 0;
      const auto place = data.begin() + ptrdiff_t(request.sector * 512);
      if (reads)
        out.assign(place, place + ptrdiff_t(request.size));
      else
        std::copy(in.begin() + kHeader, in.end(), place);
    }
    out.resize(reads ? request.size : 0);
    out.push_back(std::byte(outcome));
    return length(chain.write(out));
  }

  void check(const VirtioCore::Chain& chain, const Request& request, uint32_t reserved) const {
    require(request.kind == kRead || request.kind == kWrite || request.kind == kFlushes, "a request of another kind");
    require(reserved == 0, "reserved is not zero");
    if (request.kind == kFlushes) {
      require(shape.features & kFlush, "a flush that was not negotiated");
      require(request.sector == 0 && request.size == 0, "a flush of something");
      return;
    }
    require(request.kind == kRead || !(shape.features & kReadOnly), "a write to what is read only");
    const uint32_t block = shape.features & kBlockSize ? get<uint32_t>(0x14) : 512;
    require(request.size != 0 && request.size % block == 0, "not whole sectors");
    require(request.sector % (block / 512) == 0, "a sector that begins within one");
    require(request.sector + request.size / 512 <= get<uint64_t>(0x00), "beyond the capacity");
    if (shape.features & kSegMax)
      require(request.pieces <= std::max(get<uint32_t>(0x0c), 1u), "more segments than SEG_MAX");
    for (size_t i = 1; i + 1 < chain.pieces.size(); ++i)
      if (shape.features & kSizeMax)
        require(chain.pieces[i].length <= get<uint32_t>(0x08), "a segment longer than SIZE_MAX");
  }

  std::vector<VirtioCore::Chain> held_;
  unsigned held_since_ = 0;  // so many resets
};

}  // namespace fake
