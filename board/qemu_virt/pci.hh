// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_virt/pci.hh - the functions of the PCI bus.
#pragma once
#include "lib/fdt.hh"
#include "lib/pci.hh"

namespace board {

/// Scans the bus of the node, which has `reg`. The first bridge only, as the machine has one; a line says what goes
/// wrong. What it finds is pci_functions() from then on.
void bind_pci(const DeviceTree& tree, DeviceTree::Node node, std::string_view name,
              const Result<DeviceTree::Region>& reg);
/// All functions, switched off: drivers::enable() is for the driver that takes one.
std::span<const PciFunction> pci_functions();
/// No function accesses memory any more, and none answers. For a hand-over, after stop_all().
void stop_pci();

}  // namespace board
