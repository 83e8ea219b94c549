// SPDX-License-Identifier: BSD-2-Clause
// scmi/wait.cc - waiting for an answer that does not come with the doorbell's return.
#include "lib/wait.hh"

#include "scmi/client.hh"

namespace scmi {

// An answer that is in its place when it is first looked for costs no wait.
Arrival Client::await_reply(Header header, Arrival pending) {
#ifdef CONFIG_VIRTIO
  if (const uint16_t slot = pending.slot(); slot != 0) {
    mark<kWaitLooks>();
    const Arrival in = transport_.receive();
    if (in.here() && in.slot() == slot) [[likely]] {
      mark<kWaitEnds>();
      return in;
    }
    if (in.here())
      dispatch(in);
    else if (in.error() != Error{})
      return in;
    pending = Arrival::pending(slot);
  }
#endif
  return wait_for(header, pending);
}

// Other arrivals are dispatched on the way: late replies are dropped there. Where the transport knows in which slot the
// answer comes it is taken for that whatever it says, else the token tells ours from theirs. With kNoHeader it waits
// for a buffer to come back instead: all are the platform's, and their commands have timed out or are still on their
// way.
[[gnu::noinline]] Arrival Client::wait_for(Header expected, Arrival in) {
  const uint16_t slot = in.slot();
  const bool buffer = expected.word == kNoHeader;
  if (in.error() != Error{}) [[unlikely]]
    return in;
  Ticks start = 0;
  for (bool first = true;; first = false) {
    mark<kWaitLooks>();
    in = transport_.receive();
    if (in.here()) {
      if (slot ? in.slot() == slot : !buffer && in.length() >= 4 && in.word(0) == expected.word) [[likely]]
        break;
      dispatch(in);
    }
    if (buffer && transport_.outgoing()) {
      in = Arrival::none();
      break;
    }
    if (!in.here() && in.error() != Error{}) break;
    const Ticks now = time_.now();
    if (first) start = now;
    if (now - start >= time_.milliseconds(limit_)) {
      in = Arrival::failed(transport_.silence());
      break;
    }
    relax();
  }
  mark<kWaitEnds>();
  return in;
}

}  // namespace scmi
