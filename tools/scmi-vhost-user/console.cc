// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/console.hh"

#include <sys/socket.h>

namespace vhost {

void Console::work() {
  if (!client_) {
    client_ = listener_.accept();
    line_.clear();
    return;
  }
  std::array<char, 512> bytes;
  const ssize_t got = recv(client_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (got > 0) line_.append(bytes.data(), size_t(got));
  for (size_t end; (end = line_.find('\n')) != std::string::npos; line_.erase(0, end + 1)) {
    std::string answer = control_.execute(std::string_view(line_).substr(0, end)) + '\n';
    // Who does not read its answers loses them.
    (void)!send(client_.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (got == 0 || line_.size() > kLongestLine) client_.close();
}

}  // namespace vhost
