// SPDX-License-Identifier: BSD-2-Clause
// A disk that is of any shape and does whatever the input says: it fails, lies about what it wrote, keeps silent,
// brings back what it does not have, and breaks down. Every call comes back; none succeeds whose requests did not all
// succeed; nothing that is refused before it is sent is sent; and a disk that became honest is used as if nothing had
// been.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "tests/fake/virtio_disk.hh"
#include "tests/fuzz/device_loads.hh"
#include "tests/fuzz/input.hh"
#include "virtio/block.hh"

void before_load(uintptr_t, size_t) {}

namespace {

using fake::VirtioDisk;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "virtio_block: %s\n", what);
  std::abort();
}

constexpr size_t kHeld = 128;  // sectors of 512 bytes that there are, whatever it says

VirtioDisk::Shape shape_of(Input& in) {
  const uint8_t odd = in.byte();
  VirtioDisk::Shape shape;
  shape.features =
      in.byte() & (VirtioDisk::kSizeMax | VirtioDisk::kSegMax | VirtioDisk::kReadOnly | VirtioDisk::kBlockSize);
  shape.features |= odd & 1 ? VirtioDisk::kFlush : 0;
  shape.common = virtio::feature::kVersion1 | uint64_t{in.byte()} % 4 << 28 | (odd & 2 ? virtio::feature::kPacked : 0);
  shape.capacity = odd & 4 ? in.word() | uint64_t{in.word()} << 32 : kHeld;
  shape.size_max = odd & 8 ? in.number() : 512 << in.byte() % 8;
  shape.seg_max = in.number();
  shape.block_size = odd & 16 ? in.number() : 512 << in.byte() % 5;
  shape.limit = odd & 32 ? uint16_t(in.number()) : uint16_t(4 << in.byte() % 6);
  return shape;
}

struct World {
  explicit World(Input& in) : input(in), disk(shape_of(in), kHeld) {
    disk.core.memory.add(dma_memory.get(), kDmaMemory);
    disk.core.memory.add(memory.get(), kMemory);
    disk.core.complain = [this](const std::string& what) {
      if (honest) expect(false, what.c_str());
    };
    disk.status = [this](const VirtioDisk::Request&) {
      const uint8_t how = input.byte();
      const uint8_t status = how < 200 ? 0 : uint8_t(how - 200);
      failed |= status != 0;
      return status;
    };
    disk.length = [this](uint32_t written) {
      if (input.byte() < 230) return written;
      honest = false;
      const uint32_t length = input.number();
      failed |= length != written;
      return length;
    };
    disk.core.on_notify = [this](uint16_t queue) {
      if (input.byte() < 240) disk.core.run(queue);
    };
  }

  void start() {
    if (disk.core.has_ring(0)) disk.holds = false;
    honest = true;
    ready = bool(block.start());
    if (!ready) return;
    expect(block.sector_size() >= 512 && block.sector_size() <= 1 << 16, "sectors of a size that none has");
    expect(block.largest() >= block.sector_size() && block.largest() % block.sector_size() == 0, "no whole sectors");
    expect(block.sectors() <= UINT64_MAX / block.sector_size(), "more bytes than can be counted");
  }

  uint64_t sector() {
    return input.byte() < 220 ? input.byte() % (kHeld + 2) : input.word() | uint64_t{input.word()} << 32;
  }
  std::span<std::byte> some() {
    const size_t bytes = input.byte() < 220 ? input.byte() % 32 * size_t{block.sector_size()} : input.number();
    return {memory.get(), std::min(bytes, kMemory)};
  }

  // What a call says is held against what happened to its requests.
  template <class F>
  void call(bool writes, uint64_t at, std::span<std::byte> bytes, F&& transfer) {
    failed = false;
    const size_t before = disk.requests.size();
    const bool inside = bytes.size() % block.sector_size() == 0 &&
                        bytes.size() / block.sector_size() <= block.sectors() &&
                        at <= block.sectors() - bytes.size() / block.sector_size();
    const Result<void> result = transfer();
    if (result) {
      expect(inside && !(writes && block.read_only()), "what cannot be was done");
      expect(!failed, "a failure was taken for a success");
    } else if (result.error() == Error::OutOfRange || result.error() == Error::Misaligned ||
               result.error() == Error::ReadOnly) {
      expect(disk.requests.size() == before, "it was sent before it was refused");
    }
  }

  void step() {
    switch (input.byte() % 12) {
      default: {
        const uint64_t at = sector();
        const auto bytes = some();
        call(false, at, bytes, [&] { return block.read(at, bytes); });
        break;
      }
      case 1: {
        const uint64_t at = sector();
        const auto bytes = some();
        call(true, at, bytes, [&] { return block.write(at, bytes); });
        break;
      }
      case 2: static_cast<void>(block.flush()); break;
      case 3:
        for (unsigned n = input.byte() % 20; n; --n) {
          const uint64_t at = sector();
          static_cast<void>(input.byte() & 1 ? block.submit_read(at, some()) : block.submit_write(at, some()));
        }
        break;
      case 4:
        for (unsigned n = input.byte() % 20; n && block.outstanding(); --n) static_cast<void>(block.collect());
        break;
      case 5: start(); break;
      case 6: static_cast<void>(block.stop()); break;
      case 7: disk.core.break_down(); break;
      case 8:
        if (!disk.core.has_ring(0)) break;
        honest = false;
        failed = true;
        disk.core.ring(0).put_used(input.number(), input.number());
        break;
      case 9: disk.holds = !disk.holds; break;
      case 10:
        if (disk.core.has_ring(0) && disk.core.running()) disk.finish();
        break;
      case 11:  // another disk was put in
        static_cast<void>(block.stop());
        disk.put(input.number() % 56, input.word());
        start();
        break;
    }
  }

  // From now on it behaves.
  void become_honest() {
    disk.put(0x00, uint64_t{kHeld});
    disk.put(0x08, disk.shape.size_max);
    disk.put(0x0c, disk.shape.seg_max);
    disk.put(0x14, disk.shape.block_size);
    disk.status = [](const VirtioDisk::Request&) { return uint8_t{0}; };
    disk.length = [](uint32_t written) { return written; };
    disk.core.on_notify = [this](uint16_t queue) { disk.core.run(queue); };
    disk.holds = false;
  }

  static constexpr size_t kDmaMemory = 1 << 15, kMemory = size_t{1} << 18;
  static inline Ticks ticks = 0;

  Input& input;
  std::unique_ptr<std::byte[]> dma_memory{new std::byte[kDmaMemory]}, memory{new std::byte[kMemory]()};
  Arena arena{{dma_memory.get(), kDmaMemory}};
  const Dma dma{arena};
  const Time time{[] { return ticks += 20'000; }, 1'000'000};
  const virtio::Host host{dma, time};
  VirtioDisk disk;
  virtio::Block block{disk.device, host};
  bool honest = true;   // about the ring
  bool failed = false;  // a request of the call that runs
  bool ready = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  World world(input);
  world.start();
  if (!world.ready) return 0;
  for (int steps = 0; steps < 64 && !input.empty(); ++steps) world.step();

  world.become_honest();
  world.start();
  if (!world.ready) return 0;  // of a shape that was changed on the way: starting again finds less memory
  const size_t bytes = world.block.sector_size();
  if (bytes > kHeld * 512) return 0;
  expect(bool(world.block.read(0, {world.memory.get(), bytes})), "an honest disk is not read");
  expect(std::equal(world.memory.get(), world.memory.get() + bytes, world.disk.data.begin()),
         "something else was read");
  return 0;
}
