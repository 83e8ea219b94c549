// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/transport.hh"

namespace virtio {

void print_place(Output& out, const Transport& transport) {
  const uint64_t address = transport.address();
  if (transport.bus() == "pci")
    print_to(out, "{:02x}:{:02x}.{}", address >> 8, address >> 3 & 31, address & 7);
  else
    print_to(out, "{:#x}", address);
}

}  // namespace virtio
