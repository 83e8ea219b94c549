// SPDX-License-Identifier: BSD-2-Clause
// virtio/await.cc - what drivers of requests have in common: waiting for one, and what it means that none came.
#include "lib/wait.hh"
#include "virtio/device.hh"

namespace virtio {

Result<void> Device::sound(const Queue& queue) {
  if (queue.error() == Error{}) return {};
  return failure(fail(queue.error()));
}

Result<Used> Device::await(Queue& queue, uint32_t tenths) {
  constexpr uint32_t kTenth = 100;  // milliseconds
  Used used;
  const auto back = [&] { return bool(used = queue.pop()) || queue.error() != Error{}; };
  while (!wait_until(host_.time, host_.time.milliseconds(kTenth), back)) {
    CHECK(check());
    if (--tenths == 0) return failure(fail(Error::Timeout));
  }
  CHECK(sound(queue));
  return used;
}

}  // namespace virtio
