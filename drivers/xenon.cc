// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/xenon.hh"

#include "drivers/sdhci_registers.hh"

namespace drivers {
namespace {

constexpr Reg<uint32_t, 0x108> kOperation{};
constexpr uint32_t kSlot0 = 1 << 0, kStopWhenIdle = 1 << 8, kNoGating = 1 << 20;
constexpr Reg<uint32_t, 0x10c> kExtended{};
constexpr uint32_t kParallel0 = 1 << 0, kNoConflicts = 1 << 8;  // in a command line that only we and the card drive
constexpr Reg<uint32_t, 0x144> kRetuning{};
constexpr uint32_t kRetuningRequests = 1 << 0;

// The PHY for eMMC 5.1.
constexpr Reg<uint32_t, 0x170> kTimingAdjust{};
constexpr uint32_t kInitialise = 1u << 31, kSlow = 1 << 29, kSdio = 1 << 28;
constexpr Reg<uint32_t, 0x174> kFunction{};
constexpr uint32_t kAsynchronous = 1 << 4, kDualData = 0xff << 8, kDualCommand = 1 << 16;
constexpr Reg<uint32_t, 0x178> kPad{};
constexpr uint32_t kReceivers = 7 << 24, kNoStrobe = 1 << 28, kCmos = 0xf << 12;
constexpr Reg<uint32_t, 0x17c> kPulls{};
constexpr uint32_t kPullsUp = 0x1ff << 16, kPullsDown = 0x1ff;  // of the command line and eight of data
constexpr Reg<uint32_t, 0x180> kDrive{};
constexpr uint32_t kDriveBits = 0x1f << 8 | 0x1f, kDriveDefault = 0xf << 8 | 0xf;

constexpr uint32_t kPhyMs = 10;

template <class R>
void change(const Mmio& io, R reg, uint32_t clear, uint32_t set) {
  io.write(reg, (io.read(reg) & ~clear) | set);
}

}  // namespace

Result<void> Xenon::after_reset() {
  change(io(), kOperation, kStopWhenIdle | kNoGating, kSlot0);
  change(io(), kExtended, 0, kParallel0 | kNoConflicts);
  change(io(), kRetuning, kRetuningRequests, 0);
  return {};
}

Result<void> Xenon::after_mode(MmcMode mode) {
  const bool dual = mode.timing == MmcTiming::Dual, slow = slow_ && !dual;
  change(io(), kPad, 0, kReceivers | kNoStrobe | kCmos);
  change(io(), kPulls, kPullsDown, kPullsUp);
  change(io(), kTimingAdjust, kSdio | kSlow, slow ? kSlow : 0);
  if (!slow) {
    change(io(), kDrive, kDriveBits, kDriveDefault);
    // The card's clock stands while the PHY changes its function.
    const uint16_t clock = io().read(sdhci::kClock);
    io().write(sdhci::kClock, uint16_t(clock & ~sdhci::kCardClock));
    change(io(), kFunction, kDualData | kDualCommand, kAsynchronous | (dual ? kDualData | kDualCommand : 0));
    io().write(sdhci::kClock, clock);
  }
  change(io(), kTimingAdjust, 0, kInitialise);
  if (wait(kTimingAdjust.kOffset, kInitialise, Until::Clear, milliseconds(kPhyMs)) & kInitialise)
    return failure(Error::Timeout);
  return {};
}

}  // namespace drivers
