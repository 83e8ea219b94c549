// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/armada_spi.hh - Marvell's SPI controller on the bus of tests, with chips at its lines. It complains about
// what a functional specification forbids, and takes as long as a test wants.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "tests/fake/bus.hh"

namespace fake {

/// What hangs on a line.
class SpiChip {
 public:
  virtual void select(bool on) = 0;
  /// Eight clocks: takes a byte, and gives one.
  virtual uint8_t exchange(uint8_t in) = 0;

 protected:
  ~SpiChip() = default;
};

class ArmadaSpi final : public Device {
 public:
  explicit ArmadaSpi(uintptr_t where) : Device(where, 0x50) {}

  std::map<unsigned, SpiChip*> chips;  // by their lines; where there is none all that is read is ones
  std::vector<std::string> complaints;
  unsigned busy = 0;       // looks at the cause until a transfer is done
  bool stuck = false;      // none is ever done
  unsigned divider = 0;    // of the last transfer
  unsigned transfers = 0;  // of one byte or two
  unsigned sample = 0;     // where it samples, when a chip was selected last
  uint32_t control = 0, config = 0x200, timing = 0x80;

 private:
  uint64_t read(uintptr_t offset, unsigned bytes) override;
  void write(uintptr_t offset, unsigned bytes, uint64_t value) override;
  void set_control(uint32_t value);
  void begin(uint32_t value);

  SpiChip* selected_ = nullptr;
  bool done_ = false;  // as the cause says
  unsigned left_ = 0;  // looks
  bool running_ = false;
  uint32_t in_ = 0;
};

}  // namespace fake
