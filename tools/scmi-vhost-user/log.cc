// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/log.hh"

#include <unistd.h>

#include <algorithm>

#include "shell/names.hh"

namespace vhost {

void StandardError::write(std::string_view text) {
  line_ += text;
  if (!line_.ends_with('\n')) return;
  for (std::string_view rest = line_; !rest.empty();) {
    const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written <= 0) break;  // there is nobody to tell
    rest.remove_prefix(size_t(written));
  }
  line_.clear();
}

void Log::message(std::string_view direction, scmi::Header header) {
  const bool notification = header.type() == scmi::MessageType::Notification;
  const std::string_view name = shell::message_name(header.protocol(), header.message(), notification);
  print_to(out_, "{} {} ", direction, shell::protocol_name(header.protocol()));
  if (name.empty())
    print_to(out_, "{:#x}:{:#x}", header.protocol(), header.message());
  else
    print_to(out_, "{}", name);
  print_to(out_, " token {}", header.token());
}

void Log::words(std::span<const uint32_t> payload) {
  constexpr size_t kMost = 8;
  for (const uint32_t word : payload.first(std::min(payload.size(), kMost))) print_to(out_, " {:#x}", word);
  print_to(out_, "{}\n", payload.size() > kMost ? " ..." : "");
}

void Log::command(scmi::Header header, std::span<const uint32_t> payload) {
  if (!messages_) return;
  message("<-", header);
  words(payload);
}

void Log::reply(scmi::Header header, int32_t status, uint32_t length) {
  if (!messages_) return;
  message("->", header);
  if (status == 0)
    print_to(out_, " SUCCESS");
  else if (status < 0 && status >= int32_t(Error::Partial))
    print_to(out_, " {}", Error(status));
  else
    print_to(out_, " status {}", status);
  print_to(out_, ", {} bytes\n", length);
}

void Log::reply(scmi::Header header, std::string_view what) {
  if (!messages_) return;
  message("->", header);
  print_to(out_, " {}\n", what);
}

void Log::event(scmi::Header header, std::span<const uint32_t> payload) {
  if (!messages_) return;
  message("=>", header);
  print_to(out_, " {}", header.type() == scmi::MessageType::Notification ? "notification" : "delayed response");
  words(payload);
}

}  // namespace vhost
