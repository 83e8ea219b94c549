// SPDX-License-Identifier: BSD-2-Clause
// The controller itself: reset, power, clock, the mode of its bus. What it moves is in sdhci_transfer.cc.
#include "drivers/sdhci.hh"

#include <algorithm>

#include "drivers/sdhci_registers.hh"
#include "lib/wait.hh"

namespace drivers {

using namespace sdhci;

constexpr uint32_t kSettleMs = 100;  // more than any of its own registers takes

uint32_t Sdhci::wait(uint32_t offset, uint32_t bits, Until until, Ticks limit) const {
  uint32_t word = 0;
  wait_until(*time_, limit, [&] {
    word = mmio_read<uint32_t>(base_ + offset);
    return ((word & bits) != 0) == (until == Until::Set);
  });
  return word;
}

Result<void> Sdhci::reset(uint8_t lines) {
  io_.write(kReset, lines);
  const uint32_t word = wait(kClockWord, uint32_t{lines} << 24, Until::Clear, milliseconds(kSettleMs));
  return word >> 24 & lines ? failure(Error::ResetStuck) : Result<void>();
}

Result<void> Sdhci::start() {
  hertz_ = 0;
  if (uint8_t(io_.read(kVersion)) < 2) return failure(Error::NotSupported);  // 10 bits of divider from 3.00 on
  CHECK(reset(kResetAll));
  CHECK(after_reset());
  capabilities_ = io_.read(kCapabilities);
  input_hertz_ = wiring_.input_hertz ? wiring_.input_hertz : InputMegahertz::get(capabilities_) * 1'000'000;
  if (input_hertz_ == 0 || !(capabilities_ & kCanVolts33)) return failure(Error::NotSupported);
  if (buffer_.empty()) {
    table_ = TRY(dma_->arena.take<Descriptor>(kDescriptors, 64));
    buffer_ = TRY(dma_->arena.take<std::byte>(kBuffer, 64));
  }
  if (Dma::address(buffer_.data()) + kBuffer > kReach || Dma::address(table_.data()) + table_.size_bytes() > kReach)
    return failure(Error::NotSupported);
  io_.write(kStatusEnable, ~kCardInterrupt);
  io_.write(kSignalEnable, 0);
  io_.write(kTimeout, kLongestTimeout);
  // In two steps: some controllers, Xenon among them, take the voltage only before the power.
  io_.write(kPower, kVolts33);
  io_.write(kPower, kVolts33 | kPowerOn);
  return {};
}

void Sdhci::stop() {
  hertz_ = 0;
  io_.write(kClock, 0);
  io_.write(kPower, 0);
}

bool Sdhci::card_present() const { return !wiring_.detects || io_.read(kPresent) & kInserted; }
bool Sdhci::card_locked() const { return wiring_.lock && !(io_.read(kPresent) & kWritable); }

bool Sdhci::offers(MmcMode mode) const {
  return mode.width <= wiring_.width && (mode.width != 8 || capabilities_ & kCanEightLines) &&
         (mode.timing == MmcTiming::Legacy || capabilities_ & kCanHighSpeed) &&
         (mode.timing != MmcTiming::Dual || wiring_.dual);
}

Result<void> Sdhci::set_mode(MmcMode mode) {
  if (!offers(mode) || mode.hertz == 0) return failure(Error::NotSupported);
  io_.write(kClock, 0);  // nothing below may change while the card sees a clock
  width_ = mode.width;
  io_.write(kHostControl,
            uint8_t((width_ == 8   ? kEightLines
                     : width_ == 4 ? kFourLines
                                   : 0) |
                    (mode.timing == MmcTiming::Legacy ? 0 : kHighSpeed) | (capabilities_ & kCanAdma2 ? kAdma2 : 0)));
  const uint16_t timing = mode.timing == MmcTiming::Dual ? kDualRate : 0;
  io_.write(kHostControl2, uint16_t((io_.read(kHostControl2) & ~kTimingBits) | timing));
  CHECK(set_clock(std::min(mode.hertz, wiring_.most_hertz)));
  return after_mode(mode);
}

/// At most `hertz`: divided by 1, or by an even number up to 2046 (2.2.14).
Result<void> Sdhci::set_clock(uint32_t hertz) {
  uint32_t half = 0;
  if (hertz < input_hertz_) half = (input_hertz_ - 1) / hertz / 2 + 1;
  if (half > 1023) return failure(Error::NotSupported);
  hertz_ = half ? input_hertz_ / (2 * half) : input_hertz_;
  const auto divider = uint16_t((half & 0xff) << 8 | (half >> 8) << 6);
  io_.write(kClock, divider | kInternalClock);
  if (!(wait(kClockWord, kClockStable, Until::Set, milliseconds(kSettleMs)) & kClockStable))
    return failure(Error::Timeout);
  io_.write(kClock, divider | kInternalClock | kCardClock);
  return {};
}

}  // namespace drivers
