// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/service.hh - how a protocol is served: a table of its messages, each with a function that takes the
// request as the wire struct and puts the reply as one. Lengths and versions are checked before it is called.
#pragma once
#include <bit>

#include "scmi/platform/platform.hh"

namespace scmi::platform {

struct Service;

/// One command on its way.
struct Call {
  Platform& platform;
  const Service& service;
  uint32_t agent;    // who sent it: checked, never 0
  uint32_t version;  // of the protocol, that this agent and we speak
  const Request& request;
  volatile uint32_t* next;  // the next word of the reply
  const volatile uint32_t* end;

  AgentState& from() const { return platform.state().agents[agent]; }
  /// Words that still fit into the reply.
  uint32_t room() const { return uint32_t(end - next); }

  /// Appends to the reply. A reply of fixed length always fits; what has no fixed length asks room() first.
  template <class T>
  void put(const T& reply) {
    static_assert(sizeof(T) % 4 == 0 && sizeof(T) + 8 <= Reply::kLeast);
    for (const uint32_t word : std::bit_cast<std::array<uint32_t, sizeof(T) / 4>>(reply)) *next++ = word;
  }
  void put_word(uint32_t word) { *next++ = word; }
};

/// One message of a protocol.
struct Message {
  static constexpr uint32_t kAnySize = ~0u;  // the function looks for itself

  uint32_t size = 0;                       // bytes of payload, exactly
  uint32_t since = 0;                      // version that brought it
  Result<void> (*serve)(Call&) = nullptr;  // null: there is no such message
};

inline constexpr size_t kMessages = common::kNegotiateVersion + 1;
using Messages = std::array<Message, kMessages>;

/// A protocol: its messages, and its version in each release of the specification (0: not there yet).
struct Service {
  Protocol protocol;
  std::array<uint32_t, kReleases> version;
  Messages messages;
};

extern const Service kBaseService, kClockService, kResetService;

/// A row of a table of messages.
struct Row {
  uint8_t id;
  Message message;
};

/// Message R, served by `F(Call&, const R&)`.
template <class R, Result<void> (*F)(Call&, const R&)>
constexpr Row on(uint32_t since) {
  if constexpr (std::is_empty_v<R>) {
    return {uint8_t(R::kCommand), {0, since, [](Call& call) { return F(call, R{}); }}};
  } else {
    static_assert(sizeof(R) <= sizeof Request::words);
    return {uint8_t(R::kCommand), {sizeof(R), since, [](Call& call) {
                                     std::array<uint32_t, sizeof(R) / 4> words;
                                     for (size_t i = 0; i < words.size(); ++i) words[i] = call.request.words[i];
                                     return F(call, std::bit_cast<R>(words));
                                   }}};
  }
}

// The messages of 4.2.2.
Result<void> serve_version(Call& call);
Result<void> serve_message_attributes(Call& call);
Result<void> serve_negotiate(Call& call);

/// The table of a protocol: these, and `rows`, which are the others with PROTOCOL_ATTRIBUTES.
template <size_t N>
consteval Messages messages(const Row (&rows)[N]) {
  Messages all{};
  all[common::kVersion] = {0, 0, serve_version};
  all[common::kMessageAttributes] = {4, 0, serve_message_attributes};
  all[common::kNegotiateVersion] = {4, 0, serve_negotiate};
  for (const Row& row : rows) all[row.id] = row.message;
  return all;
}

/// A name as it goes into a reply: cut off or filled with NULs, and always ended by one.
template <size_t N>
void put_name(char (&to)[N], const char* name) {
  size_t i = 0;
  for (; i < N - 1 && name[i]; ++i) to[i] = name[i];
  for (; i < N; ++i) to[i] = 0;
}
/// Whether a name needs the longer field of ..._NAME_GET.
constexpr bool is_long(const char* name) {
  size_t i = 0;
  while (i < 16 && name[i]) ++i;
  return i == 16;
}

/// The second word of ..._NOTIFY messages: bit 0, the others reserved.
inline Result<bool> switch_of(uint32_t word) {
  if (word > 1) return failure(Error::InvalidParameters);
  return word != 0;
}

}  // namespace scmi::platform
