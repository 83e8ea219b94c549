// SPDX-License-Identifier: BSD-2-Clause
// scmi/virtio.hh - SCMI over virtio: device 32 (Virtio 1.2, 5.17). Several commands may be in flight, and events always
// find a buffer. Messages are built and read where the device reads and writes them.
#pragma once
#include <array>
#include <string_view>

#include "lib/fdt.hh"
#include "scmi/transport.hh"
#include "virtio/device.hh"

namespace scmi {

class VirtioTransport final : public Transport, public virtio::Device {
 public:
  static constexpr uint16_t kCommands = 16, kEvents = 8;  // that may be in flight, and that may wait
  static constexpr uint32_t kMessage = 256;               // bytes of a message, header included

  VirtioTransport(virtio::Transport& bus, const virtio::Host& host) : Device(bus, host) {}

  Arrival submit(uint32_t length) override;
  Arrival receive() override;
  void release(uint16_t slot) override;
  /// NeedsReset, or Broken, where that is why.
  Error silence() override;

  /// Whether the device sends notifications and delayed responses (VIRTIO_SCMI_F_P2A_CHANNELS).
  bool has_events() const { return has(kP2aChannels); }

 protected:
  Result<void> set_up() override;
  void on_running() override;
  void on_stopped() override;
  uint64_t wanted() const override { return virtio::feature::kCommon | kP2aChannels; }

 private:
  static constexpr uint64_t kP2aChannels = 1 << 0;
  static constexpr uint32_t kWords = kMessage / 4;
  static constexpr uint16_t kFirstCommand = 1;  // slot of an answer; never held

  struct Memory {  // what the device reads and writes
    uint32_t request[kCommands][kWords], reply[kCommands][kWords], event[kEvents][kWords];
  };

  void offer();
  Arrival answer(virtio::Used used);
  Arrival receive_rest();

  std::array<virtio::Queue::Request, kCommands> command_requests_;
  std::array<virtio::Queue::Request, kEvents> event_requests_;
  virtio::Queue commands_{command_requests_}, events_{event_requests_};
  volatile Memory* memory_ = nullptr;
  uint8_t current_ = 0;                    // the command's buffer that is outgoing()
  uint8_t free_count_ = 0;                 // of the others
  std::array<uint8_t, kCommands> free_{};  // which they are
  virtio::Segment segments_[kCommands][2];
};

/// What a device tree says of the device: node "arm,scmi-virtio".
struct VirtioBinding {
  std::string_view name;
  uint32_t limit;  // milliseconds to wait for an answer
};
VirtioBinding read_virtio_binding(const DeviceTree& tree, DeviceTree::Node node);

/// Milliseconds to wait for an answer where the tree does not say: at the other end there may be a program that has to
/// be scheduled first.
inline constexpr uint32_t kVirtioLimit = 500;

}  // namespace scmi
