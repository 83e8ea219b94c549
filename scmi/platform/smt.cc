// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/platform/smt.hh"

#include <algorithm>

#include "lib/assert.hh"
#include "lib/barrier.hh"

namespace scmi::platform {

namespace {

void clear(Area& area) {
  area.length = 0;
  area.flags = 0;
  device_barrier();
  area.status = Area::kFree;
}

}  // namespace

void Channel::open(Area* area, uint32_t size) {
  ASSERT(size >= sizeof(Area) + Reply::kLeast);
  area_ = area;
  capacity_ = size - uint32_t(sizeof(Area));
  clear(*area_);
}

void Channel::give_up() { clear(*area_); }

Channel::Taken Channel::take() const {
  Taken taken;
  if (area_->status & Area::kFree) [[unlikely]]
    return taken;
  taken.any = true;
  device_barrier();  // ownership before message
  const uint32_t length = area_->length;
  taken.request.header = Header{area_->message[0]};
  taken.damaged = length < 4 || length > capacity_;
  taken.request.size = length - 4;
  if (!taken.damaged) [[likely]] {
    const uint32_t words = std::min<uint32_t>(taken.request.size / 4, Request::kMostWords);
    for (uint32_t i = 0; i < words; ++i) taken.request.words[i] = area_->message[1 + i];
  }
  return taken;
}

uint32_t Channel::answer(const Taken& taken, Reply reply) {
  if (taken.damaged) [[unlikely]]
    return platform_.refuse(agent_, taken.request.header, Error::ProtocolError, reply);
  if (only_ && taken.request.header.protocol() != only_) [[unlikely]]
    return Platform::answer(taken.request.header, Error::NotSupported, reply);
  return platform_.serve(agent_, taken.request, reply);
}

void Channel::give(uint32_t length, uint32_t status) {
  area_->length = length;
  device_barrier();  // message before ownership
  area_->status = status;
}

[[gnu::flatten]] void Channel::serve() {
  const Taken taken = take();
  if (!taken.any) [[unlikely]]
    return;
  const uint32_t length = answer(taken, {area_->message, std::min(capacity_, kMostReply)});
  give(length, taken.damaged);
}

void EventChannel::open(Area* area) {
  area_ = area;
  clear(*area_);
  platform_.set_hears(agent_, true);
}

bool EventChannel::deliver() {
  Outbox& outbox = platform_.outbox(agent_);
  if (outbox.empty() || !(area_->status & Area::kFree)) return false;
  device_barrier();
  const Event& event = outbox.front();
  for (uint32_t i = 0; i < event.words; ++i) area_->message[i] = event.word[i];
  area_->length = event.words * 4;
  outbox.pop();
  device_barrier();
  area_->status = 0;
  return true;
}

}  // namespace scmi::platform
