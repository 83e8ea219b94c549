// SPDX-License-Identifier: BSD-2-Clause
// lib/pci.hh - a function of a PCI device, as the one who scans the bus leaves it for drivers.
#pragma once
#include <array>
#include <cstdint>

#include "lib/print.hh"

struct PciFunction {
  struct Bar {
    uint64_t address = 0;  // of the CPU; mapped for devices
    uint64_t size = 0;     // 0: there is none, or it has no address
  };

  uint16_t address = 0;  // bus 15:8, device 7:3, function 2:0
  uint16_t vendor = 0, device = 0, subsystem = 0;
  uint32_t class_code = 0;           // class 23:16, subclass 15:8, interface 7:0
  uint8_t revision = 0, header = 0;  // header type without its multi-function bit: 0 device, 1 bridge
  bool assigned = true;              // all of its BARs for memory have addresses; else it cannot be switched on
  uintptr_t config = 0;              // its 4 KiB of configuration space, mapped
  std::array<Bar, 6> bars{};         // those for memory; the second half of one of 64 bits stays empty
};

/// "00:03.1": bus, device, function, as PciFunction::address has them.
void print_pci_address(Output& out, uint16_t address);
