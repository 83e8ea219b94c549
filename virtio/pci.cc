// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/pci.hh"

namespace virtio {
namespace {

// 4.1.2
constexpr uint16_t kVendor = 0x1af4, kTransitional = 0x1000, kModern = 0x1040, kEnd = 0x1080;

// Configuration space (PCI Local Bus 3.0, 6.1 and 6.7).
constexpr Reg<uint16_t, 0x06, Right::ReadOnly> kPciStatus;
constexpr Reg<uint8_t, 0x34, Right::ReadOnly> kCapabilities;
constexpr uint16_t kHasCapabilities = 1 << 4;
constexpr uint32_t kFirst = 0x40, kPciEnd = 0x100;

// A capability (4.1.4), in words: id, next, length and type; BAR; offset; length; the notify multiplier.
constexpr uint8_t kVendorSpecific = 9;
enum Kind : uint8_t { Common = 1, Notify = 2, Config = 4 };
constexpr uint32_t kLeastCommon = 0x38, kLeastNotify = 2;

// 4.1.4.3
constexpr Reg<uint32_t, 0x00, Right::WriteOnly> kDeviceFeatureSelect;
constexpr Reg<uint32_t, 0x04, Right::ReadOnly> kDeviceFeature;
constexpr Reg<uint32_t, 0x08, Right::WriteOnly> kDriverFeatureSelect;
constexpr Reg<uint32_t, 0x0c, Right::WriteOnly> kDriverFeature;
constexpr Reg<uint16_t, 0x12, Right::ReadOnly> kNumQueues;
constexpr Reg<uint8_t, 0x14> kStatus;
constexpr Reg<uint8_t, 0x15, Right::ReadOnly> kGeneration;
constexpr Reg<uint16_t, 0x16, Right::WriteOnly> kQueueSelect;
constexpr Reg<uint16_t, 0x18> kQueueSize;
constexpr Reg<uint16_t, 0x1c> kQueueEnable;
constexpr Reg<uint16_t, 0x1e, Right::ReadOnly> kQueueNotifyOff;
constexpr uint32_t kQueueDesc = 0x20, kQueueDriver = 0x28, kQueueDevice = 0x30;

void write_address(uintptr_t at, uint64_t address) {  // as two words, which 4.1.3.1 allows
  mmio_write(at, uint32_t(address));
  mmio_write(at + 4, uint32_t(address >> 32));
}

}  // namespace

Result<PciTransport> PciTransport::probe(const PciFunction& function) {
  const Mmio registers(function.config);
  const uint16_t id = function.device;
  const uint32_t type = id < kModern ? function.subsystem : id - kModern;
  if (function.vendor != kVendor || id < kTransitional || id >= kEnd || function.header != 0 || type == 0)
    return failure(Error::NoDevice);
  if (!function.assigned) return failure(Error::NoSpace);

  PciTransport found;
  found.type_ = Type(type);
  found.address_ = function.address;
  unsigned seen = 0, usable = 0;  // kinds, a bit each
  uint32_t at = registers.read(kPciStatus) & kHasCapabilities ? registers.read(kCapabilities) : 0;
  for (unsigned left = (kPciEnd - kFirst) / 4; at; --left) {
    if (at < kFirst || at % 4 || left == 0) return failure(Error::BadCapability);
    const uintptr_t capability = function.config + at;
    const uint32_t head = mmio_read<uint32_t>(capability), bytes = head >> 16 & 0xff;
    const unsigned kind = head >> 24, least = kind == Notify ? 20 : 16, here = at;
    at = head >> 8 & 0xff;
    if (uint8_t(head) != kVendorSpecific || (kind != Common && kind != Notify && kind != Config)) continue;
    if (here + least > kPciEnd) return failure(Error::BadCapability);
    seen |= 1u << kind;
    const uint8_t bar = uint8_t(mmio_read<uint32_t>(capability + 4));
    const uint32_t offset = mmio_read<uint32_t>(capability + 8), size = mmio_read<uint32_t>(capability + 12);
    // The first one that can be used, of several of a kind.
    if (usable & 1u << kind || bytes < least || bar >= function.bars.size() || size == 0 || offset % 4) continue;
    if (uint64_t(offset) + size > function.bars[bar].size) continue;
    const Area area{uintptr_t(function.bars[bar].address + offset), size};
    if (kind == Common) {
      if (size < kLeastCommon) continue;
      found.common_ = area;
    } else if (kind == Notify) {
      if (size < kLeastNotify) continue;
      found.notify_ = area;
      found.multiplier_ = mmio_read<uint32_t>(capability + 16);
    } else {
      found.config_ = area;
    }
    usable |= 1u << kind;
  }
  if (seen == 0) return failure(Error::NotSupported);
  if (usable != seen || !(usable & 1u << Common) || !(usable & 1u << Notify)) return failure(Error::BadCapability);
  return found;
}

uint64_t PciTransport::features() {
  const Mmio common(common_.address);
  common.write(kDeviceFeatureSelect, 1);
  const uint64_t high = common.read(kDeviceFeature);
  common.write(kDeviceFeatureSelect, 0);
  return high << 32 | common.read(kDeviceFeature);
}

void PciTransport::set_features(uint64_t accepted) {
  const Mmio common(common_.address);
  common.write(kDriverFeatureSelect, 0);
  common.write(kDriverFeature, uint32_t(accepted));
  common.write(kDriverFeatureSelect, 1);
  common.write(kDriverFeature, uint32_t(accepted >> 32));
}

uint8_t PciTransport::status() { return Mmio(common_.address).read(kStatus); }
void PciTransport::set_status(uint8_t status) { Mmio(common_.address).write(kStatus, status); }
uint16_t PciTransport::queues() { return Mmio(common_.address).read(kNumQueues); }

uint16_t PciTransport::queue_limit(uint16_t index) {
  const Mmio common(common_.address);
  common.write(kQueueSelect, index);
  if (common.read(kQueueEnable)) return 0;  // in use already, which after a reset cannot be
  return common.read(kQueueSize);
}

// A reset has left every vector at NO_VECTOR (4.1.5.1.2), so there is nothing to be said about MSI-X.
Result<Doorbell> PciTransport::enable_queue(uint16_t index, const QueueArea& area) {
  const Mmio common(common_.address);
  common.write(kQueueSelect, index);
  const uint64_t notify = uint64_t(common.read(kQueueNotifyOff)) * multiplier_;
  if (notify % 2 || notify + kLeastNotify > notify_.size) return failure(Error::BadCapability);
  common.write(kQueueSize, area.size);
  write_address(common_.address + kQueueDesc, area.descriptors);
  write_address(common_.address + kQueueDriver, area.driver);
  write_address(common_.address + kQueueDevice, area.device);
  common.write(kQueueEnable, 1);
  if (common.read(kQueueEnable) != 1) return failure(Error::NoQueue);
  return Doorbell{notify_.address + uintptr_t(notify), index, false};
}

uint32_t PciTransport::generation() { return Mmio(common_.address).read(kGeneration); }

uint32_t PciTransport::read_config(uint32_t offset, unsigned width) {
  return mmio_read(config_.address + offset, width);
}

void PciTransport::write_config(uint32_t offset, unsigned width, uint32_t value) {
  mmio_write(config_.address + offset, width, value);
}

}  // namespace virtio
