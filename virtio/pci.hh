// SPDX-License-Identifier: BSD-2-Clause
// virtio/pci.hh - virtio over PCI (4.1), the interface of version 1. The legacy one, in I/O space, is not used, but
// devices that have both are.
#pragma once
#include "lib/pci.hh"
#include "lib/reg.hh"
#include "virtio/transport.hh"

namespace virtio {

class PciTransport final : public Transport {
 public:
  /// What a function is, told by its configuration space alone: it need not be switched on yet, as it has to be for
  /// everything else. Errors: NoDevice: not virtio; NotSupported: the legacy interface only; BadCapability: a list of
  /// capabilities that goes wrong, or areas that do not lie in a BAR; NoSpace: it has no addresses.
  static Result<PciTransport> probe(const PciFunction& function);

  Type type() const override { return type_; }
  std::string_view bus() const override { return "pci"; }
  uint64_t address() const override { return address_; }
  uint64_t features() override;
  void set_features(uint64_t accepted) override;
  uint8_t status() override;
  void set_status(uint8_t status) override;
  uint16_t queues() override;
  uint16_t queue_limit(uint16_t index) override;
  /// Error::BadCapability as well: it wants to be told outside of the area that it has for that.
  Result<Doorbell> enable_queue(uint16_t index, const QueueArea& area) override;
  uint32_t generation() override;
  uint32_t read_config(uint32_t offset, unsigned width) override;
  void write_config(uint32_t offset, unsigned width, uint32_t value) override;
  uint32_t config_size() const override { return config_.size; }

 private:
  struct Area {  // mapped
    uintptr_t address = 0;
    uint32_t size = 0;
  };

  PciTransport() = default;

  Area common_, notify_, config_;
  uint32_t multiplier_ = 0;
  Type type_{};
  uint16_t address_ = 0;
};

}  // namespace virtio
