// SPDX-License-Identifier: BSD-2-Clause
#include "lib/pci.hh"

void print_pci_address(Output& out, uint16_t address) {
  print_to(out, "{:02x}:{:02x}.{}", address >> 8, address >> 3 & 31, address & 7);
}
