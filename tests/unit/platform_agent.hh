// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/platform_agent.hh - an agent that talks to the reference platform without a transport.
#pragma once
#include <cstring>
#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

#include "scmi/base.hh"
#include "scmi/clock.hh"
#include "scmi/platform/platform.hh"
#include "scmi/platform/reference.hh"
#include "scmi/reset.hh"

namespace scmi::platform {

/// Status and payload of a reply, checked to echo the header.
struct Answer {
  int32_t status;
  std::vector<uint32_t> words;  // behind the status
  uint64_t rate() const { return words.size() < 2 ? ~0ull : join(words[0], words[1]); }
  std::string text(size_t first) const {
    std::string all(reinterpret_cast<const char*>(words.data() + first), (words.size() - first) * 4);
    return all.substr(0, all.find('\0'));
  }
};

constexpr int32_t kSuccess = 0, kNotSupported = -1, kInvalid = -2, kDenied = -3, kNotFound = -4, kOutOfRange = -5,
                  kBusy = -6, kProtocolError = -10;

class TestAgent {
 public:
  TestAgent(Platform& platform, uint32_t id, uint32_t room = 104) : platform_(platform), id_(id), room_(room) {}

  Answer ask(Command command, std::initializer_list<uint32_t> payload = {}, uint32_t extra_bytes = 0) {
    return ask(Header::make(command, MessageType::Command, ++token_), payload, extra_bytes);
  }
  Answer ask(Header header, std::initializer_list<uint32_t> payload, uint32_t extra_bytes = 0) {
    Request request{.header = header, .size = uint32_t(payload.size() * 4 + extra_bytes), .words = {}};
    size_t n = 0;
    for (const uint32_t word : payload)
      if (n < request.words.size()) request.words[n++] = word;
    std::vector<uint32_t> reply(room_ / 4 + 2, 0xdeadbeef);
    const uint32_t length = platform_.serve(id_, request, {reply.data(), room_});
    if (reply[room_ / 4] != 0xdeadbeef || length > room_ || length < 8 || length % 4 != 0) return {12345, {}};
    if (reply[0] != header.word) return {12346, {}};
    return {int32_t(reply[1]), {reply.begin() + 2, reply.begin() + length / 4}};
  }
  template <class R>
  Answer send(const R& request) {
    uint32_t words[4] = {};
    if constexpr (!std::is_empty_v<R>) std::memcpy(words, &request, sizeof request);
    constexpr size_t n = std::is_empty_v<R> ? 0 : sizeof(R) / 4;
    if constexpr (n == 0) return ask(R::kCommand);
    if constexpr (n == 1) return ask(R::kCommand, {words[0]});
    if constexpr (n == 2) return ask(R::kCommand, {words[0], words[1]});
    if constexpr (n == 3) return ask(R::kCommand, {words[0], words[1], words[2]});
    if constexpr (n == 4) return ask(R::kCommand, {words[0], words[1], words[2], words[3]});
  }
  /// The next event that waits for this agent; empty: none.
  std::vector<uint32_t> event() {
    Outbox& outbox = platform_.outbox(id_);
    if (outbox.empty()) return {};
    const Event event = outbox.front();
    outbox.pop();
    return {event.word.begin(), event.word.begin() + event.words};
  }
  uint32_t token() const { return token_ & Header::kTokenMask; }

 private:
  Platform& platform_;
  uint32_t id_, room_;
  uint32_t token_ = 0;
};

}  // namespace scmi::platform
