// SPDX-License-Identifier: BSD-2-Clause
// drivers/ecam.hh - a PCI host bridge that is nothing but memory, "pci-host-ecam-generic": the Enhanced Configuration
// Access Mechanism (PCI Express Base 5.0, 7.2.2) and a window for BARs. Finds what is on its buses, numbers the buses
// behind bridges and gives the BARs addresses, whatever a stage before has done there.
//
// All BARs go to the window for 32-bit addresses, 64-bit ones too: the one for 64 bits may lie where no table of ours
// reaches. I/O space is never used.
#pragma once
#include <span>

#include "lib/fdt.hh"
#include "lib/pci.hh"
#include "lib/result.hh"

namespace drivers {

class Ecam {
 public:
  /// Makes memory accessible that is a device's; arch::map() does.
  using Map = Result<void> (*)(uint64_t address, uint64_t size);

  /// The bridge of a node whose first reg is `ecam`: bus-range, and from ranges the window. Addresses in ranges are
  /// taken as the CPU's, as they are below the root or a bus of one-to-one ranges. Errors: BadTree: cells, ranges or
  /// regions that make no sense; NotFound: no window for 32-bit addresses.
  static Result<Ecam> bind(const DeviceTree& tree, DeviceTree::Node node, const DeviceTree::Region& ecam);

  /// Finds all functions, bus after bus, and returns as many of them as there is `room` for. Every function is left
  /// switched off; bridges are left on as far as functions are behind them. Maps the configuration space of the buses
  /// that there are and the BARs. What cannot be used gets a line. Once.
  std::span<const PciFunction> scan(std::span<PciFunction> room, Map map);

 private:
  class Scan;

  uint64_t ecam_ = 0;
  uint8_t first_bus_ = 0, last_bus_ = 0;
  uint64_t next_ = 0, end_ = 0;  // what is free of the window, as PCI addresses, in whole MiB at first
  uint64_t offset_ = 0;          // from there to the CPU's
};

/// Lets the function answer at its BARs and access memory; it interrupts nobody. For the driver that takes it. Errors:
/// NoSpace: it has BARs without an address; IoError: it does not take the order.
Result<void> enable(const PciFunction& function);
/// Ends that, as it is before anybody used it. For a hand-over, after the device's own reset.
void disable(const PciFunction& function);

}  // namespace drivers
