// SPDX-License-Identifier: BSD-2-Clause
// What is an SD card's own: SCR, and the functions that it switches (SD 4.3.10, 5.6).
#include <algorithm>

#include "drivers/mmc_card.hh"

namespace drivers {
namespace {

constexpr uint32_t kHighSpeed = 0xff'fff1, kSet = 1u << 31;  // function 1 of group 1, and no other
constexpr uint16_t kSwitchClass = 1 << 10;
// In the memory that an eMMC's EXT_CSD has: SCR as it was read at first, and now; the status of CMD6.
constexpr size_t kScr = 0, kScrNow = 8, kFunctions = 64;

}  // namespace

Result<void> MmcSlot::read_scr(size_t to) {
  CHECK(application());
  return inquire(51, 0, to, 8);
}

Result<void> MmcSlot::switch_function(uint32_t argument) { return inquire(6, argument, kFunctions, 64); }

Result<void> MmcSlot::open_sd() {
  CHECK(read_scr(kScr));
  const SdScr scr = TRY(parse_scr(std::span(ext_csd_).subspan<kScr, 8>()));
  described_ = {};
  high_hertz_ = 0;
  dual_ = false;
  widest_ = scr.wide ? 4 : 1;
  counts_ = scr.counts;
  if (scr.switches && csd_.classes & kSwitchClass) {
    CHECK(switch_function(kHighSpeed));
    if (ext_csd_[kFunctions + 13] & 2) high_hertz_ = 50'000'000;
  }
  return {};
}

/// From the mode of identification.
Result<void> MmcSlot::enter_sd(MmcMode mode) {
  if (mode.timing == MmcTiming::High) {
    CHECK(switch_function(kSet | kHighSpeed));
    if ((ext_csd_[kFunctions + 16] & 15) != 1) return failure(Error::IoError);
  }
  if (mode.width == 4) {
    CHECK(application());
    CHECK(order(6, 2));
  }
  CHECK(host_->set_mode(mode));
  CHECK(read_scr(kScrNow));
  if (!std::equal(&ext_csd_[kScr], &ext_csd_[kScr + 8], &ext_csd_[kScrNow])) return failure(Error::IoError);
  selected_ = uint8_t(Access::User);
  return {};
}

}  // namespace drivers
