// SPDX-License-Identifier: BSD-2-Clause
// Any configuration space: the scan ends, BARs get addresses that lie in the window and are nobody else's, and what a
// virtio function claims for its areas never leads outside of its BARs.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "drivers/ecam.hh"
#include "lib/console.hh"
#include "lib/reg.hh"
#include "tests/fake/bus.hh"
#include "tests/fuzz/input.hh"
#include "tests/unit/fdt_build.hh"
#include "virtio/pci.hh"

namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "pci_config: %s\n", what);
  std::abort();
}

constexpr uint64_t kEcam = 0x3f00'0000, kWindow = 0x1000'0000, kWindowSize = 0x1000'0000, kPci = 0x8000'0000;
constexpr unsigned kBuses = 16, kMostFunctions = 12;

// What is written anywhere sticks where the mask says; any byte may change after some reads.
struct Function {
  unsigned bus, place;
  std::array<uint8_t, 256> space{}, mask{};
  unsigned reads = 0, changes_after = ~0u;
  uint8_t changes_at = 0, changes_to = 0;

  uint32_t get(unsigned at, unsigned bytes) {
    if (++reads == changes_after) space[changes_at] = changes_to;
    uint32_t value = 0;
    for (unsigned i = bytes; i-- > 0;) value = value << 8 | space[(at + i) & 0xff];
    return value;
  }
  void put(unsigned at, unsigned bytes, uint32_t value) {
    for (unsigned i = 0; i < bytes; ++i) {
      const unsigned j = (at + i) & 0xff;
      space[j] = uint8_t((space[j] & ~mask[j]) | (uint8_t(value >> 8 * i) & mask[j]));
    }
  }
};

// Bus numbers mean nothing here: each function is at a bus of its own choice, for what a bridge says is not believed.
class Space final : public fake::Device {
 public:
  explicit Space(std::vector<Function>& functions) : Device(kEcam, uintptr_t(kBuses) << 20), functions_(functions) {}
  uint64_t read(uintptr_t offset, unsigned bytes) override {
    expect(++accesses < 1'000'000, "a scan without end");
    Function* const function = at(offset);
    if (!function) return ~0ull;
    return offset & 0xf00 ? 0 : function->get(offset & 0xff, bytes);
  }
  void write(uintptr_t offset, unsigned bytes, uint64_t value) override {
    if (Function* const function = at(offset); function && !(offset & 0xf00))
      function->put(offset & 0xff, bytes, uint32_t(value));
  }
  unsigned accesses = 0;

 private:
  Function* at(uintptr_t offset) {
    for (Function& function : functions_)
      if (function.bus == offset >> 20 && function.place == (offset >> 12 & 0xff)) return &function;
    return nullptr;
  }
  std::vector<Function>& functions_;
};

// The window: only the BARs of the function in hand may be touched.
class Window final : public fake::Device {
 public:
  Window() : Device(kWindow, kWindowSize) {}
  uint64_t read(uintptr_t offset, unsigned bytes) override {
    touch(offset, bytes);
    const uint64_t any = ++answer * 0x9e37'79b9;
    return any & 1 << 12 ? 1 : any >> 13;  // often what a queue reads that was enabled
  }
  void write(uintptr_t offset, unsigned bytes, uint64_t) override { touch(offset, bytes); }

  const PciFunction* in_hand = nullptr;
  uint64_t answer = 0;

 private:
  void touch(uintptr_t offset, unsigned bytes) {
    expect(in_hand, "BARs are touched before anybody took the function");
    for (const auto& bar : in_hand->bars)
      if (base + offset >= bar.address && base + offset + bytes <= bar.address + bar.size) return;
    expect(false, "an access outside of the function's BARs");
  }
};

std::vector<std::pair<uint64_t, uint64_t>> mapped;
Result<void> map(uint64_t address, uint64_t size) {
  mapped.emplace_back(address, size);
  return {};
}
bool is_mapped(uint64_t address, uint64_t size) {
  return std::ranges::any_of(mapped, [&](const auto& range) {
    return address >= range.first && address + size <= range.first + range.second;
  });
}

class Silence final : public Console {
 public:
  void write(std::string_view) override {}
  int get() override { return -1; }
};

