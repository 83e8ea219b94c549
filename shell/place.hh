// SPDX-License-Identifier: BSD-2-Clause
// shell/place.hh - where a device is, as people write it.
#pragma once
#include "lib/print.hh"
#include "virtio/transport.hh"

namespace shell {

/// "00:03.1" on PCI, "0xa003e00" on other buses.
void print_place(Output& out, const virtio::Transport& transport);

}  // namespace shell
