// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/client.hh"

#include <algorithm>

namespace scmi {

// Words go one by one: the memory is Device or Non-cacheable, where a general memcpy is neither safe nor quick, and
// every message is a handful of them.
Result<uint32_t> Client::exchange(Command command, const void* request, uint32_t request_size, void* reply,
                                  uint32_t reply_size, uint32_t least) {
  const auto* argument = static_cast<const uint32_t*>(request);
  auto* result = static_cast<uint32_t*>(reply);

  volatile uint32_t* out = transport_.outgoing();
  if (!out) [[unlikely]] {
    if (const Error error = wait_for_outgoing(); error != Error{}) return failure(error);
    out = transport_.outgoing();
  }
  if (request_size + 4 > transport_.capacity()) [[unlikely]] return failure(Error::NoSpace);

  const Header header = Header::make(command, MessageType::Command, ++sent_);
  *out++ = header.word;
  const uint32_t first = request_size ? *argument : 0;
  for (const uint32_t* end = argument + request_size / 4; argument != end;) *out++ = *argument++;

  Arrival in = transport_.submit(request_size + 4);
  if (in.slot != Arrival::kSynchronous || !in.words) [[unlikely]] {
    if (in.error != Error{}) return failure(fail(header, first, in.error, 0));
    if (!in.words || in.words[0] != header.word) {
      if (in.words) dispatch(in);
      in = wait_for(header);
      if (!in.words) return failure(fail(header, first, in.error, 0));
    }
  }

  Error wrong{};
  if (in.length < 8) [[unlikely]] {
    wrong = Error::ReplyShort;
  } else if (const Header echo{in.words[0]}; in.slot == Arrival::kSynchronous && echo != header) [[unlikely]] {
    wrong = (echo.word ^ header.word) & ~(Header::kTokenMask << Header::kTokenShift) ? Error::WrongMessage
                                                                                     : Error::WrongToken;
  } else {
    const int32_t status = int32_t(in.words[1]);
    const uint32_t length = in.length - 8;
    if (status != 0) [[unlikely]] {  // only the status is guaranteed then (4.1.4)
      wrong = check_status(status).error();
      if (in.slot != Arrival::kSynchronous) transport_.release(in.slot);
      record(header, first, status, in.length);
      if (wrong == Error::UnknownStatus) ++malformed_;
      return failure(wrong);
    }
    if (length < least) [[unlikely]] {
      wrong = Error::ReplyShort;
    } else {
      const volatile uint32_t* from = in.words + 2;
      uint32_t n = 0;
      for (const uint32_t whole = std::min(length, reply_size) / 4; n < whole; ++n) result[n] = from[n];
      if (n < reply_size / 4) [[unlikely]] {
        // A byte list may end within a word (RK3568 does so): the bytes that came count, the rest is zero.
        const uint32_t tail = length - n * 4;
        if (tail < 4 && tail) result[n] = from[n] & ((1u << 8 * tail) - 1), ++n;
        while (n < reply_size / 4) result[n++] = 0;
      }
      if (in.slot != Arrival::kSynchronous) [[unlikely]] transport_.release(in.slot);
      record(header, first, 0, in.length);
      return length;
    }
  }
  if (in.slot != Arrival::kSynchronous) transport_.release(in.slot);
  return failure(fail(header, first, wrong, in.length));
}

Error Client::fail(Header header, uint32_t first, Error error, uint32_t length) {
  ++(error == Error::Timeout ? timed_out_ : malformed_);
  record(header, first, int32_t(error), length);
  return error;
}

// Every buffer is the platform's: take what has arrived until one comes back. The commands they carried have timed out.
Error Client::wait_for_outgoing() {
  const Ticks start = time_.now();
  do {
    poll();
    if (transport_.outgoing()) return {};
  } while (time_.now() - start < time_.milliseconds(limit_));
  return Error::Busy;
}

// Other arrivals are dispatched on the way: late replies are dropped there, so the token tells ours from theirs.
Arrival Client::wait_for(Header expected) {
  const Ticks start = time_.now();
  do {
    const Arrival in = transport_.receive();
    if (in.words && in.length >= 4 && in.words[0] == expected.word) return in;
    if (in.words) dispatch(in);
    else if (in.error != Error{}) return in;
  } while (time_.now() - start < time_.milliseconds(limit_));
  return {.error = Error::Timeout};
}

Result<uint32_t> Client::one_word(Command command) {
  uint32_t word;
  CHECK(exchange(command, nullptr, 0, &word, sizeof word, sizeof word));
  return word;
}

Result<uint32_t> Client::version(Protocol protocol) {
  const uint32_t index = uint32_t(protocol) - uint32_t(Protocol::Base);
  if (index >= versions_.size()) return one_word(command(protocol, common::kVersion));
  if (!versions_[index]) versions_[index] = TRY(one_word(command(protocol, common::kVersion)));
  return versions_[index];
}

Result<uint32_t> Client::message_attributes(Protocol protocol, uint8_t message) {
  const uint32_t argument = message;
  uint32_t word;
  CHECK(exchange(command(protocol, common::kMessageAttributes), &argument, 4, &word, 4, 4));
  return word;
}

Result<void> Client::negotiate(Protocol protocol, uint32_t version) {
  CHECK(exchange(command(protocol, common::kNegotiateVersion), &version, 4, nullptr, 0, 0));
  const uint32_t index = uint32_t(protocol) - uint32_t(Protocol::Base);
  if (index < versions_.size()) versions_[index] = version;
  return {};
}

Statistics Client::statistics() const {
  return {.sent = sent_,
          .answered = sent_ - timed_out_ - malformed_,
          .timed_out = timed_out_,
          .malformed = malformed_,
          .late = late_,
          .notifications = notifications_,
          .delayed = delayed_,
          .unexpected = unexpected_};
}

const TraceEntry* Client::trace(size_t index) const {
  if (index >= kTraceLength || index >= traced_) return nullptr;
  return &trace_[(traced_ - 1 - index) % kTraceLength];
}

}  // namespace scmi
