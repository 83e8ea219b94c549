// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/channel.hh - a client with a platform at its other end, ready to be asked.
#pragma once
#include "scmi/client.hh"
#include "tests/fake/platform.hh"
#include "tests/fake/result.hh"
#include "tests/fake/timeline.hh"

namespace fake {

struct Channel {
  explicit Channel(Platform::Manner manner = Platform::Manner::AtOnce, uint32_t capacity = 104)
      : platform(manner, capacity) {}

  Timeline timeline;
  Platform platform;
  Server& server = platform.server;
  scmi::Client client{platform, timeline.time};
};

inline constexpr Platform::Manner kManners[] = {Platform::Manner::AtOnce, Platform::Manner::Later};

}  // namespace fake
