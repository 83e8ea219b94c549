// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/virtio_device.hh - a device without a bus: tests/fake/virtio_core.hh directly behind virtio::Transport.
#pragma once
#include "tests/fake/bus.hh"
#include "tests/fake/virtio_core.hh"

namespace fake {

class VirtioDevice final : public virtio::Transport {
 public:
  VirtioDevice(virtio::Type type, uint64_t features, std::vector<uint16_t> limits)
      : core(type, features, std::move(limits)), doorbell_(core) {}

  VirtioCore core;
  bool wide = true;                     // width of the doorbell
  std::optional<uint16_t> says_queues;  // how many it says it has; else how many it has

  virtio::Type type() const override { return core.type; }
  std::string_view bus() const override { return "fake"; }
  uint64_t address() const override { return doorbell_.base; }
  uint64_t features() override { return core.feature_word(0) | uint64_t{core.feature_word(1)} << 32; }
  void set_features(uint64_t accepted) override {
    core.accept_word(0, uint32_t(accepted));
    core.accept_word(1, uint32_t(accepted >> 32));
  }
  uint8_t status() override { return core.status(); }
  void set_status(uint8_t status) override { core.set_status(status); }
  uint16_t queues() override { return says_queues.value_or(uint16_t(core.queues.size())); }
  uint16_t queue_limit(uint16_t index) override { return core.limit(index); }
  Result<virtio::Doorbell> enable_queue(uint16_t index, const virtio::QueueArea& area) override {
    if (!core.enable(index, area)) return failure(Error::NoQueue);
    return virtio::Doorbell{doorbell_.base, index, wide};
  }
  uint32_t generation() override { return core.generation(); }
  uint32_t read_config(uint32_t offset, unsigned width) override { return core.read_config(offset, width); }
  void write_config(uint32_t offset, unsigned width, uint32_t value) override {
    core.write_config(offset, width, value);
  }
  uint32_t config_size() const override { return uint32_t(core.config.size()); }

 private:
  class Doorbell final : public Device {
   public:
    explicit Doorbell(VirtioCore& core) : Device(next += kStride, 4), core_(core) {}
    uint64_t read(uintptr_t, unsigned) override {
      core_.complain("the doorbell is read");
      return 0;
    }
    void write(uintptr_t, unsigned, uint64_t value) override { core_.notify(uint32_t(value)); }

   private:
    static constexpr uintptr_t kStride = 0x1000;
    static inline uintptr_t next = 0x7000'0000;  // each device has its own
    VirtioCore& core_;
  };
  Doorbell doorbell_;
};

}  // namespace fake
