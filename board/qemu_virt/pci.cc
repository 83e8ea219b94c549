// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_virt/pci.hh"

#include "arch/mmu.hh"
#include "board/common/text.hh"
#include "drivers/ecam.hh"
#include "lib/console.hh"

namespace board {
namespace {

// Raw memory: functions that are not there cost no written page.
constexpr size_t kMostFunctions = 32;
alignas(PciFunction) [[gnu::section(".bss..noinit")]] std::byte memory[kMostFunctions * sizeof(PciFunction)];
constinit std::span<const PciFunction> functions;

}  // namespace

void bind_pci(const DeviceTree& tree, DeviceTree::Node node, std::string_view name,
              const Result<DeviceTree::Region>& reg) {
  static constinit bool bound = false;
  if (bound) return;
  auto bridge = reg ? drivers::Ecam::bind(tree, node, *reg) : failure(reg.error());
  if (!bridge) {
    print("{}: {}\n", shown(name), bridge.error());
    return;
  }
  bound = true;
  const auto map = [](uint64_t address, uint64_t size) { return arch::map(address, size, arch::Memory::Device); };
  functions = bridge->scan({reinterpret_cast<PciFunction*>(memory), kMostFunctions}, map);
}

std::span<const PciFunction> pci_functions() { return functions; }

void stop_pci() {
  for (const PciFunction& function : functions) drivers::disable(function);
}

}  // namespace board
