// SPDX-License-Identifier: BSD-2-Clause
// drivers/sfdp.hh - what a serial NOR flash says of itself (JEDEC JESD216, SFDP): its header, the basic flash parameter
// table, and the table of commands with addresses of 4 bytes.
#pragma once
#include <array>

#include "lib/reader.hh"

namespace drivers {

/// How a chip is read, programmed and erased.
struct NorShape {
  // Where nothing is said of times: more than data sheets know.
  static constexpr uint32_t kEraseLimit = 10'000;    // milliseconds
  static constexpr uint32_t kProgramLimit = 20'000;  // microseconds

  struct Erase {
    uint32_t size;   // bytes, a power of two; 0: there is none
    uint32_t limit;  // milliseconds
    uint8_t opcode;
  };
  uint64_t size = 0;                       // bytes, a power of two
  std::array<Erase, 4> erases{};           // in any order
  uint32_t page = 256;                     // bytes programmed at once, a power of two
  uint32_t program_limit = kProgramLimit;  // microseconds
  uint8_t address_bytes = 3;
  uint8_t read = 0x03, program = 0x02;  // opcodes; reading takes no dummy cycles
  bool enter_wide = false;              // addresses of 4 bytes only while a mode is on, which B7 begins and E9 ends
  bool flag_status = false;             // busy is bit 7 of 70h, zero, instead of bit 0 of 05h, one
};

/// Takes apart what `sfdp` has; `to` is of no use when it fails. Errors: NotFound: no SFDP; NotSupported: of a later
/// major revision, with sectors of several layouts, or without commands that we know; Malformed: cut off, absurd, or
/// against itself; those of `sfdp`.
Result<void> parse_sfdp(Reader& sfdp, NorShape& to);

}  // namespace drivers
