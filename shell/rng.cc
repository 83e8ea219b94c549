// SPDX-License-Identifier: BSD-2-Clause
// shell/rng.cc - random bytes.
#include <algorithm>

#include "lib/console.hh"
#include "shell/command.hh"
#include "shell/input.hh"
#include "virtio/entropy.hh"

#ifdef CONFIG_VIRTIO
namespace shell {

COMMAND(rng, "rng [N]", "N random bytes (16) from a virtio device, in hexadecimal") {
  about("random numbers"sv);
  for (uint64_t left = call.number(0, 16); left != 0;) {
    CHECK(go_on());
    std::array<std::byte, 32> bytes;
    const auto some = std::span(bytes).first(size_t(std::min<uint64_t>(left, bytes.size())));
    CHECK(virtio::random(some));
    for (const std::byte byte : some) print("{:02x}", uint8_t(byte));
    print("\n");
    left -= some.size();
  }
  return {};
}

}  // namespace shell
#endif
