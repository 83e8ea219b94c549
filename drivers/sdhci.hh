// SPDX-License-Identifier: BSD-2-Clause
// drivers/sdhci.hh - a host controller for cards: SD Host Controller Simplified Specification 3.00, polled, with ADMA2
// or, where it has none, by its data port. It moves commands and data and knows nothing of what they mean.
#pragma once
#include <span>

#include "drivers/mmc_command.hh"
#include "lib/dma.hh"
#include "lib/le.hh"
#include "lib/reg.hh"
#include "lib/time.hh"

namespace drivers {

class Sdhci {
 public:
  /// What the board knows, and the controller does not.
  struct Wiring {
    uint32_t input_hertz = 0;  // of the clock that is divided; 0: as the capabilities say
    uint32_t most_hertz = 52'000'000;
    uint8_t width = 4;      // data lines that lead to the card
    bool dual = false;      // dual data rate works on this board
    bool embedded = false;  // an eMMC that is soldered: it is there, and it is no SD card
    bool detects = false;   // the controller sees whether a card is in the slot
    bool lock = false;      // ... and the switch at the card's edge
  };
  /// Registers at `base`, mapped for devices. The rest stays the caller's.
  constexpr Sdhci(uintptr_t base, const Time& time, const Dma& dma, const Wiring& wiring)
      : wiring_(wiring), base_(base), io_(base), time_(&time), dma_(&dma) {}

  /// Resets the controller and gives the card power at 3.3 V; its clock stands until set_mode(). The first time, memory
  /// is taken from the arena, which has to lie below 4 GiB: about 17 KiB. Errors: NotSupported: an older controller, no
  /// 3.3 V, no clock; ResetStuck; NoSpace.
  Result<void> start();
  /// Clock and power off.
  void stop();
  /// Where the wiring says that the controller sees it; true elsewhere.
  bool card_present() const;
  bool card_locked() const;

  /// Errors: NotSupported: no such width or rate here; Timeout: the clock does not settle.
  Result<void> set_mode(MmcMode mode);
  bool offers(MmcMode mode) const;           // its width and timing, once started
  uint32_t hertz() const { return hertz_; }  // as divided

  /// Sends a command, and its data; when it returns the controller has let go of the memory. Errors: Timeout: no
  /// answer, or data that does not come or is not taken; WireCrc, WireFraming; DmaFault; IoError: an error that the
  /// specification does not name; Broken: it has no clock, or none any more; InvalidParameters: blocks that cannot be.
  /// After an error the lines are reset, and the card may still think that a transfer goes on.
  /// Returns the first 32 bits of the answer; a long one is in answer() until the next command.
  Result<uint32_t> send(MmcCommand command);
  Result<uint32_t> send(MmcCommand command, const MmcBlocks& blocks);
  const MmcAnswer& answer() const { return answer_; }
  /// Bytes that one command moves at most to or from there. Memory that the controller cannot reach - off its
  /// alignment, or above 4 GiB - goes through a buffer, and less of it at once.
  uint32_t largest(const void* memory) const;

  const Wiring& wiring() const { return wiring_; }

 protected:
  ~Sdhci() = default;
  /// For what a vendor added: after each reset of everything; after each change of clock, width or timing.
  virtual Result<void> after_reset() { return {}; }
  virtual Result<void> after_mode(MmcMode) { return {}; }

  const Mmio& io() const { return io_; }
  /// Looks at the word at `offset` until some of `bits` are set, or none, for `limit` at most. Returns what it saw
  /// last.
  enum class Until : uint8_t { Set, Clear };
  uint32_t wait(uint32_t offset, uint32_t bits, Until until, Ticks limit) const;
  Ticks milliseconds(uint32_t ms) const { return time_->milliseconds(ms); }

 private:
  struct Descriptor {  // 1.13.4, 32-bit addresses
    le16 attributes, length;
    le32 address;
  };
  static constexpr uint32_t kDescriptors = 4, kPiece = 65536, kBuffer = 16384, kLargestBlock = 512;
  static constexpr uint64_t kReach = uint64_t{1} << 32;  // of the addresses in descriptors

  Result<void> reset(uint8_t lines);
  Result<void> set_clock(uint32_t hertz);
  Result<uint32_t> run(MmcCommand command, const MmcBlocks* blocks);
  Result<void> exchange(MmcCommand command, const MmcBlocks* blocks);
  Result<void> wait_status(uint32_t bits, Ticks limit);
  Result<void> move_by_port(const MmcBlocks& blocks);
  void describe(const std::byte* memory, uint32_t size);
  bool reaches(const void* memory) const;
  Ticks patience(const MmcBlocks& blocks) const;

  Wiring wiring_;
  uintptr_t base_;
  Mmio io_;
  const Time* time_;
  const Dma* dma_;
  std::span<Descriptor> table_{};
  std::span<std::byte> buffer_{};
  uint32_t input_hertz_ = 0, hertz_ = 0;
  uint32_t capabilities_ = 0;
  MmcAnswer answer_{};
  uint8_t width_ = 1;
};

}  // namespace drivers
