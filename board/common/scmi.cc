// SPDX-License-Identifier: BSD-2-Clause
#include "board/common/scmi.hh"

#include <array>
#include <memory>

#include "arch/access.hh"
#include "arch/boot.hh"
#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/common/text.hh"
#include "lib/console.hh"
#include "scmi/binding.hh"
#include "scmi/instance.hh"
#include "scmi/shmem.hh"

namespace board {
namespace {

constexpr uintptr_t kPage = 4096;
constexpr uint32_t kMostBytes = 4096;  // of an area that are used: messages are some hundred bytes at most

class Channel {
 public:
  Channel(scmi::ShmemTransport::Memory a2p, scmi::ShmemTransport::Memory p2a, scmi::Doorbell doorbell,
          const scmi::ChannelBinding& binding)
      : transport_(a2p, p2a, doorbell, binding.completion), client(transport_, arch::time(), binding.limit) {}

 private:
  scmi::ShmemTransport transport_;

 public:
  scmi::Client client;
};

// Raw memory: channels that no tree describes cost no written page.
constexpr size_t kMostChannels = 16, kMostAreas = 16;
alignas(Channel) [[gnu::section(".bss..noinit")]] std::byte channel_memory[kMostChannels * sizeof(Channel)];
constinit size_t channel_count = 0;
constinit size_t area_count = 0;
alignas(SharedArea) [[gnu::section(".bss..noinit")]] std::byte area_memory[kMostAreas * sizeof(SharedArea)];

SharedArea& area(size_t index) { return reinterpret_cast<SharedArea*>(area_memory)[index]; }

// An area that its node does not call one ("arm,scmi-shmem") is looked for in the tree: rare, and slow.
Result<DeviceTree::Region> find_area(const DeviceTree& tree, uint32_t phandle) {
  for (size_t i = 0; i < area_count; ++i)
    if (area(i).phandle == phandle) return area(i).region;
  const auto node = tree.find_phandle(phandle);
  if (!node) return failure(Error::NotFound);
  return tree.reg(*node);
}

// Maps it where the other side sees what we write, and sees that memory answers there.
Result<scmi::ShmemTransport::Memory> map_area(const DeviceTree& tree, uint32_t phandle) {
  const auto [address, size] = TRY(find_area(tree, phandle));
  if (address % 4 || size < scmi::ShmemTransport::kLeastBytes) return failure(Error::OutOfRange);
  const uint32_t used = size < kMostBytes ? uint32_t(size & ~uint64_t{3}) : kMostBytes;
  if (arch::image().overlaps({address, used})) return failure(Error::InUse);
  CHECK(arch::map(address, used, arch::Memory::Shared));
  CHECK(arch::peek(address, 4));
  CHECK(arch::peek(address + used - 4, 4));
  return scmi::ShmemTransport::Memory{reinterpret_cast<scmi::Area*>(uintptr_t(address)), used};
}

Result<Channel*> make_channel(const DeviceTree& tree, const scmi::ChannelBinding& binding, arch::Conduit conduit) {
  const auto a2p = TRY(map_area(tree, binding.a2p));
  scmi::ShmemTransport::Memory p2a;
  if (binding.p2a) p2a = TRY(map_area(tree, binding.p2a));
  const auto address = uintptr_t(a2p.area);
  const scmi::Doorbell doorbell{.ring = conduit == arch::Conduit::Hvc ? arch::hvc : arch::smc,
                                .function = binding.function,
                                .argument1 = binding.parameters ? address / kPage : 0,
                                .argument2 = binding.parameters ? address % kPage : 0};
  if (channel_count == kMostChannels) return failure(Error::NoSpace);
  auto* const memory = reinterpret_cast<Channel*>(channel_memory) + channel_count++;
  return std::construct_at(memory, a2p, p2a, doorbell, binding);
}

}  // namespace

void add_area(const SharedArea& found) {
  if (area_count < kMostAreas) std::construct_at(&area(area_count++), found);
}

void add_scmi(const DeviceTree& tree, DeviceTree::Node node, arch::Conduit conduit) {
  std::array<scmi::ChannelBinding, scmi::Instance::kMostChannels> bindings;
  const size_t count = scmi::read_binding(tree, node, bindings);
  scmi::Instance* instance = nullptr;
  for (const auto& binding : std::span(bindings).first(count)) {
    const std::string_view name = shown(binding.name);
    if (!binding.problem.empty()) {
      print("{}: {}\n", name, binding.problem);
    } else if (const auto channel = make_channel(tree, binding, conduit); !channel) {
      const auto area = find_area(tree, binding.a2p).value_or(DeviceTree::Region{});
      print("{}: shared memory ({:#x} bytes at {:#x}): {}\n", name, area.size, area.address, channel.error());
    } else {
      if (!instance) {
        const auto added = scmi::add_instance(name);
        if (!added) {
          print("{}: {}\n", name, added.error());
          return;
        }
        instance = *added;
      }
      if (instance->add((*channel)->client, binding.protocol)) {
#ifdef CONFIG_BANNER
        print("scmi: {}, function {:#x} by {}\n", name, binding.function,
              conduit == arch::Conduit::Hvc ? "hvc" : "smc");
#endif
        continue;
      }
    }
    if (binding.protocol == 0) return;  // without the default channel there is no Base, and no instance
  }
}

}  // namespace board
