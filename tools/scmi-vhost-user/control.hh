// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/control.hh - what the person behind the platform, or a test, can do while it runs: lines of
// text, each answered by one line "ok ..." or "error: ...".
#pragma once
#include <string>

#include "tools/scmi-vhost-user/server.hh"

namespace vhost {

class Control {
 public:
  /// `server` outlives it.
  explicit Control(Server& server) : server_(server) {}

  /// Does what `line` says; returns the answer without its end of line.
  std::string execute(std::string_view line);
  /// "quit" was said.
  bool quits() const { return quits_; }

  static constexpr std::string_view kHelp =
      "notify rate CLOCK HZ | notify reset DOMAIN | notify error [fatal] | notify raw PROTOCOL MESSAGE [WORD...] | "
      "act AGENT PROTOCOL MESSAGE [WORD...] | fault SPEC | stats | help | quit";

 private:
  Outcome<std::string> run(std::string_view line);
  Outcome<std::string> notify(std::string_view words);
  Outcome<std::string> act(uint32_t agent, scmi::Command command, std::span<const uint32_t> payload);

  Server& server_;
  bool quits_ = false;
};

}  // namespace vhost
