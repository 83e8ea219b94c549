// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/console.hh - the control socket: lines of whoever has connected there, one after the other.
#pragma once
#include <poll.h>

#include "tools/scmi-vhost-user/address.hh"
#include "tools/scmi-vhost-user/control.hh"

namespace vhost {

class Console {
 public:
  /// `control` outlives it.
  explicit Console(Control& control) : control_(control) {}

  /// Nobody can connect before.
  void listen(Listener listener) { listener_ = std::move(listener); }

  /// What to wait for; fd -1: nothing.
  pollfd waits() const { return {.fd = client_ ? client_.get() : listener_.fd(), .events = POLLIN, .revents = 0}; }
  /// Something has come there.
  void work();

 private:
  static constexpr size_t kLongestLine = 1024;

  Listener listener_;
  Fd client_;
  Control& control_;
  std::string line_;
};

}  // namespace vhost
