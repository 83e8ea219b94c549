// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/address.hh - sockets that have a path.
#pragma once
#include "tools/fd.hh"
#include "tools/scmi-vhost-user/flaw.hh"

namespace vhost {

using tools::Fd;

/// Whether `path` can be that of a socket at all; the failure says why not.
Outcome<void> check_path(const std::string& path);
/// A socket connected to the one that listens at `path`; none when nobody does, or not yet.
Outcome<Fd> connect_to(const std::string& path);
/// A socket that listens at a path, which is gone with it.
class Listener {
 public:
  Listener() = default;
  Listener(Listener&&) = default;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  /// One that nobody listens at any more is replaced.
  static Outcome<Listener> at(const std::string& path);
  /// The next connection; none when there is none.
  Fd accept() const;
  /// -1: it does not listen.
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
  std::string path_;
};

}  // namespace vhost
