// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/peer.hh - the other end of shared memory: serves the area when its doorbell rings, as SMC firmware does,
// or afterwards, as a processor behind a mailbox does. Written from DEN0056E 5.1.2, not from the client.
#pragma once
#include <memory>

#include "scmi/shmem.hh"
#include "tests/fake/server.hh"

namespace fake {

/// Shared memory of exactly `size` bytes, so that AddressSanitizer sees what goes beyond it.
class SharedMemory {
 public:
  explicit SharedMemory(uint32_t size) : size_(size), words_(std::make_unique<uint32_t[]>(size / 4)) {}
  scmi::Area& area() const { return *reinterpret_cast<scmi::Area*>(words_.get()); }
  uint32_t& word(size_t index) { return words_[index]; }
  /// Words of the message, as far as `length` says and the memory goes.
  Words message() const;
  void put(const Words& message);
  scmi::ShmemTransport::Memory memory() const { return {&area(), size_}; }

 private:
  uint32_t size_;
  std::unique_ptr<uint32_t[]> words_;
};

class Peer {
 public:
  static constexpr uintptr_t kFunction = 0x8200'0010;

  explicit Peer(uint32_t size = 128, uint32_t event_size = 128);

  Server server;
  SharedMemory a2p, p2a;
  intptr_t call_result = 0;  // of the doorbell; the call does nothing else when it is not 0
  unsigned rings = 0;
  /// What happens when the doorbell rings, by default serve(). A test may postpone it.
  std::function<void()> on_ring = [this] { serve(); };

  /// Answers the message that lies in a2p. The channel must be ours.
  void serve();
  /// Puts a notification or delayed response into p2a. False: the agent has not freed it yet.
  bool notify(const Words& message);

  /// The arguments are this object's address, so that a plain function finds it.
  scmi::Doorbell doorbell() { return {ring, kFunction, uintptr_t(this), 0}; }

 private:
  static intptr_t ring(uintptr_t function, uintptr_t argument1, uintptr_t argument2);
};

}  // namespace fake
