// SPDX-License-Identifier: BSD-2-Clause
// scmi/flight.cc - several commands on their way at once.
#include "lib/assert.hh"
#include "lib/wait.hh"
#include "scmi/client.hh"

namespace scmi {

Result<void> Client::begin(Flight& flight, Shape shape, const std::array<uint32_t, kRegisterWords>& request,
                           uint32_t* reply) {
  ASSERT(!flight.client_);
  land_ = [](Client& client, Arrival in) { return client.land(in); };
  if (!transport_.outgoing())
    if (const Error error = wait_for_outgoing(); error != Error{}) return failure(error);
  volatile uint32_t* const out = transport_.outgoing();
  const Header header{shape.header() | Header::token_bits(++sequence_)};
  out[0] = header.word;
  for (size_t i = 0; i < kRegisterWords; ++i) out[1 + i] = request[i];
  TraceEntry& trace = trace_[header.token() % kTraceLength];
  trace = {header, request[0], 0, 0};

  const Arrival in = transport_.submit(shape.request_length());
  flight.client_ = this;
  flight.next_ = flights_;
  flight.shape_ = shape;
  flight.header_ = header;
  flight.reply_ = reply;
  flight.slot_ = in.slot();
  flight.error_ = {};
  flights_ = &flight;
  if (in.here() || in.error() != Error{}) land(flight, in);
  return {};
}

void Client::land(Flight& flight, Arrival in) {
  forget(flight);
  flight.error_ = Error(judge(flight.shape_, flight.header_, in, flight.reply_).error);
}

bool Client::land(Arrival in) {
  for (Flight* flight = flights_; flight; flight = flight->next_) {
    if (flight->slot_ ? in.slot() != flight->slot_ : in.length() < 4 || in.word(0) != flight->header_.word) continue;
    land(*flight, in);
    return true;
  }
  return false;
}

void Client::forget(Flight& flight) {
  Flight** at = &flights_;
  while (*at != &flight) at = &(*at)->next_;
  *at = flight.next_;
  flight.client_ = nullptr;
}

Result<void> Client::finish(Flight& flight) {
  Error error{};
  const auto landed = [&] {
    if (!flight.client_) return true;
    const Arrival in = transport_.receive();
    if (in.here()) dispatch(in);
    error = in.error();
    return !flight.client_ || error != Error{};
  };
  if (!wait_until(time_, time_.milliseconds(limit_), landed)) error = transport_.silence();
  if (flight.client_) land(flight, Arrival::failed(error));
  if (flight.error_ != Error{}) return failure(flight.error_);
  return {};
}

}  // namespace scmi
