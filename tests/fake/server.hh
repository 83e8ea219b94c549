// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/server.hh - what an SCMI platform answers, apart from how messages reach it. It behaves: a test says what
// the platform is like, not which calls come in which order. What nobody described answers as DEN0056E 4.2.2 wants.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "scmi/message.hh"

namespace fake {

using Words = std::vector<uint32_t>;

/// Status and payload, and what is wrong with the message that carries them.
struct Answer {
  Answer(Words w) : words(std::move(w)) {}
  Answer(std::initializer_list<uint32_t> w) : words(w) {}
  Answer(Error status) : words{uint32_t(status)} {}

  Words words;
  std::optional<uint32_t> length;  // bytes that the message claims, header included; else what it has
  uint32_t flip = 0;               // header bits that are not echoed
  bool silent = false;             // never answered
  bool held = false;               // shared memory: the channel is left busy
  bool error_bit = false;          // shared memory: the channel says that the message was not understood
};

constexpr uint32_t kSuccess = 0;

/// Text as the wire has it: `bytes` long, cut or filled with zeros.
Words text(std::string_view characters, size_t bytes = 16);
/// One list of words out of several.
Words join(std::initializer_list<Words> parts);

class Server {
 public:
  using Handler = std::function<Answer(const Words& arguments)>;

  /// What `command` answers from now on.
  void on(scmi::Command command, Handler handler) { handlers_[command] = std::move(handler); }
  void on(scmi::Command command, Answer answer) {
    on(command, [answer](const Words&) { return answer; });
  }
  /// Speaks `protocol` in this version.
  void speaks(scmi::Protocol protocol, uint32_t version);
  /// Changes the answer to the next command that is served, once.
  void spoil_next(std::function<void(Answer&)> spoil) { spoil_ = std::move(spoil); }

  /// `message` starts with its header.
  Answer serve(const Words& message);

  std::vector<Words> seen;  // every message, header first
  size_t count(scmi::Command command) const;
  scmi::Header last() const { return {seen.back().front()}; }

 private:
  std::map<scmi::Command, Handler> handlers_;
  std::function<void(Answer&)> spoil_;
};

}  // namespace fake
