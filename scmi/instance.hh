// SPDX-License-Identifier: BSD-2-Clause
// scmi/instance.hh - one SCMI platform as the firmware sees it: a default channel, and channels of their own for the
// protocols that have one. A board may have several instances at once.
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "scmi/client.hh"

namespace scmi {

class Instance {
 public:
  static constexpr size_t kMostChannels = 8;

  struct Channel {
    Client* client;    // null: unused
    uint8_t protocol;  // 0: the default channel, that of Base
    bool serves(Protocol p) const { return client && protocol == uint8_t(p); }
  };

  constexpr explicit Instance(std::string_view name) : name_(name) {}
  std::string_view name() const { return name_; }

  /// The first channel added is the default one. The client stays the caller's, for ever. Error::NoSpace.
  Result<void> add(Client& client, uint8_t protocol = 0);
  /// The channel that `protocol` goes over.
  Client& client(Protocol protocol) const;
  std::span<const Channel> channels() const { return {channels_.data(), count_}; }
  /// Delivers what has arrived on any channel.
  unsigned poll();

 private:
  std::string_view name_;  // of the device tree node
  std::array<Channel, kMostChannels> channels_{};
  size_t count_ = 0;
};

/// All instances, in the order in which the board found them.
std::span<Instance> instances();
/// A new one, without channels. Error::NoSpace.
Result<Instance*> add_instance(std::string_view name);

}  // namespace scmi
