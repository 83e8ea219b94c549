// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/cfi_flash.hh - parallel NOR flash of Intel's command set on the bus of tests: one chip or several side by
// side, each with a state of its own. It keeps what is programmed, complains about what a data sheet forbids, and fails
// where a test asks for it.
#pragma once
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/fake/bus.hh"

namespace fake {

class CfiFlash final : public Device {
 public:
  struct Region {
    unsigned blocks;
    uint32_t bytes;  // of a block of one chip
  };
  struct Shape {
    unsigned width = 4, chip = 2;  // bytes of the bus, and of each chip on it
    std::vector<Region> regions{{8, 4096}};
    unsigned buffer = 6;  // each chip's, as a power of two; 0: it has none
    uint16_t commands = 1;
    bool locked = false;   // all blocks, when the power comes on
    unsigned busy = 2;     // looks at the status that an operation takes
    bool literal = false;  // as QEMU's: what is programmed replaces what was there, zeros as well
  };

  CfiFlash(uintptr_t where, const Shape& shape);

  const Shape shape;
  std::vector<std::byte> data;  // as it reads in array mode
  /// What the driver did that it may not.
  std::vector<std::string> complaints;
  /// What was done: "erase 0x4000", "buffer 0x100 +64", "word 0x20", "unlock 0x0"; bytes, of the bank.
  std::vector<std::string> log;
  /// Bytes of what query offsets answer instead.
  std::map<unsigned, uint8_t> query;
  /// Blocks, by their first byte in the bank, which cannot be programmed or erased; whose lock does not open.
  std::set<uint64_t> worn, locked_down;
  bool voltage = true;  // for programming
  bool stuck = false;   // what starts never ends
  unsigned waits = 0;   // how often a buffer is asked for in vain
  /// So many words of chips are still programmed, or blocks erased, until the power fails, in the middle of the last.
  size_t power = SIZE_MAX;
  /// Power comes back: everything is in its first state, the data is what is left.
  void restart();
  bool reads_array() const;

 private:
  enum class Mode : uint8_t { Array, Status, Query };
  enum class Step : uint8_t { Command, Word, Erase, Locks, Count, Data, Confirm };
  struct Chip {
    Mode mode = Mode::Array;
    Step step = Step::Command;
    uint8_t status = 0x80;
    unsigned busy = 0;
    bool no_buffer = false;
    uint64_t at = 0;     // of the first cycle, in bytes of the bank
    uint32_t count = 0;  // words to come
    std::map<uint64_t, uint32_t> buffer;
    std::set<uint64_t> unlocked;  // blocks
  };

  uint64_t read(uintptr_t offset, unsigned bytes) override;
  void write(uintptr_t offset, unsigned bytes, uint64_t value) override;
  uint32_t see(size_t number, uint64_t word);
  void hear(size_t number, uint64_t at, uint32_t value);
  void begin(size_t number, uint64_t at, uint8_t command);
  void program(size_t number, uint64_t at, uint32_t value);
  void erase(size_t number, uint64_t block);
  void finish(Chip& chip);
  bool permitted(Chip& chip, uint64_t block, uint8_t failure);
  uint64_t block_of(uint64_t at, uint64_t* bytes = nullptr) const;
  uint8_t answer(unsigned index) const;
  void complain(const char* what, uint64_t at);
  void note(size_t number, const char* what, uint64_t at, size_t bytes = 0);

  std::vector<Chip> chips_;
};

}  // namespace fake
