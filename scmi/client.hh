// SPDX-License-Identifier: BSD-2-Clause
// scmi/client.hh - turns typed commands into messages and back, over one channel. Nothing is asked of the platform
// before somebody wants the answer.
#pragma once
#include <array>
#include <bit>
#include <span>

#include "lib/time.hh"
#include "scmi/message.hh"
#include "scmi/quirk.hh"
#include "scmi/transport.hh"

namespace scmi {

/// What a channel has seen. `sent` counts commands; each ends as one of the three after it.
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

class Flight;

class Client {
 public:
  static constexpr uint32_t kDefaultLimit = 30;    // milliseconds for an answer: Linux's and U-Boot's default
  static constexpr uint32_t kDelayedLimit = 2000;  // milliseconds for a delayed response: as Linux
  static constexpr size_t kTraceLength = 32;

  /// `limit`: milliseconds to wait for an answer that does not come at once.
  constexpr Client(Transport& transport, const Time& time, uint32_t limit = kDefaultLimit)
      : transport_(transport), time_(time), limit_(limit) {}

  /// Sends `request` and takes its reply. Beyond the platform's own statuses it fails with
  /// - NoConduit, ChannelHeld, ChannelError, Timeout, Busy: no answer;
  /// - WrongToken, WrongMessage, ReplyShort, ReplyLong: an answer, but not to this command or not a whole one.
  /// A reply shorter than R::kMinReply (default: all of Reply) is ReplyShort; between the two its tail reads as zero;
  /// extra bytes are ignored, so older and newer platforms both work.
  /// `As` is Reply, or a type of the same layout that says more.
  template <Request R, class As = typename R::Reply>
    requires(sizeof(As) > 8)
  Result<As> call(const R& request) {
    Result<As> reply(std::in_place);
    const Error error = fetch(request, *reply);
    if (error != Error{}) [[unlikely]]
      reply = failure(error);
    return reply;
  }
  /// The same, into `reply`; Error{} when all is well.
  template <Request R, class As>
  Error fetch(const R& request, As& reply) {
    static_assert(sizeof(As) == sizeof(typename R::Reply) && alignof(As) >= alignof(uint32_t));
    const auto word = words_of(request);
    constexpr auto kShape = Shape::of<R>(sizeof(As) / 4);
    return Error(exchange(kShape, word[0], word[1], word[2], word[3], reinterpret_cast<uint32_t*>(&reply)).error);
  }
  template <Request R>
    requires(sizeof(typename R::Reply) == 8)
  Result<uint64_t> call(const R& request) {  // two words, the low one first
    static_assert(sizeof(R) == 4, "two_words() takes one");
    const auto word = words_of(request);
    return two_words(Shape::of<R>(0), word[0]);
  }
  template <Request R>
    requires(sizeof(typename R::Reply) == 4)
  Result<uint32_t> call(const R& request) {
    static_assert(sizeof(R) == 4, "one_word() takes one");
    const auto word = words_of(request);
    return one_word(Shape::of<R>(0), word[0]);
  }
  /// The same where the reply is empty.
  template <Request R>
    requires std::is_empty_v<typename R::Reply>
  Result<void> order(const R& request) {
    const auto word = words_of(request);
    return order(Shape::of<R>(0), word[0], word[1], word[2], word[3]);
  }
  /// The same for replies with a variable tail: fills `reply` (at most 255 words) as far as the payload goes, zeros
  /// behind, and returns the payload's length in bytes without the status word, which may exceed `reply`.
  template <Request R>
  Result<uint32_t> call_raw(const R& request, std::span<uint32_t> reply) {
    return call_raw(Shape::of<R>(reply.size()), words_of(request), reply);
  }

  /// One word in answer to a command without parameters: PROTOCOL_VERSION, PROTOCOL_ATTRIBUTES (4.2.2).
  Result<uint32_t> one_word(Command command) { return one_word(Shape::make(command, 0, 0, 4), 0); }
  /// The protocol's version word; the platform is asked once, later calls answer from memory.
  Result<uint32_t> version(Protocol protocol);
  Result<uint32_t> message_attributes(Protocol protocol, uint8_t message);  // 4.2.2.4
  /// NEGOTIATE_PROTOCOL_VERSION (4.2.2.5): from now on the platform speaks `version`, and so do we.
  Result<void> negotiate(Protocol protocol, uint32_t version);
  /// A message as it is; see call_raw(). Error::NoSpace: the request does not fit the channel.
  Result<uint32_t> raw(Command command, std::span<const uint32_t> request, std::span<uint32_t> reply);

