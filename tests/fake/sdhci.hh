// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/sdhci.hh - an SD host controller, version 3.00, on the bus of tests, with a slot for a card. It moves data
// by ADMA2 from and to fake::LowMemory only, or by its port, and complains about what its specification forbids.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tests/fake/bus.hh"
#include "tests/fake/mmc_card.hh"

namespace fake {

class Sdhci final : public Device {
 public:
  static constexpr uint32_t kAdma2 = 1 << 19, kHighSpeed = 1 << 21, kEightLines = 1 << 18, kVolts33 = 1 << 24;

  /// `xenon`: with Marvell's registers behind its own.
  explicit Sdhci(uintptr_t where, bool xenon = false);

  MmcCard* card = nullptr;
  uint32_t capabilities = kAdma2 | kHighSpeed | kEightLines | kVolts33 | 100 << 8;
  uint32_t base_hertz = 100'000'000;
  uint16_t version = 2;
  bool writable = true;  // the switch at the card's edge

  std::vector<std::string> complaints;
  struct Moved {  // by ADMA2
    uint32_t address, size;
  };
  std::vector<Moved> moved;
  unsigned resets = 0, line_resets = 0, phy_starts = 0;
  MmcCard::Bus bus;  // as it is driven
  uint32_t vendor(uint32_t offset) const { return word(offset); }

  // Faults.
  bool reset_stuck = false, clock_stuck = false, dead = false, phy_stuck = false, broken = false;
  unsigned patience = 1;  // looks at the status until something shows
  /// Bits of the error status that a command ends with, before anything happens; 0: none.
  std::function<uint32_t(uint8_t index, bool data)> fault;

 private:
  uint64_t read(uintptr_t offset, unsigned bytes) override;
  void write(uintptr_t offset, unsigned bytes, uint64_t value) override;
  uint32_t word(uint32_t offset) const;
  void put(uint32_t offset, uint32_t value, unsigned bytes = 4);
  void hear(uint32_t offset, uint32_t old);
  void command();
  void move(uint32_t mode, unsigned index);
  void move_by_table(bool read, uint32_t blocks);
  bool block(bool read, std::byte* memory);
  void next_by_port();
  void raise(uint32_t bits) { pending_ |= bits; }
  void complain(const std::string& what) { complaints.push_back(what); }

  std::vector<uint8_t> registers_;
  uint32_t pending_ = 0;  // of the status
  unsigned looks_ = 0;
  std::vector<std::byte> port_;
  size_t port_at_ = 0;
  uint32_t port_blocks_ = 0;
  bool port_reads_ = false, data_ = false;
};

}  // namespace fake
