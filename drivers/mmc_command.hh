// SPDX-License-Identifier: BSD-2-Clause
// drivers/mmc_command.hh - what goes over the wires between a host and an eMMC or SD card: commands with their answers,
// blocks of data, and the mode that both are in. JESD84-B51 6; SD Physical Layer Simplified Specification 3.01, 4.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace drivers {

struct MmcCommand {
  enum class Answer : uint8_t {
    None,
    Short,      // 48 bits with checksum and index: R1, R6, R7. Nobody waits for the end of R1b's busy here.
    Unchecked,  // 48 bits without them: R3
    Long,       // 136 bits with a checksum: R2
  };
  uint8_t index;
  uint32_t argument = 0;
  Answer answer = Answer::Short;
};

/// Of 136 bits: bits 127 to 0, the highest word first, with zeros where the checksum was.
using MmcAnswer = std::array<uint32_t, 4>;

/// Data of a command: `count` blocks of `size` bytes, 4 to 512 and a multiple of 4.
struct MmcBlocks {
  std::byte* memory;  // only read from where `write` says so
  uint32_t size;
  uint32_t count;
  bool write = false;
};

enum class MmcTiming : uint8_t { Legacy, High, Dual };

struct MmcMode {
  MmcTiming timing = MmcTiming::Legacy;
  uint8_t width = 1;         // data lines: 1, 4, 8
  uint32_t hertz = 400'000;  // of the clock, at most
};
inline constexpr MmcMode kMmcIdentification{};

}  // namespace drivers