  /// Sends `request` without waiting for its reply, which finish() waits for; as many may be in flight as the transport
  /// has buffers. `reply` is written until then. Over a transport that answers at once, it is there when this returns.
  /// Fails as call() does where no buffer comes free, or the transport is out of service.
  template <Request R, class As = typename R::Reply>
  Result<void> begin(Flight& flight, const R& request, As& reply) {
    static_assert(sizeof(As) == sizeof(typename R::Reply) && alignof(As) >= alignof(uint32_t));
    return begin(flight, Shape::of<R>(sizeof(As) / 4), words_of(request), reinterpret_cast<uint32_t*>(&reply));
  }
  /// Waits for it and fails as call() does.
  Result<void> finish(Flight& flight);
  /// Whether a command can be sent now, without waiting for a buffer.
  bool ready() const { return transport_.outgoing(); }

  /// Waiting for the delayed response to an asynchronous command, which may overtake the command's own reply (4.1.1):
  /// expect() before the command, await() after it with what it returned. await() fails as the command did, with the
  /// delayed response's status, or with Timeout after kDelayedLimit. Returns `words` words at least, ReplyShort else:
  /// what came behind the status, good until the next expect().
  void expect(Command command);
  Result<const uint32_t*> await(Result<void> ordered, uint32_t words);

  using Handler = void (*)(void* context, Header event, std::span<const uint32_t> payload);
  /// Routes notifications of `event` (command() of protocol and notification id) from poll() to `handler`; an event
  /// that has a handler gets the new one. Error::NoSpace: table full.
  Result<void> listen(Command event, Handler handler, void* context);
  /// Delivers what has arrived; never waits. Returns how many messages that were.
  unsigned poll();

  /// Whether the platform behind this channel is known to bend the specification so. Asks who it is, once.
  bool has(Quirk quirk);
  /// The client that speaks Base with the same platform, where this channel serves another protocol alone. What the
  /// platform sends of its own accord may come over that one's P2A channel then: this one hears it too.
  void set_base(Client& base) {
    base_ = &base;
    next_ = base.next_;
    base.next_ = this;
  }

  Statistics statistics() const;
  /// The newest first; null where there is none. index 0 .. kTraceLength - 1.
  const TraceEntry* trace(size_t index) const;
  uint32_t capacity() const { return transport_.capacity(); }
  const Time& time() const { return time_; }

  /// A command and the sizes around it, packed: all that an exchange has to know fits one register.
  struct Shape {
    uint64_t bits;

    static constexpr Shape make(Command command, size_t request_words, size_t reply_words, size_t least) {
      return {uint64_t(command) | uint64_t(4 + 4 * request_words) << 32 |
              uint64_t(reply_words < 0xff ? reply_words : 0xff) << 44 | uint64_t(8 + least) << 52};
    }
    template <Request R>
    static constexpr Shape of(size_t reply_words) {
      size_t least = std::is_empty_v<typename R::Reply> ? 0 : sizeof(typename R::Reply);
      if constexpr (requires { R::kMinReply; }) least = R::kMinReply;
      return make(R::kCommand, std::is_empty_v<R> ? 0 : sizeof(R) / 4, reply_words, least);
    }
    constexpr uint32_t header() const { return uint32_t(bits); }
    constexpr uint32_t request_length() const { return uint32_t(bits >> 32) & 0xfff; }  // bytes, header included
    constexpr uint32_t reply_words() const { return uint32_t(bits >> 44) & 0xff; }      // to copy out
    constexpr uint32_t least_length() const { return uint32_t(bits >> 52); }  // bytes, header and status included
  };

