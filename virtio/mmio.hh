// SPDX-License-Identifier: BSD-2-Clause
// virtio/mmio.hh - virtio over memory-mapped registers (4.2), version 2.
#pragma once
#include "lib/reg.hh"
#include "virtio/transport.hh"

namespace virtio {

class MmioTransport final : public Transport {
 public:
  /// What is at `base`, which is mapped for devices. Errors: NoDevice: a place without a device; NotSupported: one of
  /// the legacy interface; Malformed: not virtio.
  static Result<MmioTransport> probe(uintptr_t base);

  Type type() const override { return type_; }
  std::string_view bus() const override { return "mmio"; }
  uint64_t address() const override { return base_; }
  uint64_t features() override;
  void set_features(uint64_t accepted) override;
  uint8_t status() override;
  void set_status(uint8_t status) override;
  uint16_t queue_limit(uint16_t index) override;
  Result<Doorbell> enable_queue(uint16_t index, const QueueArea& area) override;
  uint32_t generation() override;
  uint32_t read_config(uint32_t offset, unsigned width) override;
  void write_config(uint32_t offset, unsigned width, uint32_t value) override;
  uint32_t config_size() const override { return kConfigEnd - kConfig; }

 private:
  static constexpr uint32_t kConfig = 0x100, kConfigEnd = 0x200;

  MmioTransport(uintptr_t base, Type type) : base_(base), registers_(base), type_(type) {}

  uintptr_t base_;
  Mmio registers_;
  Type type_;
};

}  // namespace virtio
