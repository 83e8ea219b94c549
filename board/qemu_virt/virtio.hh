// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_virt/virtio.hh - virtio devices, whatever bus they are on: their drivers, and the memory of both.
#pragma once
#include "lib/console.hh"
#include "lib/fdt.hh"
#include "lib/pci.hh"

namespace board {

/// The tree has a node for an SCMI device: its name, and how long to wait for an answer.
void set_scmi_virtio(const DeviceTree& tree, DeviceTree::Node node);
/// Starts what is behind the registers at `address`. A place without a device is passed by; for one that cannot be used
/// there is a line.
void add_virtio_mmio(uint64_t address);
/// The same for a function of the PCI bus.
void add_virtio_pci(const PciFunction& function);
/// The first console among them that runs; null: none.
Console* virtio_console();

}  // namespace board
