// SPDX-License-Identifier: BSD-2-Clause
// virtio/transport.hh - one device as its bus shows it: registers only, no policy. Section numbers: Virtio 1.2.
#pragma once
#include <cstdint>
#include <string_view>

#include "lib/result.hh"

namespace virtio {

/// Device types (5).
enum class Type : uint32_t { None = 0, Network = 1, Block = 2, Console = 3, Entropy = 4, Scmi = 32 };

/// Bits of the device status (2.1).
namespace status {
constexpr uint8_t kAcknowledge = 1, kDriver = 2, kDriverOk = 4, kFeaturesOk = 8, kNeedsReset = 64, kFailed = 128;
}

/// Where a device finds a queue: its size in descriptors, and the addresses of the descriptor, driver and device areas
/// (2.6).
struct QueueArea {
  uint16_t size;
  uint64_t descriptors, driver, device;
};

/// How a device is told that there is something in a queue: by a write of the queue's index there.
struct Doorbell {
  uintptr_t address = 0;
  uint16_t index = 0;
  bool wide = false;  // 32 bits, else 16
};

class Transport {
 public:
  virtual Type type() const = 0;
  virtual std::string_view bus() const = 0;  // "mmio", "pci"
  virtual uint64_t address() const = 0;  // of its registers; on PCI bus, device and function as in ECAM: 15:8, 7:3, 2:0
  virtual uint64_t features() = 0;       // offered: bits 0 to 63
  virtual void set_features(uint64_t accepted) = 0;
  virtual uint8_t status() = 0;
  virtual void set_status(uint8_t status) = 0;
  virtual uint16_t queues() { return 0xffff; }       // how many it says it has, where the bus can tell
  virtual uint16_t queue_limit(uint16_t index) = 0;  // descriptors that fit in; 0: there is no such queue
  /// Tells the device about the queue and enables it. Error::NoQueue: it does not take it.
  virtual Result<Doorbell> enable_queue(uint16_t index, const QueueArea& area) = 0;
  virtual uint32_t generation() = 0;  // of the configuration (2.5.1)
  /// `width` 1, 2 or 4 bytes at `offset` of the configuration; config_size() bytes are there.
  virtual uint32_t read_config(uint32_t offset, unsigned width) = 0;
  virtual void write_config(uint32_t offset, unsigned width, uint32_t value) = 0;
  virtual uint32_t config_size() const = 0;

 protected:
  ~Transport() = default;
};

}  // namespace virtio
