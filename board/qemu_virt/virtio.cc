// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_virt/virtio.hh"

#include <memory>
#include <optional>

#include "arch/access.hh"
#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/common/text.hh"
#include "drivers/ecam.hh"
#include "lib/arena.hh"
#include "lib/console.hh"
#include "scmi/instance.hh"
#include "scmi/virtio.hh"
#include "shell/place.hh"
#include "virtio/block.hh"
#include "virtio/console.hh"
#include "virtio/entropy.hh"
#include "virtio/mmio.hh"
#include "virtio/pci.hh"
#ifdef CONFIG_NET
#include "net/stack.hh"
#include "net/virtio_link.hh"
#endif

namespace board {
namespace {

constexpr uint64_t kPage = 4096, kRegisters = 0x200;  // bytes; of an mmio device

// Raw memory: drivers of devices that are not there cost no written page.
alignas(64) [[gnu::section(".bss..noinit")]] std::byte driver_memory[32 << 10];
alignas(4096) [[gnu::section(".bss..noinit")]] std::byte dma_memory[192 << 10];
constinit Arena drivers_arena{driver_memory};
constinit Arena dma_arena{dma_memory};
constinit const Dma dma{dma_arena};  // QEMU's devices are coherent
constinit std::optional<virtio::Host> the_host;

const virtio::Host& host() {
  if (!the_host) the_host.emplace(dma, arch::time());
  return *the_host;
}

constinit std::optional<scmi::VirtioBinding> scmi_binding;

template <class T, class... A>
Result<T*> make(A&&... arguments) {
  const auto memory = TRY(drivers_arena.take<std::byte>(sizeof(T), alignof(T)));
  return std::construct_at(reinterpret_cast<T*>(memory.data()), std::forward<A>(arguments)...);
}

Result<void> start(virtio::Device& device) {
  device.add();
  return device.start();
}

// One that does not start is an instance nonetheless: it may be started again, when its other end is back.
Result<void> add_scmi_device(virtio::Transport& transport) {
  auto* const device = TRY(make<scmi::VirtioTransport>(transport, host()));
  const uint32_t limit = scmi_binding ? scmi_binding->limit : scmi::kVirtioLimit;
  auto* const client = TRY(make<scmi::Client>(*device, arch::time(), limit));
  // The tree's node is for the first one: nothing says which it means.
  const std::string_view name = scmi_binding ? shown(scmi_binding->name) : "scmi-virtio";
  scmi_binding.reset();
  auto* const instance = TRY(scmi::add_instance(name));
  CHECK(instance->add(*client));
  return start(*device);
}

#ifdef CONFIG_NET
Result<uint32_t> random_word() {
  uint32_t word = 0;
  CHECK(virtio::random(std::as_writable_bytes(std::span(&word, 1))));
  return word;
}

Result<void> add_network_card(virtio::Transport& transport) {
  auto* const card = TRY(make<virtio::Net>(transport, host()));
  net::attach(*TRY(make<net::VirtioLink>(*card)), arch::time(), random_word);
  return start(*card);
}
#endif

template <class T>
Result<void> add_device(virtio::Transport& transport) {
  return start(*TRY(make<T>(transport, host())));
}

struct Driver {
  virtio::Type type;
  std::string_view name;
  Result<void> (*add)(virtio::Transport& transport);
};
constexpr Driver kDrivers[] = {
    {virtio::Type::Scmi, "scmi", add_scmi_device},
#ifdef CONFIG_NET
    {virtio::Type::Network, "network", add_network_card},
#endif
    {virtio::Type::Block, "block", add_device<virtio::Block>},
    {virtio::Type::Entropy, "entropy", add_device<virtio::Entropy>},
    {virtio::Type::Console, "console", add_device<virtio::Console>},
};

template <class T>
Result<void> add(const T& found) {
  for (const Driver& driver : kDrivers) {
    if (driver.type != found.type()) continue;
    auto* const transport = TRY(make<T>(found));
    CHECK(driver.add(*transport));
#ifdef CONFIG_BANNER
    print("virtio: {} at {} ", driver.name, transport->bus());
    shell::print_place(console(), *transport);
    print("\n");
#endif
    return {};
  }
  return failure(Error::NotSupported);
}

}  // namespace

void set_scmi_virtio(const DeviceTree& tree, DeviceTree::Node node) {
  scmi_binding = scmi::read_virtio_binding(tree, node);
}

void add_virtio_mmio(uint64_t address) {
  const auto probe = [&] -> Result<void> {
    // Eight of them share a page, and a machine has dozens.
    static constinit uint64_t mapped = 0;
    if (address / kPage != mapped || (address + kRegisters - 1) / kPage != mapped) {
      CHECK(arch::map(address, kRegisters, arch::Memory::Device));
      mapped = address / kPage;
    }
    CHECK(arch::peek(address, 4));
    return add(TRY(virtio::MmioTransport::probe(uintptr_t(address))));
  };
  const auto done = probe();
  if (!done && done.error() != Error::NoDevice) print("virtio: mmio {:#x}: {}\n", address, done.error());
}

void add_virtio_pci(const PciFunction& function) {
  const auto probe = [&] -> Result<void> {
    const auto found = TRY(virtio::PciTransport::probe(function));
    CHECK(drivers::enable(function));  // from now on: what is no virtio, a bridge above all, stays as it is
    return add(found);
  };
  const auto done = probe();
  if (done || done.error() == Error::NoDevice) return;
  print("virtio: pci ");
  print_pci_address(console(), function.address);
  print(": {}\n", done.error());
}

Console* virtio_console() { return static_cast<virtio::Console*>(virtio::Device::running(virtio::Type::Console)); }

}  // namespace board
