// SPDX-License-Identifier: BSD-2-Clause
// drivers/spi_nor_commands.hh - opcodes of serial NOR flash and bits of its registers, for the parts of its driver.
#pragma once
#include <cstdint>

namespace drivers::nor {

constexpr uint8_t kSetStatus = 0x01, kDisable = 0x04, kStatus = 0x05, kEnable = 0x06, kStatus3 = 0x15, kStatus2 = 0x35,
                  kReadSfdp = 0x5a, kResetEnable = 0x66, kFlagStatus = 0x70, kResume = 0x7a, kReset = 0x99,
                  kReadId = 0x9f, kWake = 0xab, kEnterWide = 0xb7, kLeaveWide = 0xe9;

// Status register 1, and 2 above it; the latter is Winbond's.
constexpr uint16_t kBusy = 1 << 0, kEnabled = 1 << 1, kBottom = 1 << 5, kSector = 1 << 6, kComplement = 1 << 14,
                   kSuspended = 1 << 15;
constexpr unsigned kBlocksShift = 2;
constexpr uint16_t kProtection = kComplement | kSector | kBottom | 7 << kBlocksShift;
constexpr uint8_t kSingleLocks = 1 << 2;  // of status register 3
constexpr uint8_t kFlagReady = 1 << 7;    // of the flag status register

constexpr uint32_t kBusyLimit = 3'000'000,
                   kStatusLimit = 100'000;  // microseconds: of any sector's erase; of a register

}  // namespace drivers::nor
