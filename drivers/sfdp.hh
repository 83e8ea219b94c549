// SPDX-License-Identifier: BSD-2-Clause
// drivers/sfdp.hh - what a serial NOR flash says of itself (JEDEC JESD216, SFDP): its header, the basic flash parameter
// table, and the table of commands with addresses of 4 bytes.
#pragma once
#include <array>

#include "lib/reader.hh"

namespace drivers {

/// How a chip is read, programmed and erased.
struct NorShape {
  struct Erase {
    uint32_t size;   // bytes, a power of two; 0: there is none
    uint32_t limit;  // milliseconds
    uint8_t opcode;
  };
  /// How chips beyond 16 MiB take addresses of 4 bytes. Enter: only while a mode is on, which B7 begins and E9 ends;
  /// EnterLatched: each of them needs a write enable before it.
  enum class Wide : uint8_t { Always, Enter, EnterLatched };

  uint64_t size = 0;              // bytes, a power of two
  std::array<Erase, 4> erases{};  // the largest first, no size twice
  uint32_t page = 256;            // bytes programmed at once, a power of two
  uint32_t program_limit = 0;     // microseconds
  uint8_t address_bytes = 3;
  uint8_t read = 0x03, program = 0x02;  // opcodes; reading takes no dummy cycles
  Wide wide = Wide::Always;
  bool flag_status = false;  // busy is bit 7 of 70h, zero, instead of bit 0 of 05h, one
};

/// Takes apart what `sfdp` has. Errors: NotFound: no SFDP; NotSupported: of a later major revision, with sectors of
/// several layouts, or without commands that we know; Malformed: cut off, absurd, or against itself; those of `sfdp`.
Result<NorShape> parse_sfdp(Reader& sfdp);

}  // namespace drivers
