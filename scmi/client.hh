// SPDX-License-Identifier: BSD-2-Clause
// scmi/client.hh - turns typed commands into messages and back, over one channel. Nothing is asked of the platform
// before somebody wants the answer.
#pragma once
#include <array>
#include <span>

#include "lib/time.hh"
#include "scmi/message.hh"
#include "scmi/quirk.hh"
#include "scmi/transport.hh"

namespace scmi {

/// What a channel has seen. `sent` counts commands; each ends as one of the other counts up to `malformed`.
struct Statistics {
  uint32_t sent, answered, timed_out, malformed;
  uint32_t late, notifications, delayed, unexpected;
};

/// One message as it went by: a command with its answer, or an arrival of its own (type in the header).
struct TraceEntry {
  Header header;
  uint32_t first;   // first payload word: of the command, or of the arrival
  int32_t result;   // status; where there was no valid answer, the Error as a number
  uint32_t length;  // bytes that arrived, header included
};

class Client {
 public:
  static constexpr uint32_t kDefaultLimit = 30;   // milliseconds for an answer: Linux's and U-Boot's default
  static constexpr uint32_t kDelayedLimit = 2000;  // milliseconds for a delayed response: as Linux
  static constexpr size_t kTraceLength = 32;

  /// `limit`: milliseconds to wait for an answer that does not come at once.
  constexpr Client(Transport& transport, const Time& time, uint32_t limit = kDefaultLimit)
      : transport_(transport), time_(time), limit_(limit) {}

  /// Sends `request` and takes its reply. Beyond the platform's own statuses it fails with
  /// - NoConduit, ChannelHeld, ChannelError, Timeout: no answer;
  /// - WrongToken, WrongMessage, ReplyShort, ReplyLong: an answer, but not to this command or not a whole one;
  /// - NoSpace: the request does not fit the channel.
  /// A reply shorter than R::kMinReply (default: all of Reply) is ReplyShort; between the two its tail reads as zero;
  /// extra bytes are ignored, so older and newer platforms both work.
  template <Request R>
  Result<typename R::Reply> call(const R& request) {
    typename R::Reply reply;
    constexpr uint32_t size = std::is_empty_v<typename R::Reply> ? 0 : sizeof reply;
    const auto length = exchange(R::kCommand, &request, size_of<R>(), &reply, size, least<R>());
    if (!length) return failure(length.error());
    return reply;
  }
  /// The same where the reply is empty.
  template <Request R>
    requires std::is_empty_v<typename R::Reply>
  Result<void> order(const R& request) {
    const auto length = exchange(R::kCommand, &request, size_of<R>(), nullptr, 0, 0);
    if (!length) return failure(length.error());
    return {};
  }
  /// The same for replies with a variable tail: fills `reply` as far as the payload goes and returns the payload's
  /// length in bytes without the status word, which may be more than fits into `reply`.
  template <Request R>
  Result<uint32_t> call_raw(const R& request, std::span<uint32_t> reply) {
    return exchange(R::kCommand, &request, size_of<R>(), reply.data(), uint32_t(reply.size_bytes()), least<R>());
  }
  /// An asynchronous command: its empty reply, then the delayed response, within kDelayedLimit. The two may come in
  /// either order (4.1.1). Returns the payload of the delayed response after its status word.
  template <Request R>
  Result<typename R::Delayed> call_delayed(const R& request) {
    typename R::Delayed payload;
    CHECK(exchange_delayed(R::kCommand, &request, sizeof request, &payload, sizeof payload));
    return payload;
  }

  /// One word in answer to a command without parameters: PROTOCOL_VERSION, PROTOCOL_ATTRIBUTES (4.2.2).
  Result<uint32_t> one_word(Command command);
  /// The protocol's version word; the platform is asked once, later calls answer from memory.
  Result<uint32_t> version(Protocol protocol);
  Result<uint32_t> message_attributes(Protocol protocol, uint8_t message);  // 4.2.2.4
  /// NEGOTIATE_PROTOCOL_VERSION (4.2.2.5): from now on the platform speaks `version`, and so do we.
  Result<void> negotiate(Protocol protocol, uint32_t version);
  /// A message as it is; see call_raw().
  Result<uint32_t> raw(Command command, std::span<const uint32_t> request, std::span<uint32_t> reply) {
    return exchange(command, request.data(), uint32_t(request.size_bytes()), reply.data(),
                    uint32_t(reply.size_bytes()), 0);
  }

  using Handler = void (*)(void* context, Header event, std::span<const uint32_t> payload);
  /// Routes notifications of `event` (command() of protocol and notification id) from poll() to `handler`; an event
  /// that has a handler gets the new one. Error::NoSpace: table full.
  Result<void> listen(Command event, Handler handler, void* context);
  /// Delivers what has arrived; never waits. Returns how many messages that were.
  unsigned poll();

  /// Whether the platform behind this channel is known to bend the specification so. Asks who it is, once.
  bool has(Quirk quirk);
  /// The client that speaks Base with the same platform, where this channel serves another protocol alone.
  void set_base(Client& base) { base_ = &base; }

  Statistics statistics() const;
  /// The newest first; stops where there is none. index 0 .. kTraceLength - 1.
  const TraceEntry* trace(size_t index) const;
  uint32_t capacity() const { return transport_.capacity(); }
  const Time& time() const { return time_; }

 private:
  struct Expectation;

  template <Request R>
  static constexpr uint32_t size_of() {
    return std::is_empty_v<R> ? 0 : sizeof(R);
  }
  template <Request R>
  static constexpr uint32_t least() {
    if constexpr (requires { R::kMinReply; }) return R::kMinReply;
    return std::is_empty_v<typename R::Reply> ? 0 : sizeof(typename R::Reply);
  }

  Result<uint32_t> exchange(Command command, const void* request, uint32_t request_size, void* reply,
                            uint32_t reply_size, uint32_t least);
  Result<void> exchange_delayed(Command command, const void* request, uint32_t request_size, void* payload,
                                uint32_t payload_size);
  Error wait_for_outgoing();
  Arrival wait_for(Header expected);
  Error fail(Header header, uint32_t first, Error error, uint32_t length);
  void dispatch(const Arrival& in);
  void record(Header header, uint32_t first, int32_t result, uint32_t length) {
    trace_[traced_++ % kTraceLength] = {header, first, result, length};
  }

  struct Listener {
    Command event;
    Handler handler;
    void* context;
  };

  Transport& transport_;
  const Time& time_;
  uint32_t sent_ = 0;  // its low ten bits are the token of the message last sent
  uint32_t traced_ = 0;
  std::array<TraceEntry, kTraceLength> trace_{};

  uint32_t limit_;
  uint32_t timed_out_ = 0, malformed_ = 0, late_ = 0, notifications_ = 0, delayed_ = 0, unexpected_ = 0;
  Expectation* expectation_ = nullptr;
  Client* base_ = nullptr;  // null: this one
  Quirks quirks_{};
  std::array<uint32_t, 16> versions_{};  // of protocols 0x10 .. 0x1f; zero: not asked yet
  std::array<Listener, 8> listeners_{};
};

}  // namespace scmi
