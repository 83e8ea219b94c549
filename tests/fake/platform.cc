// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/platform.hh"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace fake {
namespace {

constexpr uint32_t kStale = 0xdeadbeef;  // what lies behind a message

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fake platform: %s\n", what);
  std::abort();
}

}  // namespace

Platform::Platform(Manner manner, uint32_t capacity) : manner_(manner) {
  capacity_ = capacity;
  offer();
}

Platform::~Platform() = default;

void Platform::offer() {
  out_ = std::make_unique<uint32_t[]>(capacity_ / 4);
  std::fill_n(out_.get(), capacity_ / 4, kStale);
  outgoing_ = out_.get();
}

Platform::Message Platform::make(const Words& words, std::optional<uint32_t> length) const {
  const size_t size = std::max<size_t>(words.size(), capacity_ / 4);
  Message message{std::make_unique<uint32_t[]>(size), length.value_or(uint32_t(4 * words.size())), {}, false};
  std::fill_n(message.words.get(), size, kStale);
  std::ranges::copy(words, message.words.get());
  return message;
}

void Platform::send(Words message, std::optional<uint32_t> length, Error error) {
  arriving_.push_back(make(message, length));
  arriving_.back().error = error;
  arriving_.back().returns_buffer = manner_ == Manner::Later && !outgoing_ && !message.empty() &&
                                    scmi::Header{message[0]}.type() == scmi::MessageType::Command;
}

scmi::Arrival Platform::submit(uint32_t length) {
  expect(outgoing_, "a command without a buffer");
  expect(length >= 4 && length % 4 == 0 && length <= capacity_, "a command longer than its buffer");
  const Words command(out_.get(), out_.get() + length / 4);
  out_.reset();
  outgoing_ = nullptr;
  if (manner_ == Manner::AtOnce) offer();

  const Answer answer = server.serve(command);
  if (answer.silent)
    return manner_ == Manner::AtOnce ? scmi::Arrival::failed(Error::ChannelHeld) : scmi::Arrival::none();
  const Words words = join({{command[0] ^ answer.flip}, answer.words});
  if (manner_ == Manner::Later) {
    send(words, answer.length);
    return scmi::Arrival::none();
  }
  answer_ = make(words, answer.length);
  return scmi::Arrival::message(answer_.words.get(), answer_.length, scmi::Arrival::kSynchronous);
}

scmi::Arrival Platform::receive() {
  on_receive();
  if (arriving_.empty()) return scmi::Arrival::none();
  Message message = std::move(arriving_.front());
  arriving_.pop_front();
  if (message.error != Error{}) {
    if (message.returns_buffer) offer();
    return scmi::Arrival::failed(message.error);
  }
  slot_ = uint16_t((slot_ + 1) | scmi::Arrival::kHeld);
  const auto [at, fresh] = held_.emplace(slot_, std::move(message));
  expect(fresh, "every slot is held");
  return scmi::Arrival::message(at->second.words.get(), at->second.length, slot_);
}

void Platform::release(uint16_t slot) {
  const auto at = held_.find(slot);
  expect(at != held_.end(), "a slot is released that nobody holds");
  if (at->second.returns_buffer) offer();
  held_.erase(at);
}

}  // namespace fake
