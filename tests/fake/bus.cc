// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/bus.hh"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "lib/reg.hh"

namespace fake {
namespace {

std::vector<Device*>& devices() {
  static std::vector<Device*> all;
  return all;
}

Device& at(uintptr_t address, unsigned bytes) {
  for (Device* device : devices())
    if (address >= device->base && address - device->base + bytes <= device->size && address % bytes == 0)
      return *device;
  std::fprintf(stderr, "no device at %#lx for %u bytes\n", (unsigned long)address, bytes);
  std::abort();
}

}  // namespace

Device::Device(uintptr_t where, uintptr_t length) : base(where), size(length) { devices().push_back(this); }
Device::~Device() { std::erase(devices(), this); }

}  // namespace fake

template <class T>
T mmio_read(uintptr_t address) {
  fake::Device& device = fake::at(address, sizeof(T));
  return T(device.read(address - device.base, sizeof(T)));
}
template <class T>
void mmio_write(uintptr_t address, T value) {
  fake::Device& device = fake::at(address, sizeof(T));
  device.write(address - device.base, sizeof(T), value);
}
template uint8_t mmio_read(uintptr_t);
template uint16_t mmio_read(uintptr_t);
template uint32_t mmio_read(uintptr_t);
template uint64_t mmio_read(uintptr_t);
template void mmio_write(uintptr_t, uint8_t);
template void mmio_write(uintptr_t, uint16_t);
template void mmio_write(uintptr_t, uint32_t);
template void mmio_write(uintptr_t, uint64_t);
