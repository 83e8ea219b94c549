// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/entropy.hh"

#include <algorithm>
#include <cstring>

namespace virtio {
namespace {

constexpr uint32_t kPatience = 20;  // tenths of a second: for an answer, and after which no more is asked

}  // namespace

Result<void> Entropy::set_up() {
  if (!buffer_) buffer_ = TRY(host().dma.arena.take<std::byte>(kChunk, 16)).data();
  return add_queue(0, queue_, 1);
}

// The device writes to memory of its own: a stack that one day is somebody else's is no place for a late answer.
Result<size_t> Entropy::ask(std::span<std::byte> to) {
  const size_t size = std::min(to.size(), kChunk);
  const Segment segment{Dma::address(buffer_), uint32_t(size)};
  queue_.post(0, {&segment, 1}, 0);
  queue_.kick();
  const Used used = TRY(await(queue_, kPatience));
  if (used.length == 0) return failure(fail(Error::Malformed));  // 5.4.6.2: one byte or more
  std::memcpy(to.data(), buffer_, used.length);
  std::memset(buffer_, 0, used.length);
  return used.length;
}

Result<size_t> Entropy::fill(std::span<std::byte> to) {
  if (!running()) return failure(Error::Broken);
  const Ticks start = host().time.now(), limit = host().time.milliseconds(kPatience * 100);
  size_t done = 0;
  while (done < to.size() && (done == 0 || host().time.now() - start < limit)) done += TRY(ask(to.subspan(done)));
  return done;
}

Result<void> random(std::span<std::byte> to) {
  auto* const device = static_cast<Entropy*>(Device::running(Type::Entropy));
  if (!device) return failure(Error::NoDevice);
  const size_t got = TRY(device->fill(to));
  return got == to.size() ? Result<void>() : failure(Error::Timeout);
}

}  // namespace virtio
