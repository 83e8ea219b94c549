// SPDX-License-Identifier: BSD-2-Clause
// A queue whose device does whatever the input says: it serves requests, lies about them, and writes anywhere in the
// memory that both share, also between any two loads of the driver. Only what is out may come back, no longer than it
// is, and nothing once the device was found out. While it behaves, so must the driver: tests/fake/virtio_ring.hh looks.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "lib/arena.hh"
#include "tests/fake/bus.hh"
#include "tests/fake/virtio_ring.hh"
#include "tests/fuzz/device_loads.hh"
#include "tests/fuzz/input.hh"
#include "virtio/feature.hh"
#include "virtio/queue.hh"

namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "virtio_queue: %s\n", what);
  std::abort();
}

struct Bell final : fake::Device {
  static constexpr uintptr_t kBase = 0x6000'0000;
  Bell() : Device(kBase, 4) {}
  uint64_t read(uintptr_t, unsigned) override { std::abort(); }
  void write(uintptr_t, unsigned, uint64_t value) override { expect(value == 3, "another queue is notified"); }
};

struct World {
  static constexpr size_t kTags = 12;
  static constexpr uint16_t kMostSegments = 4;

  explicit World(Input& in) : input(in), size(size_t{64} << (input.byte() % 8)), memory(new std::byte[size]()) {
    current = this;
    lent.add(memory.get(), size);
  }
  ~World() { current = nullptr; }

  void start() {
    const uint8_t how = input.byte();
    const uint16_t limit = how & 0x80 ? uint16_t(input.number()) : uint16_t(1 << (how & 7));
    segments = uint16_t(1 + (how >> 3) % kMostSegments);
    const uint64_t features = virtio::feature::kVersion1 | uint64_t{input.byte()} % 8 << 28 |
                              (input.byte() & 1 ? virtio::feature::kPacked : 0);
    ring.reset();
    honest = false;
    for (auto& request : out) request = {};
    const auto area = queue.start(arena, limit, segments, features);
    if (!area) return;
    expect(queue.tags() > 0 && queue.tags() <= kTags, "tags that nobody asked for");
    expect(area->size <= limit, "a ring longer than the device's");
    honest = true;
    ring.emplace(lent, *area, features, [this](const std::string& what) {
      if (honest) expect(false, what.c_str());
    });
    queue.set_doorbell({Bell::kBase, 3, (how & 1) != 0});
  }

  // Memory of each request is allocated anew.
  void post() {
    const auto tag = uint16_t(input.byte() % kTags);
    if (tag >= queue.tags() || queue.is_out(tag)) return;
    Request& request = out[tag];
    request = {};
    request.out = true;
    const size_t count = 1 + input.byte() % segments, readable = input.byte() % (count + 1);
    std::array<virtio::Segment, kMostSegments> list;
    for (size_t i = 0; i < count; ++i) {
      const uint32_t bytes = 1 + input.byte() % 32;
      request.pieces[i].reset(new std::byte[bytes]());
      if (i >= readable) request.writable += bytes;
      list[i] = {Dma::address(request.pieces[i].get()), bytes};
      lent.add(request.pieces[i].get(), bytes);
    }
    watching = true;
    queue.post(tag, std::span(list).first(count), readable);
    watching = false;
  }

  void pop() {
    const Error before = queue.error();
    watching = true;
    const virtio::Used used = queue.pop();
    watching = false;
    if (!used) return expect(!honest || queue.error() == Error{}, "an honest device is accused");
    expect(before == Error{} && queue.error() == Error{}, "something comes back after a fault");
    expect(used.tag < queue.tags() && out[used.tag].out, "what comes back was not out");
    expect(!queue.is_out(uint16_t(used.tag)), "what came back is still out");
    expect(used.length <= out[used.tag].writable, "a length beyond the buffer");
    for (const auto& piece : out[used.tag].pieces)
      if (piece) lent.remove(piece.get());
    out[used.tag] = {};
  }

