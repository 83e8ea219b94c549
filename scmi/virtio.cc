// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/virtio.hh"

namespace scmi {

[[gnu::cold]] Result<void> VirtioTransport::set_up() {
  if (!memory_) memory_ = TRY(host().dma.arena.take<Memory>(1)).data();
  CHECK(add_queue(0, commands_, 2));
  for (uint16_t i = 0; i < commands_.tags(); ++i) {
    segments_[i][0] = {Dma::address(memory_->request[i]), 0};
    segments_[i][1] = {Dma::address(memory_->reply[i]), kMessage};
  }
  if (has_events()) CHECK(add_queue(1, events_, 1));
  commands_.prepare({segments_[0], 2u * commands_.tags()}, 2);
  capacity_ = kMessage;
  free_count_ = 0;
  for (uint16_t tag = commands_.tags(); tag > 0; --tag) free_[free_count_++] = uint8_t(tag - 1);
  offer();
  return {};
}

[[gnu::cold]] void VirtioTransport::on_running() {
  if (!has_events()) return;
  for (uint16_t i = 0; i < events_.tags(); ++i) {
    const virtio::Segment segment{Dma::address(memory_->event[i]), kMessage};
    events_.post(i, {&segment, 1}, 0);
  }
  events_.kick();
}

// The buffer that came back last, for it is in the caches.
[[gnu::always_inline]] inline void VirtioTransport::offer() {
  outgoing_ = nullptr;
  if (free_count_ == 0) [[unlikely]]
    return;
  current_ = free_[--free_count_];
  outgoing_ = memory_->request[current_];
}

Arrival VirtioTransport::submit(uint32_t length) {
  const uint8_t tag = current_;
  offer();
  commands_.send(tag, length);
  return Arrival::pending(uint16_t(kFirstCommand + tag));
}

// Its buffers are free again at once: nothing is written there before the next submit(), and by then the answer has
// been read.
[[gnu::always_inline]] inline Arrival VirtioTransport::answer(virtio::Used used) {
  free_[free_count_++] = uint8_t(used.tag);
  if (!outgoing_) [[unlikely]]
    offer();
  return Arrival::message(memory_->reply[used.tag], used.length, uint16_t(kFirstCommand + used.tag));
}

// Answers first: a flood of events must not keep a command from its own.
Arrival VirtioTransport::receive() {
  if (const virtio::Used used = commands_.pop_ready()) [[likely]]
    return answer(used);
  return receive_rest();
}

[[gnu::cold, gnu::noinline]] Arrival VirtioTransport::receive_rest() {
  if (!running()) return Arrival::failed(Error::Broken);
  if (const virtio::Used used = commands_.pop()) return answer(used);
  if (commands_.error() != Error{}) return Arrival::failed(fail(commands_.error()));
  if (!has_events()) return Arrival::none();
  if (const virtio::Used used = events_.pop())
    return Arrival::message(memory_->event[used.tag], used.length, uint16_t(Arrival::kHeld | used.tag));
  if (events_.error() != Error{}) return Arrival::failed(fail(events_.error()));
  return Arrival::none();
}

[[gnu::cold]] void VirtioTransport::release(uint16_t slot) {
  if (!running()) return;
  const auto tag = uint16_t(slot & ~Arrival::kHeld);
  const virtio::Segment segment{Dma::address(memory_->event[tag]), kMessage};
  events_.post(tag, {&segment, 1}, 0);
  events_.kick();
}

[[gnu::cold]] Error VirtioTransport::silence() {
  const auto alive = check();
  return alive ? Error::Timeout : alive.error();
}

void VirtioTransport::on_stopped() { outgoing_ = nullptr; }

[[gnu::cold]] VirtioBinding read_virtio_binding(const DeviceTree& tree, DeviceTree::Node node) {
  constexpr uint32_t kLongestLimit = 60'000;  // a tree that asks for more does not mean it
  const uint32_t limit = tree.cell(node, "arm,max-rx-timeout-ms").value_or(0);
  return {tree.name(node), limit == 0 || limit > kLongestLimit ? kVirtioLimit : limit};
}

}  // namespace scmi