const drivers::Ecam& bridge() {
  static TreeBuilder builder = [] {
    TreeBuilder tree;
    tree.cells("#address-cells", {2}).cells("#size-cells", {2}).begin("pcie");
    tree.cells("#address-cells", {3}).cells("#size-cells", {2});
    tree.cells("ranges", {0x0200'0000, 0, uint32_t(kPci), 0, uint32_t(kWindow), 0, uint32_t(kWindowSize)}).end();
    return tree;
  }();
  static const DeviceTree tree = builder.open();
  static const drivers::Ecam ecam =
      drivers::Ecam::bind(tree, tree.find("/pcie").value(), {kEcam, uint64_t(kBuses) << 20}).value();
  return ecam;
}

void use(const PciFunction& function, Window& window, Input& input) {
  auto probed = virtio::PciTransport::probe(function);
  if (!probed) return;
  window.in_hand = &function;
  window.answer = input.byte();
  virtio::PciTransport& transport = *probed;
  transport.set_status(0);
  (void)transport.status();
  (void)transport.features();
  transport.set_features(1);
  (void)transport.queues();
  (void)transport.generation();
  for (uint16_t queue = 0; queue < 4; ++queue) {
    (void)transport.queue_limit(queue);
    const auto bell = transport.enable_queue(queue, {8, 0x1000, 0x2000, 0x3000});
    if (bell) mmio_write<uint16_t>(bell->address, bell->index);
  }
  const uint32_t size = transport.config_size();
  for (const unsigned width : {1u, 2u, 4u}) {
    if (size < width) continue;
    (void)transport.read_config(0, width);
    (void)transport.read_config((size - width) & ~(width - 1), width);
    transport.write_config((size - width) & ~(width - 1), width, 0);
  }
  window.in_hand = nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  std::vector<Function> functions;
  while (!input.empty() && functions.size() < kMostFunctions) {
    Function function{.bus = input.byte() % kBuses, .place = input.byte()};
    // A header that works more often than not; then bytes at places of the input's choice.
    const uint8_t shape = input.byte();
    const uint32_t ids[] = {0x1044'1af4, 0x1000'1af4, 0x000c'1b36, 0xffff'0001};
    const uint32_t id = ids[shape & 3];
    std::memcpy(function.space.data(), &id, 4);
    function.space[0x0e] = uint8_t((id == 0x000c'1b36) | (shape & 4 ? 0x80 : 0));
    function.space[0x06] = 0x10;
    function.space[0x2e] = 4;
    function.mask[0x04] = 7;
    function.mask[0x05] = 4;
    const unsigned bars = id == 0x000c'1b36 ? 2 : 6;
    for (unsigned bar = 0; bar < bars; ++bar) {
      const uint8_t kind = shape & 0x20 ? 0 : input.byte(), low = input.byte();  // all sound, or anything
      uint8_t* const value = &function.space[0x10 + 4 * bar];
      uint8_t* const mask = &function.mask[0x10 + 4 * bar];
      const uint32_t bits = kind & 0x80 ? uint32_t(low) << 24 | 0xf0'00f0 : ~0u << (shape & 0x20 ? low % 24 : low % 32);
      value[0] = kind & 0xf;
      std::memcpy(mask, &bits, 4);
      mask[0] &= 0xf0;
    }
    if (shape & 0x10) {  // the capabilities of virtio, with areas of the input's choice
      function.space[0x34] = 0x40;
      for (const uint8_t kind : {1, 2, 4}) {
        const unsigned at = 0x40 + 0x14 * (kind / 2);
        const uint32_t head = uint32_t(kind) << 24 | 20 << 16 | (kind == 4 ? 0 : at + 0x14) << 8 | 9;
        const uint32_t area[] = {head, input.byte() & 7u, uint32_t(int8_t(input.byte()) * 16),
                                 uint32_t(input.byte()) << 2, input.byte()};
        std::memcpy(&function.space[at], area, sizeof area);
      }
    }
    const unsigned writes = input.byte() % 64;
    for (unsigned i = 0; i < writes; ++i) {
      const uint8_t at = input.byte();
      function.space[at] = input.byte();
    }
    if (shape & 8) {
      function.changes_after = input.byte();
      function.changes_at = input.byte();
      function.changes_to = input.byte();
    }
    functions.push_back(function);
  }

  static Silence silence;
  set_console(silence);
  mapped.clear();
  Space space(functions);
  Window window;
  std::array<PciFunction, 8> room;
  drivers::Ecam ecam = bridge();
  const auto found = ecam.scan(room, map);
  expect(found.size() <= room.size(), "more functions than room");

  std::vector<std::pair<uint64_t, uint64_t>> taken;
  for (const PciFunction& function : found) {
    expect(function.config >= kEcam && is_mapped(function.config, 4096), "configuration space is not mapped");
    for (const auto& [address, bytes] : function.bars) {
      if (bytes == 0) continue;
      expect(bytes >= 16 && (bytes & (bytes - 1)) == 0 && address % bytes == 0,
             "a BAR that is not aligned to its size");
      expect(address >= kWindow && address - kWindow <= kWindowSize && bytes <= kWindowSize - (address - kWindow),
             "a BAR outside of the window");
      expect(is_mapped(address, bytes), "a BAR that is not mapped");
      taken.emplace_back(address, bytes);
    }
  }
  std::ranges::sort(taken);
  for (size_t i = 1; i < taken.size(); ++i)
    expect(taken[i - 1].first + taken[i - 1].second <= taken[i].first, "two BARs at one address");

  for (const PciFunction& function : found) {
    const auto on = drivers::enable(function);
    expect(function.assigned || !on, "a function without addresses is switched on");
    if (on) use(function, window, input);
    drivers::disable(function);
  }
  return 0;
}
