// SPDX-License-Identifier: BSD-2-Clause
// From power to a card that is known, selected, and in a mode that works.
#include "drivers/mmc_card.hh"

#include <algorithm>

namespace drivers {
namespace {

constexpr uint32_t kPowerMs = 10;  // until the supply is up, and a card has had its 74 clocks
constexpr uint32_t kSelectMs = 500;
constexpr uint32_t kPowerUpMs = 1500;     // until a card says that it is ready: one second, and some
constexpr uint32_t kVolts = 0x00ff'8000;  // 2.7 to 3.6 V
constexpr uint32_t kBySector = 1u << 30, kPoweredUp = 1u << 31;
constexpr uint32_t kEcho = 0x1aa;  // 2.7 to 3.6 V, and a pattern to come back

// From the fastest on. First fewer lines, for one of them may be bad; then a slower clock, for all of them may be.
constexpr MmcMode kModes[] = {
    {MmcTiming::Dual, 8, 52'000'000},   {MmcTiming::Dual, 4, 52'000'000},   {MmcTiming::High, 8, 52'000'000},
    {MmcTiming::High, 4, 52'000'000},   {MmcTiming::High, 1, 52'000'000},   {MmcTiming::Legacy, 8, 26'000'000},
    {MmcTiming::Legacy, 4, 26'000'000}, {MmcTiming::Legacy, 1, 26'000'000}, {MmcTiming::Legacy, 1, 8'000'000},
    {MmcTiming::Legacy, 1, 400'000},
};
constexpr uint8_t kLastMode = std::size(kModes) - 1;

}  // namespace

Result<void> MmcSlot::start() {
  // One that is soldered in is still the same, and stays in the mode that works.
  if (up_ && host_->wiring().embedded && settle(kSelectMs)) return {};
  step_ = 0;
  known_ = false;
  area_count_ = 0;
  identity_ = {};
  bus_ = {};
  CHECK(bring_up());
  list_areas();
  return {};
}

/// In the mode of step_, or the first behind it that works.
Result<void> MmcSlot::bring_up() {
  up_ = false;
  auto done = identify();
  while (done) {
    while (!offers(mode_at(step_))) ++step_;
    const auto entered = enter(mode_at(step_));
    if (entered) return {};
    done = entered;
    if (slowest()) break;
    ++step_;
    done = identify();
  }
  host_->stop();
  return done;
}

bool MmcSlot::slowest() const { return step_ == kLastMode; }

MmcMode MmcSlot::mode_at(size_t step) const {
  MmcMode mode = kModes[step];
  if (mode.timing == MmcTiming::High) mode.hertz = high_hertz_;
  if (identity_.kind == Kind::Sd)
    mode.hertz = std::min(mode.hertz, 25'000'000u * (1 + (mode.timing == MmcTiming::High)));
  return mode;
}

bool MmcSlot::offers(MmcMode mode) const {
  if (mode.timing == MmcTiming::High && high_hertz_ == 0) return false;
  if (mode.timing == MmcTiming::Dual && !dual_) return false;
  return mode.width <= widest_ && host_->offers(mode);
}

Result<void> MmcSlot::enter(MmcMode mode) {
  CHECK(identity_.kind == Kind::Sd ? enter_sd(mode) : enter_emmc(mode));
  size_t fastest = 0;
  while (!offers(mode_at(fastest))) ++fastest;
  bus_ = {.width = mode.width,
          .hertz = host_->hertz(),
          .timing = mode.timing == MmcTiming::Dual   ? "DDR52"
                    : mode.timing == MmcTiming::High ? "high speed"
                                                     : "legacy",
          .reduced = step_ > fastest};
  up_ = true;
  return {};
}

/// Leaves the card selected, at the clock of identification, and everything that it tells of itself read.
Result<void> MmcSlot::identify() {
  selected_ = kUnknown;
  CHECK(host_->start());
  if (!host_->card_present()) return failure(Error::NoDevice);
  CHECK(host_->set_mode(kMmcIdentification));
  pause(kPowerMs);
  const bool sd = !host_->wiring().embedded && TRY(find_sd());
  if (!sd) CHECK(find_emmc());

  TRY(ask(2, 0, Answer::Long));
  const MmcAnswer cid = host_->answer();
  // On the way, another card may have been put in. What is in our memory is not meant for that one.
  if (known_ && cid != identity_.cid) return failure(Error::NoDevice);
  address_ = 1;
  const uint32_t answer = TRY(ask(3, sd ? 0 : card_address()));
  if (sd) address_ = uint16_t(answer >> 16);
  if (address_ == 0) return failure(Error::Malformed);
  TRY(ask(9, card_address(), Answer::Long));
  csd_ = TRY(sd ? sd_csd(host_->answer(), by_sector_) : emmc_csd(host_->answer(), by_sector_));
  TRY(ask(7, card_address()));
  CHECK(settle(kSelectMs));
  if (!by_sector_) CHECK(order(16, MmcArea::kSector));
  identity_.kind = sd ? Kind::Sd : Kind::Emmc;
  CHECK(sd ? open_sd() : open_emmc());
  identity_ = identity_of(identity_.kind, cid, described_.revision);
  known_ = true;
  return {};
}

/// CMD1 and ACMD41 are repeated until the card is ready. Returns its OCR.
Result<uint32_t> MmcSlot::wait_power_up(bool sd, uint32_t argument) {
  const Ticks start = time_->now(), limit = time_->milliseconds(kPowerUpMs);
  for (bool late = false; !late; pause(1)) {
    late = time_->now() - start >= limit;
    if (sd) TRY(ask(55, 0));
    const uint32_t ocr = TRY(ask(sd ? 41 : 1, argument, Answer::Unchecked));
    if (ocr & kPoweredUp) return ocr;
  }
  return failure(Error::Timeout);
}

/// False: it is none. SD 4.2.3.
Result<bool> MmcSlot::find_sd() {
  TRY(ask(0, 0, Answer::None));
  const auto echo = ask(8, kEcho);  // cards older than 2.00 do not know it
  if (!echo && echo.error() != Error::Timeout) return failure(echo.error());
  if (echo && (*echo & 0xfff) != kEcho) return failure(Error::NotSupported);
  // An eMMC may take the first of these two, never both.
  const auto application = ask(55, 0);
  const auto ocr = application ? ask(41, 0, Answer::Unchecked) : application;
  if (!ocr && ocr.error() == Error::Timeout) return false;
  if (!(TRY(ocr) & kVolts)) return failure(Error::NotSupported);
  by_sector_ = TRY(wait_power_up(true, (echo ? kBySector : 0) | kVolts)) & kBySector;
  return true;
}

/// JESD84-B51 6.4. No answer at all: there is no card, unless somebody knows better.
Result<void> MmcSlot::find_emmc() {
  TRY(ask(0, 0, Answer::None));
  const auto first = ask(1, 0, Answer::Unchecked);
  if (!first && first.error() == Error::Timeout && !host_->wiring().embedded && !host_->wiring().detects)
    return failure(Error::NoDevice);
  const uint32_t volts = TRY(first) & kVolts;
  if (volts == 0) return failure(Error::NotSupported);
  const uint32_t ocr = TRY(wait_power_up(false, kBySector | volts));
  if (ocr >> 29 & 1) return failure(Error::Malformed);
  by_sector_ = ocr & kBySector;
  return {};
}

void MmcSlot::list_areas() {
  const bool sd = identity_.kind == Kind::Sd;
  const bool locked = csd_.locked || host_->card_locked();
  const auto add = [&](unsigned access, uint64_t sectors, bool also) {
    if (sectors) areas_[area_count_++].set_up(*this, name_, Access(access), sectors, locked || also);
  };
  add(unsigned(Access::User), sd ? csd_.sectors : described_.user, false);
  if (sd) return;
  for (unsigned i = 0; i < 2; ++i) add(unsigned(Access::Boot0) + i, described_.boot, described_.boot_locked[i]);
  for (unsigned i = 0; i < 4; ++i) add(unsigned(Access::General0) + i, described_.general[i], false);
}

}  // namespace drivers
