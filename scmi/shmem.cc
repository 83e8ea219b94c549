// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/shmem.hh"

#include "lib/barrier.hh"

namespace scmi {
namespace {
constexpr uint16_t kAnswer = Arrival::kHeld | 1, kEvent = Arrival::kHeld | 2;  // slots of what receive() finds
}

ShmemTransport::ShmemTransport(Memory a2p, Memory p2a, Doorbell doorbell, Completion completion)
    : a2p_(a2p.area), doorbell_(doorbell), completion_(completion), p2a_(p2a) {
  capacity_ = a2p.size - uint32_t(sizeof(Area));
  // A polled channel is asked for first: the stage before us may have left a command in it.
  outgoing_ = completion == Completion::OnReturn ? a2p_->message : nullptr;
}

Arrival ShmemTransport::submit(uint32_t length) {
  Area& area = *a2p_;
  area.length = length;
  area.flags = 0;
  device_barrier();  // message before ownership
  area.status = 0;   // neither free nor error; the doorbell orders this before itself
  if (doorbell_.ring(doorbell_.function, doorbell_.argument1, doorbell_.argument2) != 0) [[unlikely]] {
    area.status = Area::kFree;  // nobody took it
    return Arrival::failed(Error::NoConduit);
  }
  if (completion_ == Completion::OnReturn) [[likely]]
    return answer(area, Arrival::kSynchronous);
  outgoing_ = nullptr;
  in_flight_ = true;
  return Arrival::none();
}

// The length word is the platform's to write: it is read once and bounded here.
[[gnu::always_inline]] inline Arrival ShmemTransport::answer(const Area& area, uint16_t slot) {
  const uint32_t status = area.status;
  if (!(status & Area::kFree)) [[unlikely]]
    return Arrival::failed(Error::ChannelHeld);
  if (status & Area::kError) [[unlikely]]
    return Arrival::failed(Error::ChannelError);
  device_barrier();  // ownership before message
  const uint32_t length = area.length;
  if (length > capacity_) [[unlikely]]
    return Arrival::failed(Error::ReplyLong);
  return Arrival::message(area.message, length, slot);
}

// The answer first: a flood of events must not keep a command from it.
Arrival ShmemTransport::receive() {
  if (completion_ == Completion::Polled && !outgoing_ && a2p_->status & Area::kFree) {
    const Arrival in = in_flight_ ? answer(*a2p_, kAnswer) : Arrival::none();
    if (in.here()) return in;
    release(kAnswer);  // free, with nothing to read: the next command may go
    if (in.error() != Error{}) return in;
  }
  if (!p2a_.area || p2a_.area->status & Area::kFree) return Arrival::none();
  device_barrier();  // ownership before message
  const uint32_t length = p2a_.area->length;
  if (length >= 4 && length <= p2a_.size - sizeof(Area)) return Arrival::message(p2a_.area->message, length, kEvent);
  release(kEvent);  // nothing in it can be trusted
  return Arrival::none();
}

void ShmemTransport::release(uint16_t slot) {
  if (slot == kAnswer) {
    in_flight_ = false;
    outgoing_ = a2p_->message;
  } else if (slot == kEvent) {
    device_barrier();  // our reads before ownership
    p2a_.area->status = Area::kFree;
  }
}

}  // namespace scmi
