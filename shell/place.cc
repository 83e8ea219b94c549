// SPDX-License-Identifier: BSD-2-Clause
#include "shell/place.hh"

namespace shell {

void print_pci_place(Output& out, uint16_t address) {
  print_to(out, "{:02x}:{:02x}.{}", address >> 8, address >> 3 & 31, address & 7);
}

void print_place(Output& out, const virtio::Transport& transport) {
  if (transport.bus() == "pci")
    print_pci_place(out, uint16_t(transport.address()));
  else
    print_to(out, "{:#x}", transport.address());
}

}  // namespace shell
