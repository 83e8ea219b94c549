// SPDX-License-Identifier: BSD-2-Clause
#include "shell/place.hh"

#include "lib/pci.hh"

namespace shell {

void print_place(Output& out, const virtio::Transport& transport) {
  if (transport.bus() == "pci")
    print_pci_address(out, uint16_t(transport.address()));
  else
    print_to(out, "{:#x}", transport.address());
}

}  // namespace shell
