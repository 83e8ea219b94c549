// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/platform_shared.hh - shared memory between a test and the reference platform.
#pragma once
#include <memory>

#include "scmi/platform/smt.hh"
#include "tests/unit/platform_agent.hh"

namespace platform_test {

/// Memory of exactly `size` bytes, so that AddressSanitizer sees what goes beyond it.
class SharedMemory {
 public:
  explicit SharedMemory(uint32_t size) : size_(size), words_(std::make_unique<uint32_t[]>(size / 4)) {}

  scmi::Area& area() { return *reinterpret_cast<scmi::Area*>(words_.get()); }
  uint32_t size() const { return size_; }
  /// What `length` says is there; nothing where that goes beyond the memory.
  Words message() {
    const uint32_t length = area().length;
    if (length > size_ - sizeof(scmi::Area)) return {};
    return Words(&words_[6], &words_[6 + length / 4]);
  }

 private:
  uint32_t size_;
  std::unique_ptr<uint32_t[]> words_;
};

struct SharedChannel : SharedMemory {
  explicit SharedChannel(scmi::platform::Platform& platform, uint32_t agent, uint32_t size = 128, uint8_t only = 0)
      : SharedMemory(size), channel(platform, agent, only) {
    channel.open(&area(), size);
  }
  /// Writes a command and gives it to the platform, without ringing.
  void send(scmi::Command command, const Words& payload) {
    header = scmi::Header::make(command, scmi::MessageType::Command, ++token_).word;
    area().length = uint32_t(4 + payload.size() * 4);
    area().message[0] = header;
    for (size_t i = 0; i < payload.size(); ++i) area().message[1 + i] = payload[i];
    area().status = 0;
  }

  scmi::platform::Channel channel;
  uint32_t header = 0;

 private:
  uint32_t token_ = 0;
};

}  // namespace platform_test
