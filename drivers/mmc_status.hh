// SPDX-License-Identifier: BSD-2-Clause
// drivers/mmc_status.hh - the card's status, as most of its answers are (R1: JESD84-B51 6.13, SD 4.10.1).
#pragma once
#include "lib/result.hh"

namespace drivers::mmc_status {

inline constexpr uint32_t kOutOfRange = 1u << 31, kWriteProtected = 1 << 26, kCommandCrc = 1 << 23, kReady = 1 << 8,
                          kApplication = 1 << 5;
// Misaligned, block length, erase sequence and parameter, lock, illegal command, ECC, controller, unknown, overwrite,
// switch.
inline constexpr uint32_t kOtherErrors =
    kOutOfRange | 0x7900'0000 | 1 << 22 | 1 << 21 | 1 << 20 | 1 << 19 | 1 << 16 | 1 << 7;
inline constexpr uint32_t kTransfer = 4, kSending = 5, kReceiving = 6, kProgramming = 7;
constexpr uint32_t state_of(uint32_t status) { return status >> 9 & 15; }

/// What the card complains of; Error{}: of nothing.
Error error_in(uint32_t status);

}  // namespace drivers::mmc_status
