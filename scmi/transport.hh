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
/// Or none; or why there is none. Two registers, with all that is out of the ordinary in one half of one of them.
class Arrival {
 public:
  /// The slot of the answer to the command just submitted, by a doorbell that returns when the platform is done.
  /// Nothing else can be its answer.
  static constexpr uint16_t kSynchronous = 0;
  /// A slot with this bit has to be released; what is in others is good until the next submit().
  static constexpr uint16_t kHeld = 0x8000;

  static constexpr Arrival none() { return {nullptr, 1ull << 63}; }
  /// The answer to the command just submitted comes in `slot`, which is not kSynchronous, and nothing else does before.
  static constexpr Arrival pending(uint16_t slot) { return {nullptr, 1ull << 63 | uint64_t(slot) << 32}; }
  static constexpr Arrival failed(Error error) { return {nullptr, 1ull << 63 | uint64_t(uint8_t(error)) << 48}; }
  /// `length`: bytes from the header on, which the transport has bounded by the memory.
  static constexpr Arrival message(const volatile uint32_t* words, uint32_t length, uint16_t slot) {
    return {words, uint64_t(slot) << 32 | length};
  }

  constexpr bool here() const { return words_ != nullptr; }
  constexpr bool synchronous() const { return bits_ >> 32 == 0; }  // here, in slot kSynchronous
  uint32_t word(size_t index) const { return words_[index]; }
  constexpr uint32_t length() const { return uint32_t(bits_); }
  constexpr uint16_t slot() const { return uint16_t(bits_ >> 32); }
  constexpr bool held() const { return slot() & kHeld; }
  constexpr Error error() const { return Error(uint8_t(bits_ >> 48)); }  // Error{}: nothing has come yet

 private:
  constexpr Arrival(const volatile uint32_t* words, uint64_t bits) : words_(words), bits_(bits) {}
  const volatile uint32_t* words_;
  uint64_t bits_;  // 31:0 length, 47:32 slot, 55:48 error, 63 nothing here
};

class Transport {
 public:
  static constexpr uint32_t kLeastCapacity = 20;  // a header and four words

  /// Memory for the next command, header first, ours until submit(). Null: every buffer is in flight.
  volatile uint32_t* outgoing() const { return outgoing_; }
  /// Bytes that fit there, header included; at least kLeastCapacity, which the common path stores and reads unasked.
  uint32_t capacity() const { return capacity_; }

  /// Hands the `length` bytes in outgoing() to the platform; they must not be touched afterwards, not even to resend.
  /// Errors: NoConduit, ChannelHeld, ChannelError, ReplyLong, and those of a virtqueue.
  virtual Arrival submit(uint32_t length) = 0;
  /// The next message that arrived (reply, delayed response, notification), ours until release() when it is
  /// held(); or none. Never waits.
  virtual Arrival receive() = 0;
  /// Gives the memory of an arrival that is held() back for reuse.
  virtual void release(uint16_t slot) = 0;
  /// Why an answer did not come in time, as far as it can be known here.
  virtual Error silence() { return Error::Timeout; }

 protected:
  constexpr Transport() = default;
  ~Transport() = default;
  volatile uint32_t* outgoing_ = nullptr;
  uint32_t capacity_ = 0;
};

}  // namespace scmi
