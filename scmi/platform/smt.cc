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

Channel::Taken Channel::take(Request& request) const {
  if (area_->status & Area::kFree) [[unlikely]]
    return Taken::Nothing;
  device_barrier();  // ownership before message
  const uint32_t length = area_->length;
  request.header = Header{area_->message[0]};
  request.size = length - 4;
  if (length < 4 || length > capacity_) [[unlikely]]
    return Taken::Damaged;
  const uint32_t words = std::min<uint32_t>(request.size / 4, Request::kMostWords);
  for (uint32_t i = 0; i < words; ++i) request.words[i] = area_->message[1 + i];
  return Taken::Command;
}

uint32_t Channel::answer(Taken taken, const Request& request, Reply reply) {
  if (taken == Taken::Damaged) [[unlikely]]
    return platform_.refuse(agent_, request.header, Error::ProtocolError, reply);
  if (only_ && request.header.protocol() != only_) [[unlikely]]
    return Platform::answer(request.header, Error::NotSupported, reply);
  return platform_.serve(agent_, request, reply);
}

void Channel::give(uint32_t length, uint32_t status) {
  area_->length = length;
  device_barrier();  // message before ownership
  area_->status = status;
}

[[gnu::flatten]] void Channel::serve() {
  Request request;
  const Taken taken = take(request);
  if (taken == Taken::Nothing) [[unlikely]]
    return;
  const uint32_t length = answer(taken, request, {area_->message, std::min(capacity_, kMostReply)});
  give(length, taken == Taken::Damaged ? Area::kFree | Area::kError : Area::kFree);
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
