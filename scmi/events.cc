// SPDX-License-Identifier: BSD-2-Clause
// scmi/events.cc - the part of the client for what the platform sends of its own accord: notifications, delayed
// responses, and replies that come too late.
#include <algorithm>

#include "scmi/client.hh"

namespace scmi {

void Client::expect(Command command) {
  if (!transport_.outgoing())
    static_cast<void>(wait_for_outgoing());  // now, for what arrives meanwhile takes numbers of the sequence
  expectation_.header = Header::make(command, MessageType::DelayedResponse, sequence_ + 1);
  expectation_.length = 0;
}

Result<const uint32_t*> Client::await(Result<void> ordered, uint32_t words) {
  Error error = ordered ? Error{} : ordered.error();
  const Ticks start = time_.now();
  while (error == Error{} && !expectation_.length) {
    poll();
    if (base_) base_->poll();
    if (!expectation_.length && time_.now() - start >= time_.milliseconds(kDelayedLimit)) error = Error::Timeout;
  }
  if (ordered && error != Error{}) {
    ++timed_out_;
    trace_[expectation_.header.token() % kTraceLength].result = int32_t(error);  // the command's own entry
  }
  expectation_.header = {kNoHeader};
  if (error == Error{} && expectation_.words[0]) error = check_status(int32_t(expectation_.words[0])).error();
  if (error == Error{} && expectation_.length < 4 + 4 * words) error = Error::ReplyShort;
  if (error != Error{}) return failure(error);
  return &expectation_.words[1];
}

Result<void> Client::listen(Command event, Handler handler, void* context) {
  Listener* free = nullptr;
  for (auto& listener : listeners_) {
    if (listener.handler && listener.event == event) {
      free = &listener;
      break;
    }
    if (!listener.handler && !free) free = &listener;
  }
  if (!free) return failure(Error::NoSpace);
  *free = {event, handler, context};
  return {};
}

unsigned Client::poll() {
  constexpr unsigned kMost = 32;  // a platform that never stops sending must not keep us here
  for (unsigned count = 0; count < kMost; ++count) {
    const Arrival in = transport_.receive();
    if (!in.here()) return count;
    dispatch(in);
  }
  return kMost;
}

// The message is copied out first: its memory is the platform's to change until then.
void Client::dispatch(Arrival in) {
  if (flights_ && land_(*this, in)) return;
  constexpr uint32_t kMostWords = 32;
  std::array<uint32_t, kMostWords> payload;
  const uint32_t length = in.length() < 4 ? 0 : std::min<uint32_t>(in.length() - 4, sizeof payload);
  const Header header{in.length() < 4 ? 0 : in.word(0)};
  for (uint32_t i = 0; i < length / 4; ++i) payload[i] = in.word(1 + i);
  const std::span<const uint32_t> words(payload.data(), length / 4);
  if (in.held()) transport_.release(in.slot());
  ++arrivals_;
  trace_[++sequence_ % kTraceLength] = {header, words.empty() ? 0 : words[0], 0, in.length()};

  // A channel without a P2A of its own hears what comes over its base's.
  switch (in.length() < 4 || header.word >> 28 ? MessageType{1} : header.type()) {
    case MessageType::Command:  // its token is no longer awaited
      ++late_;
      return;
    case MessageType::DelayedResponse:
      for (Client* client = this; client; client = client->next_)
        if (client->take_delayed(header, words)) return;
      ++late_;
      return;
    case MessageType::Notification:
      ++notifications_;
      for (const Client* client = this; client; client = client->next_) client->notify(header, words);
      return;
  }
  ++unexpected_;
}

bool Client::take_delayed(Header header, std::span<const uint32_t> words) {
  if (expectation_.header != header || expectation_.length || words.empty()) return false;
  expectation_.length = uint32_t(words.size_bytes());
  std::copy_n(words.data(), std::min(words.size(), expectation_.words.size()), expectation_.words.data());
  ++delayed_;
  return true;
}

void Client::notify(Header header, std::span<const uint32_t> words) const {
  const Command event = Command(header.word & 0x3fcff);  // protocol and message, without type and token
  for (const auto& listener : listeners_)
    if (listener.handler && listener.event == event) listener.handler(listener.context, header, words);
}

}  // namespace scmi
