// SPDX-License-Identifier: BSD-2-Clause
// scmi/binding.hh - what a device tree says of the channels to an SCMI platform (Linux,
// Documentation/devicetree/bindings/firmware/arm,scmi.yaml): nodes "arm,scmi-smc" and "arm,scmi-smc-param".
#pragma once
#include <span>
#include <string_view>

#include "lib/fdt.hh"
#include "scmi/instance.hh"
#include "scmi/shmem.hh"

namespace scmi {

struct ChannelBinding {
  std::string_view name;     // of its node
  std::string_view problem;  // why it cannot be used; empty: it can
  uint8_t protocol;          // 0: the default channel
  bool parameters;           // the call carries the area's page number and its offset there
  Completion completion;
  uint32_t function;  // arm,smc-id: its own, or that of the SCMI node
  uint32_t a2p, p2a;  // phandles of the areas; p2a 0: none
  uint32_t limit;     // milliseconds to wait for an answer
};

/// Fills `channels` from an SCMI node: the default channel first, then those of protocols that have an area of their
/// own. Disabled ones are left out, as are those that do not fit. Returns how many there are.
size_t read_binding(const DeviceTree& tree, DeviceTree::Node node, std::span<ChannelBinding> channels);

}  // namespace scmi
