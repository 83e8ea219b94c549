// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/virtio_mmio.hh - a device behind the registers of 4.2.2.
#pragma once
#include <array>

#include "tests/fake/bus.hh"
#include "tests/fake/virtio_core.hh"

namespace fake {

class VirtioMmio : public Device {
 public:
  /// With 256 bytes of configuration, all zero.
  VirtioMmio(uintptr_t where, virtio::Type type, uint64_t features, std::vector<uint16_t> limits)
      : Device(where, 0x200), core(type, features, std::move(limits)) {
    core.config.resize(0x100);
  }

  VirtioCore core;
  uint32_t magic = 0x7472'6976, version = 2;
  std::optional<uint32_t> queue_size_max;  // instead of the core's
  bool always_ready = false;               // QueueReady reads 1 whatever was written
  unsigned looks = 0;                      // accesses to anything behind DeviceID

  uint64_t read(uintptr_t offset, unsigned bytes) override;
  void write(uintptr_t offset, unsigned bytes, uint64_t value) override;

 private:
  uint32_t device_select_ = 0, driver_select_ = 0, queue_select_ = 0;
  bool selected_device_ = false, selected_driver_ = false;
  virtio::QueueArea area_{};
};

}  // namespace fake
