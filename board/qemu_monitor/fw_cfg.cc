// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_monitor/fw_cfg.hh"

#include "board/qemu_monitor/map.hh"
#include "lib/barrier.hh"
#include "lib/reg.hh"

namespace board {
namespace {

constexpr Reg<uint16_t, 0x08, Right::WriteOnly> kSelector;
constexpr Reg<uint8_t, 0x00, Right::ReadOnly> kData;
constexpr Reg<uint32_t, 0x10, Right::WriteOnly> kDmaAddressHigh;
constexpr Reg<uint32_t, 0x14, Right::WriteOnly> kDmaAddressLow;

constexpr uint16_t kSignature = 0x00, kKernelSize = 0x08, kKernelData = 0x11;
constexpr uint32_t kRead = 1 << 1, kSelect = 1 << 3;

uint32_t swap(uint32_t word) { return __builtin_bswap32(word); }

}  // namespace

Result<void> FwCfg::read(uint16_t key, void* to, uint32_t size) {
  descriptor_->control = swap(uint32_t(key) << 16 | kSelect | kRead);
  descriptor_->length = swap(size);
  descriptor_->address = __builtin_bswap64(reinterpret_cast<uintptr_t>(to));
  device_barrier();
  const uint64_t at = reinterpret_cast<uintptr_t>(descriptor_);
  Mmio(kFwCfg).write(kDmaAddressHigh, swap(uint32_t(at >> 32)));
  Mmio(kFwCfg).write(kDmaAddressLow, swap(uint32_t(at)));  // begins it
  device_barrier();
  if (swap(descriptor_->control) != 0) return failure(Error::HardwareError);  // QEMU is done when the write returns
  return {};
}

Result<uint32_t> FwCfg::kernel_size() {
  const Mmio device(kFwCfg);
  device.write(kSelector, __builtin_bswap16(kSignature));
  for (const char c : {'Q', 'E', 'M', 'U'})
    if (device.read(kData) != uint8_t(c)) return failure(Error::NoDevice);
  uint32_t size = 0;
  device.write(kSelector, __builtin_bswap16(kKernelSize));
  for (unsigned i = 0; i < 4; ++i) size |= uint32_t(device.read(kData)) << 8 * i;
  if (!size) return failure(Error::NoDevice);
  return size;
}

Result<void> FwCfg::read_kernel(void* to, uint32_t size) { return read(kKernelData, to, size); }

}  // namespace board
