// SPDX-License-Identifier: BSD-2-Clause
// scmi/transport.hh - carries whole SCMI messages (header and payload); knows nothing of their meaning.
//
// The seam is shaped for the common case, one command that is answered at once: the next outgoing buffer lies ready in
// the base class, submit() hands it over and brings the answer back in two registers. Everything else - answers that
// come later, notifications, buffers that the platform still holds - goes through receive() and release().
#pragma once
#include <cstddef>
#include <cstdint>

#include "lib/result.hh"

namespace scmi {

/// A message that arrived, in the transport's memory: the other side may still write there, so each word is read once.
/// `words` is null when there is none: then `error` says why, or Error{} that nothing has come yet.
struct Arrival {
  /// In `slot`: the answer to the command just submitted, by a doorbell that returns when the platform is done. Nothing
  /// else can be its answer, and nothing has to be released.
  static constexpr uint16_t kSynchronous = 0;

  const volatile uint32_t* words = nullptr;
  uint32_t length = 0;  // bytes from the header on; the transport has bounded it by the memory
  uint16_t slot = kSynchronous;
  Error error{};
};
static_assert(sizeof(Arrival) == 16, "comes back in two registers");

class Transport {
 public:
  /// Memory for the next command, header first, ours until submit(). Null: every buffer is in flight.
  volatile uint32_t* outgoing() const { return outgoing_; }
  /// Bytes that fit there, header included.
  uint32_t capacity() const { return capacity_; }

  /// Hands the `length` bytes in outgoing() to the platform; they must not be touched afterwards, not even to resend.
  /// Errors: NoConduit, ChannelHeld, ChannelError, ReplyLong.
  virtual Arrival submit(uint32_t length) = 0;
  /// The next message that arrived (reply, delayed response, notification), ours until release(); or none. Never waits.
  virtual Arrival receive() = 0;
  /// Gives the memory of an arrival with a slot other than kSynchronous back for reuse.
  virtual void release(uint16_t slot) = 0;

 protected:
  constexpr Transport() = default;
  ~Transport() = default;
  volatile uint32_t* outgoing_ = nullptr;
  uint32_t capacity_ = 0;
};

}  // namespace scmi
