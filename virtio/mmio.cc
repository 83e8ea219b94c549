// SPDX-License-Identifier: BSD-2-Clause
#include "virtio/mmio.hh"

namespace virtio {
namespace {

constexpr uint32_t kMagic = 0x7472'6976, kModern = 2, kLegacy = 1;  // "virt"

// 4.2.2
constexpr Reg<uint32_t, 0x000, Right::ReadOnly> kMagicValue;
constexpr Reg<uint32_t, 0x004, Right::ReadOnly> kVersion;
constexpr Reg<uint32_t, 0x008, Right::ReadOnly> kDeviceId;
constexpr Reg<uint32_t, 0x010, Right::ReadOnly> kDeviceFeatures;
constexpr Reg<uint32_t, 0x014, Right::WriteOnly> kDeviceFeaturesSel;
constexpr Reg<uint32_t, 0x020, Right::WriteOnly> kDriverFeatures;
constexpr Reg<uint32_t, 0x024, Right::WriteOnly> kDriverFeaturesSel;
constexpr Reg<uint32_t, 0x030, Right::WriteOnly> kQueueSel;
constexpr Reg<uint32_t, 0x034, Right::ReadOnly> kQueueSizeMax;
constexpr Reg<uint32_t, 0x038, Right::WriteOnly> kQueueSize;
constexpr Reg<uint32_t, 0x044> kQueueReady;
constexpr Reg<uint32_t, 0x050, Right::WriteOnly> kQueueNotify;
constexpr Reg<uint32_t, 0x070> kStatus;
constexpr Reg<uint32_t, 0x080, Right::WriteOnly> kQueueDescLow;
constexpr Reg<uint32_t, 0x084, Right::WriteOnly> kQueueDescHigh;
constexpr Reg<uint32_t, 0x090, Right::WriteOnly> kQueueDriverLow;
constexpr Reg<uint32_t, 0x094, Right::WriteOnly> kQueueDriverHigh;
constexpr Reg<uint32_t, 0x0a0, Right::WriteOnly> kQueueDeviceLow;
constexpr Reg<uint32_t, 0x0a4, Right::WriteOnly> kQueueDeviceHigh;
constexpr Reg<uint32_t, 0x0fc, Right::ReadOnly> kConfigGeneration;

}  // namespace

Result<MmioTransport> MmioTransport::probe(uintptr_t base) {
  const Mmio registers(base);
  if (registers.read(kMagicValue) != kMagic) return failure(Error::Malformed);
  const uint32_t version = registers.read(kVersion), id = registers.read(kDeviceId);
  if (version != kModern && version != kLegacy) return failure(Error::Malformed);
  if (id == 0) return failure(Error::NoDevice);  // a place that is kept free, of either version
  if (version == kLegacy) return failure(Error::NotSupported);
  return MmioTransport(base, Type(id));
}

uint64_t MmioTransport::features() {
  registers_.write(kDeviceFeaturesSel, 1);
  const uint64_t high = registers_.read(kDeviceFeatures);
  registers_.write(kDeviceFeaturesSel, 0);
  return high << 32 | registers_.read(kDeviceFeatures);
}

void MmioTransport::set_features(uint64_t accepted) {
  registers_.write(kDriverFeaturesSel, 0);
  registers_.write(kDriverFeatures, uint32_t(accepted));
  registers_.write(kDriverFeaturesSel, 1);
  registers_.write(kDriverFeatures, uint32_t(accepted >> 32));
}

uint8_t MmioTransport::status() { return uint8_t(registers_.read(kStatus)); }
void MmioTransport::set_status(uint8_t status) { registers_.write(kStatus, status); }

uint16_t MmioTransport::queue_limit(uint16_t index) {
  registers_.write(kQueueSel, index);
  if (registers_.read(kQueueReady)) return 0;  // in use already, which after a reset cannot be
  const uint32_t limit = registers_.read(kQueueSizeMax);
  return limit > 0xffff ? 0 : uint16_t(limit);
}

Result<Doorbell> MmioTransport::enable_queue(uint16_t index, const QueueArea& area) {
  registers_.write(kQueueSel, index);
  registers_.write(kQueueSize, area.size);
  registers_.write(kQueueDescLow, uint32_t(area.descriptors));
  registers_.write(kQueueDescHigh, uint32_t(area.descriptors >> 32));
  registers_.write(kQueueDriverLow, uint32_t(area.driver));
  registers_.write(kQueueDriverHigh, uint32_t(area.driver >> 32));
  registers_.write(kQueueDeviceLow, uint32_t(area.device));
  registers_.write(kQueueDeviceHigh, uint32_t(area.device >> 32));
  registers_.write(kQueueReady, 1);
  if (registers_.read(kQueueReady) != 1) return failure(Error::NoQueue);
  return Doorbell{base_ + decltype(kQueueNotify)::kOffset, index, true};
}

uint32_t MmioTransport::generation() { return registers_.read(kConfigGeneration); }

uint32_t MmioTransport::read_config(uint32_t offset, unsigned width) {
  return mmio_read(base_ + kConfig + offset, width);
}

void MmioTransport::write_config(uint32_t offset, unsigned width, uint32_t value) {
  mmio_write(base_ + kConfig + offset, width, value);
}

}  // namespace virtio
