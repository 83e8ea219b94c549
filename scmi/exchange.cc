// SPDX-License-Identifier: BSD-2-Clause
// scmi/exchange.cc - the path of every message.
#include <algorithm>

#include "scmi/client.hh"

namespace scmi {

// One command, answered at once, each word moved alone because the memory is Device or
// Non-cacheable. All four words of a request are stored whatever its length: a channel has room for them, and a store
// is cheaper than asking. What is out of the ordinary goes the slow way below.
Client::Answer Client::exchange(Shape shape, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t* reply) {
  volatile uint32_t* out = transport_.outgoing();
  if (!out) [[unlikely]] {
    if (const Error error = wait_for_outgoing(); error != Error{}) return {0, intptr_t(error)};
    out = transport_.outgoing();
  }
  const Header header{shape.header() | Header::token_bits(++sequence_)};
  out[0] = header.word;
  out[1] = a;
  out[2] = b;
  out[3] = c;
  out[4] = d;
  TraceEntry& trace = trace_[header.token() % kTraceLength];
  trace.header = header;
  trace.first = a;

  Arrival in = transport_.submit(shape.request_length());
  if (!in.synchronous()) in = await_reply(header, in);
  const uint32_t length = in.length();  // 0 when nothing came
  if (length < shape.least_length() || in.word(0) != header.word || in.word(1) != 0) [[unlikely]]
    return judge(shape, header, in, reply);
  const uint64_t head = join(in.word(2), in.word(3));
  if (const uint32_t n = shape.reply_words()) {
    const uint32_t here = std::min(n, (length - 8) / 4);
    if (here < 2 || (here != n && length % 4 != 0)) [[unlikely]]
      return judge(shape, header, in, reply);
    uint32_t i = here;
    while (i > 6) {
      --i;
      reply[i] = in.word(2 + i);
    }
    switch (i) {  // the usual replies, without a loop
      case 6: reply[5] = in.word(7); [[fallthrough]];
      case 5: reply[4] = in.word(6); [[fallthrough]];
      case 4: reply[3] = in.word(5); [[fallthrough]];
      case 3: reply[2] = in.word(4);
    }
    reply[0] = uint32_t(head);
    reply[1] = uint32_t(head >> 32);
    for (i = here; i != n; ++i) [[unlikely]]
      reply[i] = 0;  // the tail that an older layout lacks
  }
  received_ = length;
  trace.result = 0;
  trace.length = length;
  if (in.held()) transport_.release(in.slot());
  return {head, 0};
}

// What most callers want of it.
Result<void> Client::order(Shape shape, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  const Answer answer = exchange(shape, a, b, c, d, nullptr);
  if (answer.error) [[unlikely]]
    return failure(Error(answer.error));
  return {};
}

Result<uint32_t> Client::one_word(Shape shape, uint32_t a) {
  const Answer answer = exchange(shape, a, 0, 0, 0, nullptr);
  if (answer.error) [[unlikely]]
    return failure(Error(answer.error));
  return uint32_t(answer.head);
}

Result<uint64_t> Client::two_words(Shape shape, uint32_t a) {
  const Answer answer = exchange(shape, a, 0, 0, 0, nullptr);
  if (answer.error) [[unlikely]]
    return failure(Error(answer.error));
  return answer.head;
}

}  // namespace scmi
