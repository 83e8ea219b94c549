// SPDX-License-Identifier: BSD-2-Clause
// drivers/sdhci_registers.hh - registers of an SD host controller (Simplified Specification 3.00, 2).
#pragma once
#include "lib/reg.hh"

namespace drivers::sdhci {

inline constexpr Reg<uint32_t, 0x04> kBlocks{};  // size and, from bit 16 on, count
inline constexpr Reg<uint32_t, 0x08> kArgument{};
inline constexpr Reg<uint32_t, 0x0c> kCommand{};  // transfer mode and, from bit 16 on, the command, which this starts
inline constexpr Reg<uint32_t, 0x10, Right::ReadOnly> kResponse0{};
inline constexpr Reg<uint32_t, 0x14, Right::ReadOnly> kResponse1{};
inline constexpr Reg<uint32_t, 0x18, Right::ReadOnly> kResponse2{};
inline constexpr Reg<uint32_t, 0x1c, Right::ReadOnly> kResponse3{};
inline constexpr Reg<uint32_t, 0x20> kPort{};
inline constexpr Reg<uint32_t, 0x24, Right::ReadOnly> kPresent{};
inline constexpr Reg<uint8_t, 0x28> kHostControl{};
inline constexpr Reg<uint8_t, 0x29> kPower{};
inline constexpr Reg<uint16_t, 0x2c> kClock{};
inline constexpr Reg<uint8_t, 0x2e> kTimeout{};
inline constexpr Reg<uint8_t, 0x2f> kReset{};
inline constexpr Reg<uint32_t, 0x30> kStatus{};  // errors from bit 16 on; ones clear
inline constexpr Reg<uint32_t, 0x34> kStatusEnable{};
inline constexpr Reg<uint32_t, 0x38> kSignalEnable{};
inline constexpr Reg<uint16_t, 0x3e> kHostControl2{};
inline constexpr Reg<uint32_t, 0x40, Right::ReadOnly> kCapabilities{};
inline constexpr Reg<uint32_t, 0x58> kAdmaAddress{};
inline constexpr uint32_t kClockWord = 0x2c;  // of clock, time-out and reset, for those who wait
inline constexpr Reg<uint16_t, 0xfe, Right::ReadOnly> kVersion{};

// Transfer mode and command.
inline constexpr uint32_t kUseDma = 1 << 0, kCountBlocks = 1 << 1, kRead = 1 << 4, kMany = 1 << 5;
inline constexpr uint32_t kLong = 1 << 16, kShort = 2 << 16, kCheckCrc = 1 << 19, kCheckIndex = 1 << 20,
                          kData = 1 << 21, kAbort = 3 << 22;
// Present state.
inline constexpr uint32_t kCommandInhibit = 1 << 0, kDataInhibit = 1 << 1, kInserted = 1 << 16, kWritable = 1 << 19;
// Host control, and what of it goes with which mode.
inline constexpr uint8_t kFourLines = 1 << 1, kHighSpeed = 1 << 2, kAdma2 = 2 << 3, kEightLines = 1 << 5;
inline constexpr uint16_t kTimingBits = 7, kDualRate = 4;  // of host control 2
inline constexpr uint8_t kVolts33 = 7 << 1, kPowerOn = 1;
inline constexpr uint16_t kInternalClock = 1 << 0, kClockStable = 1 << 1, kCardClock = 1 << 2;
inline constexpr uint8_t kLongestTimeout = 14;
inline constexpr uint8_t kResetAll = 1, kResetCommand = 2, kResetData = 4;
// Status.
inline constexpr uint32_t kCommandDone = 1 << 0, kTransferDone = 1 << 1, kWriteReady = 1 << 4, kReadReady = 1 << 5,
                          kCardInterrupt = 1 << 8, kErrorSummary = 1 << 15;
inline constexpr uint32_t kCommandTimeout = 1 << 16, kCommandCrc = 1 << 17, kCommandEnd = 1 << 18,
                          kCommandIndex = 1 << 19, kDataTimeout = 1 << 20, kDataCrc = 1 << 21, kDataEnd = 1 << 22,
                          kAdmaError = 1 << 25, kErrors = 0xffff'0000;
// Capabilities.
using InputMegahertz = Field<uint32_t, 15, 8>;
inline constexpr uint32_t kCanEightLines = 1 << 18, kCanAdma2 = 1 << 19, kCanHighSpeed = 1 << 21, kCanVolts33 = 1 << 24;
// Descriptors of ADMA2 (1.13.4).
inline constexpr uint16_t kValid = 1 << 0, kEnd = 1 << 1, kTransfer = 2 << 4;

}  // namespace drivers::sdhci