  // As a device should, but for the order.
  void serve() {
    if (!honest) return;
    std::array<fake::VirtioRing::Chain, kTags> taken;
    size_t count = 0;
    while (auto chain = ring->take()) {
      expect(count < kTags, "more is offered than there are tags");
      taken[count++] = std::move(*chain);
    }
    if (count && input.byte() & 1) std::reverse(taken.begin(), taken.begin() + ptrdiff_t(count));
    for (size_t i = 0; i < count; ++i)
      ring->give(taken[i].id, taken[i].write(std::vector(input.byte(), std::byte{0xd5})));
  }

  void lie() {
    if (!ring) return;
    honest = false;
    switch (input.byte() % 4) {
      case 0: ring->put_used(input.number(), input.number(), uint16_t(1 + input.byte() % 4)); break;
      case 1:
        if (!ring->packed()) ring->set_used_index(uint16_t(input.number()));
        break;
      case 2: {
        const auto area = ring->packed() ? ring->descriptors() : ring->device_area();
        for (unsigned n = input.byte() % 16; n; --n) area[input.number() % area.size()] = std::byte(input.byte());
        break;
      }
      default:
        for (unsigned n = input.byte() % 16; n; --n) memory[input.number() % size] = std::byte(input.byte());
    }
  }

  // Changes what is about to be read.
  [[clang::no_sanitize("coverage")]] void load(uintptr_t address, size_t bytes) {
    if (!watching || changes == 0 || input.empty()) return;
    if (address < uintptr_t(memory.get()) || address + bytes > uintptr_t(memory.get()) + size) return;
    watching = false;
    if (const uint8_t how = input.byte(); how > 200) {
      --changes;
      honest = false;
      auto* const at = reinterpret_cast<uint8_t*>(address);
      at[input.byte() % bytes] = how & 1 ? input.byte() : uint8_t(at[0] + 1);
    }
    watching = true;
  }

  struct Request {
    std::array<std::unique_ptr<std::byte[]>, kMostSegments> pieces;
    uint32_t writable = 0;
    bool out = false;
  };

  static inline World* current = nullptr;
  Input& input;
  const size_t size;
  std::unique_ptr<std::byte[]> memory;
  Arena arena{{memory.get(), size}};
  Bell bell;
  fake::VirtioMemory lent;
  std::array<virtio::Queue::Request, kTags> requests{};
  virtio::Queue queue{requests};
  std::array<Request, kTags> out;
  std::optional<fake::VirtioRing> ring;
  uint16_t segments = 1;
  bool honest = false, watching = false;
  unsigned changes = 64;
};

}  // namespace

[[clang::no_sanitize("coverage")]] void before_load(uintptr_t address, size_t bytes) {
  if (World::current) World::current->load(address, bytes);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  World world(input);
  world.start();
  while (!input.empty()) {
    const uint8_t what = input.byte();
    if (!world.ring) {
      world.start();
      continue;
    }
    switch (what % 16) {
      case 0: world.start(); break;
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: world.post(); break;
      case 6:
      case 7:
        world.watching = true;
        world.queue.kick();
        world.watching = false;
        break;
      case 8:
      case 9:
      case 10: world.pop(); break;
      case 11:
      case 12:
      case 13: world.serve(); break;
      case 14:
        if (world.honest)
          what & 0x10   ? world.ring->notify_never()
          : what & 0x20 ? world.ring->notify_always()
                        : world.ring->notify_at(uint16_t(world.input.number()));
        break;
      default: world.lie();
    }
  }
  // Whatever it did, there is an end to it.
  if (!world.ring) return 0;
  const uint16_t out = world.queue.outstanding();
  unsigned popped = 0;
  while (world.queue.pop()) ++popped;
  expect(popped <= out, "more comes back than was out");
  expect(!world.honest || world.queue.outstanding() == out - popped, "requests are miscounted");
  return 0;
}
