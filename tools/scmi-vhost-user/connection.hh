// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/connection.hh - the socket to a front end: whole messages out of a stream of bytes.
#pragma once
#include <optional>

#include "tools/scmi-vhost-user/message.hh"

namespace vhost {

class Connection {
 public:
  explicit Connection(Fd socket) : socket_(std::move(socket)) {}

  int fd() const { return socket_.get(); }
  /// Takes what has come, without waiting. None: a message is not whole yet. Flaws: Closed and those of framing; after
  /// each the connection is of no use any more.
  Checked<std::optional<Message>> receive();
  /// False: the other end does not take it.
  bool send(const Message& message);

 private:
  Checked<bool> fill(void* to, size_t size);

  Fd socket_;
  Message message_;
  size_t have_ = 0;  // bytes of header and payload
};

}  // namespace vhost
