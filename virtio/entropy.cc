// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/entropy.hh"

#include <algorithm>
#include <cstring>

#include "lib/wait.hh"

namespace virtio {
namespace {

constexpr uint32_t kLimit = 2000;  // milliseconds: for an answer, and after which no more is asked

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
  Used used;
  const auto back = [&] { return bool(used = queue_.pop()) || queue_.error() != Error{}; };
  if (!wait_until(host().time, host().time.milliseconds(kLimit), back)) {
    CHECK(check());
    return failure(fail(Error::Timeout));
  }
  if (!used) return failure(fail(queue_.error()));
  if (used.length == 0) return failure(fail(Error::Malformed));  // 5.4.6.2: one byte or more
  std::memcpy(to.data(), buffer_, used.length);
  std::memset(buffer_, 0, used.length);
  return used.length;
}

Result<size_t> Entropy::fill(std::span<std::byte> to) {
  if (!running()) return failure(Error::Broken);
  const Ticks start = host().time.now(), limit = host().time.milliseconds(kLimit);
  size_t done = 0;
  while (done < to.size() && (done == 0 || host().time.now() - start < limit)) done += TRY(ask(to.subspan(done)));
  return done;
}

Result<void> random(std::span<std::byte> to) {
  for (Device* device = Device::first(); device; device = device->next()) {
    if (device->type() != Type::Entropy || !device->running()) continue;
    const size_t got = TRY(static_cast<Entropy*>(device)->fill(to));
    return got == to.size() ? Result<void>() : failure(Error::Timeout);
  }
  return failure(Error::NoDevice);
}

}  // namespace virtio
