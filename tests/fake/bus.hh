// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/bus.hh - where the register accesses of lib/reg.hh go on the host: to devices that behave.
#pragma once
#include <cstdint>

namespace fake {

/// One device on the bus, from `base` for `size` bytes, for as long as the object lives. An access that no device
/// answers ends the program: on hardware it would be an abort.
class Device {
 public:
  Device(uintptr_t base, uintptr_t size);
  Device(const Device&) = delete;
  virtual uint64_t read(uintptr_t offset, unsigned bytes) = 0;
  virtual void write(uintptr_t offset, unsigned bytes, uint64_t value) = 0;

  const uintptr_t base, size;

 protected:
  ~Device();
};

}  // namespace fake