  static constexpr size_t kRegisterWords = 4;  // of a request; longer ones go by raw()
  static_assert(4 + 4 * kRegisterWords == Transport::kLeastCapacity);
  template <Request R>
  [[gnu::always_inline]] static constexpr std::array<uint32_t, kRegisterWords> words_of(const R& request) {
    std::array<uint32_t, kRegisterWords> words{};
    if constexpr (!std::is_empty_v<R>) {
      static_assert(sizeof(R) <= sizeof words);
      const auto some = std::bit_cast<std::array<uint32_t, sizeof(R) / 4>>(request);
      for (size_t i = 0; i < some.size(); ++i) words[i] = some[i];
    }
    return words;
  }
  /// As the functions above, for commands whose layout is not one struct.
  Result<void> order(Shape shape, uint32_t a, uint32_t b, uint32_t c, uint32_t d);
  Result<uint32_t> call_raw(Shape shape, const std::array<uint32_t, kRegisterWords>& request,
                            std::span<uint32_t> reply);

 private:
  /// What comes back: two registers, which is all that most replies need. (A std::expected would do, but GCC takes it
  /// through memory at every turn, and this is the path of every message.)
  struct Answer {
    uint64_t head;   // the payload's first two words; only what the Shape's least length covers means anything
    intptr_t error;  // 0, or an Error
  };
  Answer exchange(Shape shape, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t* reply);
  Answer judge(Shape shape, Header header, Arrival in, uint32_t* reply);
  Result<uint32_t> one_word(Shape shape, uint32_t a);
  Result<uint64_t> two_words(Shape shape, uint32_t a);
  uint32_t* remembered_version(Protocol protocol);
  Result<void> begin(Flight& flight, Shape shape, const std::array<uint32_t, kRegisterWords>& request, uint32_t* reply);
  void land(Flight& flight, Arrival in);
  bool land(Arrival in);
  void forget(Flight& flight);
  Arrival await_reply(Header header, Arrival pending);
  Arrival wait_for(Header expected, Arrival pending);
  Error wait_for_outgoing();
  void dispatch(Arrival in);
  bool take_delayed(Header header, std::span<const uint32_t> words);
  void notify(Header header, std::span<const uint32_t> words) const;

  static constexpr uint32_t kNoHeader = 0xffff'ffff;  // its reserved bits are set: matches nothing that is sent

  /// The delayed response that somebody waits for.
  struct Expectation {
    static constexpr uint32_t kMostWords = 16;
    Header header{kNoHeader};
    uint32_t length;                             // bytes that came; zero: nothing yet
    std::array<uint32_t, 1 + kMostWords> words;  // status, then payload
  };
  struct Listener {
    Command event;
    Handler handler;
    void* context;
  };

  friend class Flight;

  Transport& transport_;
  const Time& time_;
  // Counts what goes out and what arrives by itself. Its low bits are a command's token and everything's place in the
  // trace, so that neither costs a counter of its own.
  uint32_t sequence_ = 0;
  uint32_t received_ = 0;  // bytes of the reply last taken, from the header on
  std::array<TraceEntry, kTraceLength> trace_{};

  uint32_t limit_;
  uint32_t arrivals_ = 0;  // what arrived by itself; each is one of the last four
  uint32_t timed_out_ = 0, malformed_ = 0, late_ = 0, notifications_ = 0, delayed_ = 0, unexpected_ = 0;
  Expectation expectation_{};
  Flight* flights_ = nullptr;
  bool (*land_)(Client& client, Arrival in) = nullptr;  // what it is of the flights; not linked where there are none
  Client* base_ = nullptr;                              // null: this one
  Client* next_ = nullptr;                              // of those that have the same base; theirs begin at the base
  Quirks quirks_{};
  std::array<uint32_t, 16> versions_{};  // of protocols 0x10 .. 0x1f; zero: not asked yet
  std::array<Listener, 8> listeners_{};
};

/// A command on its way. One that ends before its reply has come is forgotten: the reply is dropped as a late one.
class Flight {
 public:
  Flight() = default;
  Flight(const Flight&) = delete;
  ~Flight() {
    if (client_) client_->forget(*this);
  }

 private:
  friend class Client;
  Client* client_ = nullptr;  // null: it is not on its way
  Flight* next_;
  Client::Shape shape_;
  Header header_;
  uint32_t* reply_;
  uint16_t slot_;
  Error error_{};
};

}  // namespace scmi
