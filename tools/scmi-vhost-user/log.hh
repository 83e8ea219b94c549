// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/log.hh - what this program tells the person who started it.
#pragma once
#include <string>

#include "lib/print.hh"
#include "scmi/message.hh"

namespace vhost {

class Log {
 public:
  /// `messages`: a line for each SCMI message too. `out` outlives the log.
  Log(Output& out, bool messages) : out_(out), messages_(messages) {}

  /// One line, with the program's name before it.
  template <class... A>
  void say(Format<std::type_identity_t<A>...> format, A... args) {
    print_to(out_, "scmi-vhost-user: ");
    print_to(out_, format, args...);
    print_to(out_, "\n");
  }
  /// A command that was taken, with its payload in words.
  void command(scmi::Header header, std::span<const uint32_t> payload);
  /// What became of it: `status` as in the reply, `length` bytes.
  void reply(scmi::Header header, int32_t status, uint32_t length);
  /// What became of it in other words.
  void reply(scmi::Header header, std::string_view what);
  /// A notification or a delayed response.
  void event(scmi::Header header, std::span<const uint32_t> payload);

 private:
  void message(std::string_view direction, scmi::Header header);
  void words(std::span<const uint32_t> payload);

  Output& out_;
  bool messages_;
};

/// Standard error, one write a line.
class StandardError final : public Output {
 public:
  void write(std::string_view text) override;

 private:
  std::string line_;
};

}  // namespace vhost
