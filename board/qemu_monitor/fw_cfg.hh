// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/fw_cfg.hh - files that QEMU hands to its guest (docs/specs/fw_cfg).
#pragma once
#include <cstddef>
#include <cstdint>

#include "lib/result.hh"

namespace board {

/// Its DMA reads and writes only what the world below can, so its descriptor lies in `scratch`, 16 bytes of such
/// memory.
class FwCfg {
 public:
  explicit FwCfg(void* scratch) : descriptor_(static_cast<volatile Descriptor*>(scratch)) {}

  /// Bytes of the -kernel file; Error::NoDevice: there is no such file or no DMA.
  Result<uint32_t> kernel_size();
  /// The first `size` bytes of it to `to`. Error::HardwareError: QEMU could not.
  Result<void> read_kernel(void* to, uint32_t size);

 private:
  struct Descriptor {  // big-endian
    uint32_t control, length;
    uint64_t address;
  };
  Result<void> read(uint16_t key, void* to, uint32_t size);

  volatile Descriptor* descriptor_;
};

}  // namespace board
