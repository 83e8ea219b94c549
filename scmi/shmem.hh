// SPDX-License-Identifier: BSD-2-Clause
// scmi/shmem.hh - shared-memory transport (DEN0056E 5.1) with an SMC, HVC or mailbox doorbell.
#pragma once
#include "scmi/transport.hh"

namespace scmi {

/// The shared area as 5.1.2 lays it out. Mapped Device or Normal Non-cacheable by the board, without an alias.
struct Area {
  static constexpr uint32_t kFree = 1u << 0, kError = 1u << 1;  // status: whose it is; last message not understood
  static constexpr uint32_t kInterrupt = 1u << 0;               // flags: tell us when the answer is there

  uint32_t reserved0;
  volatile uint32_t status;
  uint32_t reserved1[2];
  volatile uint32_t flags;
  volatile uint32_t length;     // header and payload, bytes
  volatile uint32_t message[];  // header, payload
};
static_assert(sizeof(Area) == 24);

/// Rings the platform. The board hands it in, so that scmi/ knows neither SMC nor mailbox.
struct Doorbell {
  /// Returns what the call returned in its first register: 0, or negative when nobody serves `function`.
  intptr_t (*ring)(uintptr_t function, uintptr_t argument1, uintptr_t argument2);
  uintptr_t function;                      // arm,smc-id
  uintptr_t argument1 = 0, argument2 = 0;  // arm,scmi-smc-param: page number of the area, offset in the page
};

/// How one learns that an answer is there.
enum class Completion : uint8_t {
  OnReturn,  // the platform is done when ring() returns; a channel that is still busy then is its fault
  Polled,    // it may take its time (it would interrupt, or the doorbell only posts): look at the status word
};

class ShmemTransport final : public Transport {
 public:
  struct Memory {
    Area* area = nullptr;  // null: no such channel
    uint32_t size = 0;     // bytes of it, Area included
  };

  constexpr ShmemTransport() = default;
  /// The smallest area that can carry commands, in bytes.
  static constexpr uint32_t kLeastBytes = sizeof(Area) + kLeastCapacity;
  /// `a2p` carries commands and is kLeastBytes long or longer; `p2a` carries notifications and
  /// delayed responses. Both stay the caller's and mapped for ever.
  ShmemTransport(Memory a2p, Memory p2a, Doorbell doorbell, Completion completion);

  Arrival submit(uint32_t length) override;
  Arrival receive() override;
  void release(uint16_t slot) override;

  const Area& a2p() const { return *a2p_; }
  Completion completion() const { return completion_; }

 private:
  Arrival answer(const Area& area, uint16_t slot);

  Area* a2p_ = nullptr;
  Doorbell doorbell_{};
  Completion completion_ = Completion::OnReturn;
  bool in_flight_ = false;
  Memory p2a_{};
};

}  // namespace scmi
