// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/client.hh"

#include <algorithm>

namespace scmi {

// Everything else: waits for what has not come yet, and judges whatever came from its first word again, because only
// what is read here is acted on here.
[[gnu::cold, gnu::noinline]] Client::Answer Client::exchange_slowly(Shape shape, Header header, Arrival in,
                                                                    uint32_t* reply) {
  if (in.here() && !in.synchronous() && (in.length() < 4 || in.word(0) != header.word)) {
    dispatch(in);
    in = Arrival::none();
  }
  if (!in.here() && in.error() == Error{}) in = wait_for(header);

  int32_t status = 0;
  Error error = in.error();
  uint64_t head = 0;
  if (in.here()) {
    const Header echo{in.synchronous() && in.length() >= 4 ? in.word(0) : header.word};
    if (in.length() < 8) {
      error = Error::ReplyShort;
    } else if (echo != header) {
      const uint32_t difference = (echo.word ^ header.word) & ~(Header::kTokenMask << Header::kTokenShift);
      error = difference ? Error::WrongMessage : Error::WrongToken;
    } else if (status = int32_t(in.word(1)); status != 0) {  // only the status is guaranteed then (4.1.4)
      error = check_status(status).error();
    } else if (in.length() < shape.least_length()) {
      error = Error::ReplyShort;
    } else {
      // A list of bytes may end within a word (RK3568 does so): the bytes that came count, the rest reads as zero.
      received_ = in.length();
      const uint32_t payload = received_ - 8;
      for (uint32_t i = 0; i < std::max(2u, shape.reply_words()); ++i) {
        uint32_t word = 4 * i < payload ? in.word(2 + i) : 0;
        if (4 * i + 4 > payload) word &= (1u << 8 * (payload & 3)) - 1;
        if (i < shape.reply_words()) reply[i] = word;
        if (i < 2) head |= uint64_t(word) << 32 * i;
      }
    }
    if (!in.synchronous()) transport_.release(in.slot());
  }
  TraceEntry& trace = trace_[header.token() % kTraceLength];
  trace.result = status ? status : int32_t(error);
  trace.length = in.here() ? in.length() : 0;
  if (error == Error{}) return {head, 0};
  if (error == Error::Timeout)
    ++timed_out_;
  else if (status == 0 || error == Error::UnknownStatus)
    ++malformed_;
  return {0, int64_t(error)};
}

Error Client::fetch(Shape shape, uint32_t a, uint32_t b, uint32_t* reply) {
  return Error(exchange(shape, a, b, 0, 0, reply).error);
}

Result<void> Client::order(Shape shape, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  const Answer answer = exchange(shape, a, b, c, d, nullptr);
  if (answer.error) [[unlikely]]
    return failure(Error(answer.error));
  return {};
}

Result<uint32_t> Client::raw(Command command, std::span<const uint32_t> request, std::span<uint32_t> reply) {
  if (request.size_bytes() + 4 > transport_.capacity()) return failure(Error::NoSpace);
  if (!transport_.outgoing() && !wait_for_outgoing()) return failure(Error::Busy);
  std::array<uint32_t, kRegisterWords> head{};
  for (size_t i = 0; i < request.size(); ++i)
    if (i < kRegisterWords)
      head[i] = request[i];
    else
      transport_.outgoing()[1 + i] = request[i];  // behind those that exchange() stores
  return call_raw(Shape::make(command, request.size(), reply.size(), 0), head, reply);
}

Result<uint32_t> Client::call_raw(Shape shape, const std::array<uint32_t, kRegisterWords>& request,
                                  std::span<uint32_t> reply) {
  const Answer answer = exchange(shape, request[0], request[1], request[2], request[3], reply.data());
  if (answer.error) return failure(Error(answer.error));
  return received_ - 8;
}

// Other arrivals are dispatched on the way: late replies are dropped there, so the token tells ours from theirs. With
// kNoHeader it waits for a buffer to come back instead: all are the platform's, and their commands have timed out.
[[gnu::cold]] Arrival Client::wait_for(Header expected) {
  const Ticks start = time_.now();
  do {
    const Arrival in = transport_.receive();
    if (in.here() && in.length() >= 4 && in.word(0) == expected.word && expected.word != kNoHeader) return in;
    if (in.here()) dispatch(in);
    if (expected.word == kNoHeader && transport_.outgoing()) return Arrival::none();
    if (!in.here() && in.error() != Error{}) return in;
  } while (time_.now() - start < time_.milliseconds(limit_));
  return Arrival::failed(Error::Timeout);
}

Result<uint32_t> Client::one_word(Shape shape, uint32_t a) {
  const Answer answer = exchange(shape, a, 0, 0, 0, nullptr);
  if (answer.error) [[unlikely]]
    return failure(Error(answer.error));
  return uint32_t(answer.head);
}

Result<uint32_t> Client::version(Protocol protocol) {
  const uint32_t index = uint32_t(protocol) - uint32_t(Protocol::Base);
  if (index >= versions_.size()) return one_word(command(protocol, common::kVersion));
  if (!versions_[index]) versions_[index] = TRY(one_word(command(protocol, common::kVersion)));
  return versions_[index];
}

Result<uint32_t> Client::message_attributes(Protocol protocol, uint8_t message) {
  return one_word(Shape::make(command(protocol, common::kMessageAttributes), 1, 0, 4), message);
}

Result<void> Client::negotiate(Protocol protocol, uint32_t version) {
  CHECK(order(Shape::make(command(protocol, common::kNegotiateVersion), 1, 0, 0), version, 0, 0, 0));
  const uint32_t index = uint32_t(protocol) - uint32_t(Protocol::Base);
  if (index < versions_.size()) versions_[index] = version;
  return {};
}

Statistics Client::statistics() const {
  const uint32_t sent = sequence_ - arrivals_;
  return {.sent = sent,
          .answered = sent - timed_out_ - malformed_,
          .timed_out = timed_out_,
          .malformed = malformed_,
          .late = late_,
          .notifications = notifications_,
          .delayed = delayed_,
          .unexpected = unexpected_};
}

const TraceEntry* Client::trace(size_t index) const {
  if (index >= kTraceLength || index >= sequence_) return nullptr;
  return &trace_[(sequence_ - index) % kTraceLength];
}

}  // namespace scmi
