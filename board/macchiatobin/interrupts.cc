// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/interrupts.hh"

#include <optional>

#include "arch/mmu.hh"
#include "board/common/machine.hh"

namespace board {
namespace {

constinit std::optional<DeviceTree::Node> node;
constinit bool used = false;

}  // namespace

void bind_gic(const Device& device) {
  if (!node) node = device.node;
}

Result<drivers::Gic> interrupt_controller() {
  if (!node) return failure(Error::NoDevice);
  const DeviceTree& tree = the_machine().tree;
  const auto distributor = TRY(tree.reg(*node, 0)), cpu = TRY(tree.reg(*node, 1));
  constexpr uint64_t kDistributor = 0x1000, kCpu = 0x1000;  // what the architecture defines of each
  if (distributor.size < kDistributor || cpu.size < kCpu) return failure(Error::BadTree);
  CHECK(arch::map(distributor.address, kDistributor, arch::Memory::Device));
  CHECK(arch::map(cpu.address, kCpu, arch::Memory::Device));
  used = true;
  return drivers::Gic(distributor.address, cpu.address);
}

void quiet_interrupts() {
  if (!used) return;
  if (const auto controller = interrupt_controller()) controller->quiet();
}

}  // namespace board
