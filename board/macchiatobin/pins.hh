// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/pins.hh - which of the chip's pins lead to storage. A stage before sets up those of the medium
// that it started from, and no others.
#pragma once
#include <cstdint>

#include "lib/result.hh"

namespace board {

/// Pins of one controller, which all have the same function there: four bits each in registers from `base` on.
struct PinGroup {
  uint64_t base;
  uint8_t first, last, function;
  uint16_t pads;  // offset of a register whose bit 0 takes the pads away from cards; 0: there is none
};
inline constexpr PinGroup kSpiPins{0xf444'0000, 13, 16, 3, 0}, kEmmcPins{0xf06f'4000, 0, 10, 1, 0x100},
    kSdPins{0xf244'0000, 56, 61, 14, 0x424};

/// Maps the registers and changes what is not so already.
Result<void> select_pins(const PinGroup& group);

}  // namespace board
