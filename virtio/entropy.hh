// SPDX-License-Identifier: BSD-2-Clause
// virtio/entropy.hh - a source of random bytes (5.4).
#pragma once
#include <array>

#include "virtio/device.hh"

namespace virtio {

class Entropy final : public Device {
 public:
  constexpr Entropy(Transport& transport, const Host& host) : Device(transport, host), queue_(slots_) {}

  /// Random bytes, from the start of `to` on. Returns how many: fewer than asked for when the device is slow. Errors
  /// end the device: Timeout: not one byte within the limit; Malformed: it sent an empty answer; those of a queue.
  Result<size_t> fill(std::span<std::byte> to);

 private:
  static constexpr size_t kChunk = 256;

  Result<void> set_up() override;
  uint64_t wanted() const override { return feature::kCommon; }
  Result<size_t> ask(std::span<std::byte> to);

  std::array<Queue::Request, 1> slots_{};
  Queue queue_;
  std::byte* buffer_ = nullptr;  // kChunk bytes of DMA memory
};

/// All of `to`, from the first of the devices that runs. Errors: NoDevice: none does; Timeout: it was too slow; those
/// of Entropy::fill(). Then `to` must not be taken for random.
Result<void> random(std::span<std::byte> to);

}  // namespace virtio
