// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/spi_nor.hh - a serial NOR flash: it keeps what is programmed, complains about what a data sheet forbids,
// and fails where a test asks for it. Unless told otherwise it is a W25Q32.
#pragma once
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "lib/spi.hh"
#include "tests/fake/armada_spi.hh"

namespace fake {

class SpiNor final : public SpiChip {
 public:
  struct Erase {
    uint8_t opcode;
    uint32_t bytes;
  };
  /// How it takes addresses of 4 bytes: by opcodes of their own, in a mode, in one that wants to be enabled.
  enum class Wide : uint8_t { No, Opcodes, Mode, LatchedMode, Always };
  struct Shape {
    std::array<uint8_t, 3> id{0xef, 0x40, 0x16};
    uint32_t bytes = 4 << 20, page = 256;
    std::vector<Erase> erases{{0x20, 4096}, {0x52, 32768}, {0xd8, 65536}};
    std::vector<uint8_t> sfdp{};  // empty: it has none, and answers zeros
    Wide wide = Wide::No;
    bool winbond = true;       // registers 2 and 3, and protection by them
    bool flag_status = false;  // busy is told by 70h alone
    bool third = true;         // it has status register 3
    uint16_t fixed = 0;        // bits of its status that are always zero
  };
  enum class Mode : uint8_t { Commands, Reading, Asleep };

  explicit SpiNor(const Shape& is) : shape(is), data(is.bytes, std::byte{0xff}) {}
  SpiNor() : SpiNor(Shape{}) {}

  const Shape shape;
  std::vector<std::byte> data;
  std::vector<std::string> complaints;
  /// What was done: "erase 0x4000 +0x1000", "program 0x100 +64", "status 0x4c", "reset", "resume", "wake".
  std::vector<std::string> log;
  std::set<uint64_t> worn;  // sectors of 4096 bytes, by their first, that keep what they have
  uint16_t status = 0;      // registers 1 and 2; what is left over a loss of power
  uint8_t third = 0;
  bool held = false;      // the pin that holds the status registers is low
  bool no_latch = false;  // it does not let itself be enabled
  bool absent = false;    // nobody answers
  bool stuck = false;     // what starts never ends
  unsigned busy = 2;      // looks that an operation takes
  unsigned enables = 0;   // how often it was told that something is to be changed
  Mode mode = Mode::Commands;
  bool suspended = false;
  bool four = false;     // the mode with addresses of 4 bytes is on
  bool enabled = false;  // the latch
  unsigned left = 0;     // looks until it is ready
  /// So many bytes are still programmed, or sectors erased, until the power fails, in the middle of the last.
  size_t power = SIZE_MAX;
  /// Power comes back: what is not kept is in its first state.
  void restart();

  void select(bool on) override;
  uint8_t exchange(uint8_t in) override;

 private:
  bool is_busy() const { return left != 0 || stuck_; }
  uint8_t look();
  unsigned address_bytes(uint8_t opcode) const;
  uint8_t answer(uint8_t opcode, size_t position);
  void finish();
  bool takes_change(uint64_t at);
  void program();
  void erase(const Erase& what);
  void set_status();
  uint64_t address() const;
  bool is_protected(uint64_t at) const;
  void complain(const char* what);
  void note(const char* what, uint64_t at, uint64_t bytes = 0);

  std::vector<uint8_t> in_;
  bool selected_ = false, stuck_ = false, reset_enabled_ = false;
};

/// A line straight to the chip, without a controller between.
class SpiWire final : public ::Spi {
 public:
  explicit SpiWire(SpiChip& chip) : chip_(chip) {}
  Result<void> transfer(std::span<const std::byte> command, std::span<const std::byte> out,
                        std::span<std::byte> in) override;
  size_t transactions = 0;
  size_t broken = SIZE_MAX;  // how many of them work; all behind are a Timeout

 private:
  SpiChip& chip_;
};

}  // namespace fake
