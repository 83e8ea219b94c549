// SPDX-License-Identifier: BSD-2-Clause
// virtio/net.hh - a network card (5.1), polled: whole Ethernet frames, nothing offloaded.
#pragma once
#include <array>

#include "virtio/device.hh"

namespace virtio {

class Net final : public Device {
 public:
  using MacAddress = std::array<uint8_t, 6>;
  static constexpr size_t kLeastFrame = 14, kMostFrame = 1514;

  constexpr Net(Transport& transport, const Host& host) : Device(transport, host) {}

  /// Known once it was started.
  const MacAddress& mac() const { return mac_; }
  /// Whether there is a link, as far as the device tells; false when it does not run.
  bool link();

  /// Sends kLeastFrame to kMostFrame bytes, which are copied. Errors: InvalidParameters: fewer or more; Timeout: the
  /// frames before do not leave; Broken: it does not run; those of Queue::error(), which end with the device reset.
  Result<void> send(std::span<const std::byte> frame);
  /// Copies the next frame that arrived to `into`, which holds kMostFrame; its size, or 0: there is none. Errors: as in
  /// send().
  Result<size_t> receive(std::span<std::byte> into);
  /// What came and was no frame, since it was made.
  uint32_t dropped() const { return dropped_; }

 private:
  static constexpr size_t kReceive = 8, kSend = 4;

  /// The header (5.1.6) is followed by the frame, and that is aligned for copies by words.
  struct alignas(16) Buffer {
    std::array<std::byte, 4> padding;
    std::array<std::byte, 12> header;
    std::array<std::byte, kMostFrame> frame;
  };
  static constexpr size_t kWhole = sizeof(Buffer::header) + kMostFrame;

  Result<void> set_up() override;
  void on_running() override;
  uint64_t wanted() const override;
  void offer(uint16_t tag);
  Result<bool> find_free(uint16_t& tag);

  std::array<Queue::Request, kReceive> receive_requests_{};
  std::array<Queue::Request, kSend> send_requests_{};
  Queue receive_{receive_requests_}, send_{send_requests_};
  std::span<Buffer> buffers_;  // those to receive, those to send
  MacAddress mac_{};
  uint32_t dropped_ = 0;
};

}  // namespace virtio
