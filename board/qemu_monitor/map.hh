// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/map.hh - where QEMU's virt machine has what the monitor uses (hw/arm/virt.c), and its SMC
// functions.
#pragma once
#include <cstddef>
#include <cstdint>

namespace board {

inline constexpr uintptr_t kGicDistributor = 0x0800'0000, kGicCpu = 0x0801'0000, kGicRedistributor = 0x080a'0000;
inline constexpr uintptr_t kUart = 0x0900'0000, kFwCfg = 0x0902'0000, kSecureGpio = 0x090b'0000;
inline constexpr unsigned kGpioPowerOff = 0, kGpioRestart = 1;  // pins, active on a rising edge
inline constexpr uintptr_t kRam = 0x4000'0000;                  // the device tree lies at its start
inline constexpr uintptr_t kKernel = kRam + 0x20'0000;          // 2 MiB: the tree has room to grow below
inline constexpr uint64_t kRamUsed = 512 << 20;                 // shared memory lies at the end of these, or of less

inline constexpr unsigned kSecureTimer = 29;    // PPI, group 0: an FIQ that only EL3 sees
inline constexpr unsigned kCompletionSpi = 64;  // of a shared interrupt that no device of the machine has

/// Pages of shared memory and of the forwarding EL2, from the top of the RAM used down.
enum Page : unsigned { FirstA2p, FirstP2a, ResetA2p, SecondA2p, SecondP2a, Forwarder, Scratch, kPages };
inline constexpr size_t kPageSize = 0x1000;

// Doorbells (SiP range of 32-bit calls).
inline constexpr uint32_t kFirstDoorbell = 0x8200'0010, kResetDoorbell = 0x8200'0011, kSecondDoorbell = 0x8200'0012;

// For tests (SiP range, as 32-bit and as 64-bit calls). Arguments from x1, results from x0; 0: done, -3: bad arguments.
inline constexpr uint32_t kTestVersion = 0x8200'0000;  // x0: 1; x1: notifications lost; x2: asynchronous commands
/// x1 fault (by its place in fault.hh), x2 count (0: until changed), x3 skip, x4 the only message it is for (protocol
/// << 8 | message; 0: every one), x5 the only doorbell (its function id; 0: every one).
inline constexpr uint32_t kTestFault = 0x8200'0001;
/// A command of another agent's: x1 agent, x2 protocol << 8 | message, x3 - x6 payload, x7 its words. x1: status, x2
/// and x3 the next words of the reply.
inline constexpr uint32_t kTestAct = 0x8200'0002;
/// Sends an error event as if x1's command x2 (a header) had failed; x3: 1 if fatally.
inline constexpr uint32_t kTestError = 0x8200'0003;

}  // namespace board
