// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/client.hh"

#include <algorithm>

namespace scmi {

// Everything out of the ordinary: judges whatever came from its first word again, because only what is read here is
// acted on here.
[[gnu::cold, gnu::noinline]] Client::Answer Client::judge(Shape shape, Header header, Arrival in, uint32_t* reply) {
  uint32_t length = 0;
  uint64_t head = 0;
  int32_t status = 0;
  Error error = in.error();
  if (in.here()) {
    length = in.length();
    const uint32_t difference = length >= 8 ? in.word(0) ^ header.word : 0;
    if (difference & ~(Header::kTokenMask << Header::kTokenShift)) {
      error = Error::WrongMessage;
    } else if (difference) {
      error = Error::WrongToken;
    } else if (status = length >= 8 ? int32_t(in.word(1)) : 0; status != 0) {  // alone guaranteed then (4.1.4)
      error = check_status(status).error();
    } else if (length < shape.least_length()) {
      error = Error::ReplyShort;
    } else {
      // A list of bytes may end within a word (RK3568 does so): the bytes that came count, the rest reads as zero.
      received_ = length;
      for (uint32_t i = 0; i < std::max(2u, shape.reply_words()); ++i) {
        const uint32_t left = length - std::min(length, 8 + 4 * i);
        uint32_t word = left ? in.word(2 + i) : 0;
        if (left < 4) word &= (1u << 8 * left) - 1;
        if (i < shape.reply_words()) reply[i] = word;
        if (i < 2) head |= uint64_t(word) << 32 * i;
      }
    }
    if (in.held()) transport_.release(in.slot());
  }
  TraceEntry& trace = trace_[header.token() % kTraceLength];
  trace.result = status ? status : int32_t(error);
  trace.length = length;
  if (error == Error::Timeout)
    ++timed_out_;
  else if (error != Error{} && (status == 0 || error == Error::UnknownStatus))
    ++malformed_;
  return {head, intptr_t(error)};
}

Result<uint32_t> Client::raw(Command command, std::span<const uint32_t> request, std::span<uint32_t> reply) {
  if (request.size_bytes() + 4 > transport_.capacity()) return failure(Error::NoSpace);
  if (!transport_.outgoing())
    if (const Error error = wait_for_outgoing(); error != Error{}) return failure(error);
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

// Error{}: there is one.
[[gnu::cold]] Error Client::wait_for_outgoing() {
  const Error error = wait_for({kNoHeader}, Arrival::none()).error();
  return error == Error::Timeout ? Error::Busy : error;
}

// Where the version of `protocol` is kept; null for vendors' protocols, which are asked each time.
uint32_t* Client::remembered_version(Protocol protocol) {
  const uint32_t index = uint32_t(protocol) - uint32_t(Protocol::Base);
  return index < versions_.size() ? &versions_[index] : nullptr;
}

Result<uint32_t> Client::version(Protocol protocol) {
  uint32_t* const memory = remembered_version(protocol);
  if (memory && *memory) return *memory;
  const auto answer = one_word(command(protocol, common::kVersion));
  if (answer && memory) *memory = *answer;
  return answer;
}

Result<uint32_t> Client::message_attributes(Protocol protocol, uint8_t message) {
  return one_word(Shape::make(command(protocol, common::kMessageAttributes), 1, 0, 4), message);
}

Result<void> Client::negotiate(Protocol protocol, uint32_t version) {
  const auto done = order(Shape::make(command(protocol, common::kNegotiateVersion), 1, 0, 0), version, 0, 0, 0);
  uint32_t* const memory = remembered_version(protocol);
  if (done && memory) *memory = version;
  return done;
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
