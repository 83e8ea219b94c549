// SPDX-License-Identifier: BSD-2-Clause
// scmi/exchange.cc - the path of every message.
#include "scmi/client.hh"

namespace scmi {

// One command, answered at once, each word moved alone because the memory is Device or
// Non-cacheable. All four words of a request are stored whatever its length: a channel has room for them, and a store
// is cheaper than asking. What is out of the ordinary goes the slow way below.
Client::Answer Client::exchange(Shape shape, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t* reply) {
  volatile uint32_t* out = transport_.outgoing();
  if (!out) [[unlikely]] {
    if (!wait_for_outgoing()) return {0, int64_t(Error::Busy)};
    out = transport_.outgoing();
  }
  const Header header{shape.header() | (++sequence_ & Header::kTokenMask) << Header::kTokenShift};
  out[0] = header.word;
  out[1] = a;
  out[2] = b;
  out[3] = c;
  out[4] = d;
  TraceEntry& trace = trace_[header.token() % kTraceLength];
  trace.header = header;
  trace.first = a;

  const Arrival in = transport_.submit(shape.request_length());
  const uint32_t length = in.length();
  if (!in.synchronous() || length < shape.least_length() || in.word(0) != header.word || in.word(1) != 0) [[unlikely]]
    return exchange_slowly(shape, header, in, reply);
  const uint64_t head = join(in.word(2), in.word(3));
  if (uint32_t n = shape.reply_words()) {
    if (n > (length - 8) / 4) [[unlikely]]
      return exchange_slowly(shape, header, in, reply);
    if (n & 1) {
      --n;
      reply[n] = in.word(2 + n);
    }
    while (n) {
      n -= 2;
      reply[n] = in.word(2 + n);
      reply[n + 1] = in.word(3 + n);
    }
  }
  received_ = length;
  trace.result = 0;
  trace.length = length;
  return {head, 0};
}

}  // namespace scmi
