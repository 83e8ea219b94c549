// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/resources.hh - what the platform as a whole asks of the clocks and of the reset domains.
#pragma once
#include "scmi/platform/platform.hh"

namespace scmi::platform {

/// State of clock `id` as described.
void start_clock(Platform& platform, size_t id);
/// Rights of `agent`; what it wants to hear of stays.
void permit_clocks(Platform& platform, uint32_t agent);
void permit_resets(Platform& platform, uint32_t agent);
/// Takes back what `agent` has set.
void reset_clocks(Platform& platform, uint32_t agent);
void reset_resets(Platform& platform, uint32_t agent);
/// Does what was accepted before, and queues the delayed response.
void complete_clock(Platform& platform, const Pending& done);
void complete_reset(Platform& platform, const Pending& done);

/// Whether a permission message has taken `protocol` of a device that resource `id` belongs to.
inline bool is_denied(Platform& platform, uint32_t agent, Protocol protocol, Ids Device::* resources, size_t id) {
  const auto devices = platform.description().devices;
  for (size_t i = 0; i < devices.size(); ++i) {
    if (!(platform.state().agents[agent].denied[i] >> (uint32_t(protocol) & 7) & 1)) continue;
    for (const uint16_t each : devices[i].*resources)
      if (each == id) return true;
  }
  return false;
}

}  // namespace scmi::platform
