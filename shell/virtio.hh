// SPDX-License-Identifier: BSD-2-Clause
// shell/virtio.hh - what commands have to say of any virtio device.
#pragma once
#include "lib/print.hh"
#include "virtio/device.hh"

namespace shell {

/// "running", "stopped", or why it is out of service.
Arg state_of(const virtio::Device& device);

}  // namespace shell
