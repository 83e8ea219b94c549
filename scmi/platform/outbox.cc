// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/platform/outbox.hh"

#include "lib/assert.hh"

namespace scmi::platform {

void Outbox::push(Header header, std::initializer_list<uint32_t> payload) {
  ASSERT(payload.size() < Event::kMostWords && count_ < kSize);
  Event& event = events_[(first_ + count_++) % kSize];
  event.words = 0;
  event.word[event.words++] = header.word;
  for (const uint32_t word : payload) event.word[event.words++] = word;
}

bool Outbox::reserve() {
  if (count_ + reserved_ >= kSize) return false;
  ++reserved_;
  return true;
}

void Outbox::answer(Header command, std::initializer_list<uint32_t> payload) {
  ASSERT(reserved_ != 0);
  --reserved_;
  push(Header{command.word | uint32_t(MessageType::DelayedResponse) << Header::kTypeShift}, payload);
}

void Outbox::notify(Command event, std::initializer_list<uint32_t> payload) {
  if (count_ + reserved_ >= kSize) {
    ++dropped_;
    return;
  }
  push(Header::make(event, MessageType::Notification, token_++), payload);
}

void Outbox::pop() {
  first_ = (first_ + 1) % kSize;
  --count_;
}

}  // namespace scmi::platform
