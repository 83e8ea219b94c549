// SPDX-License-Identifier: BSD-2-Clause
// What is an eMMC's own: EXT_CSD, and the bytes of it that change how the card works (JESD84-B51 6.6, 7.4).
#include <algorithm>

#include "drivers/mmc_card.hh"

namespace drivers {

using namespace ext_csd;

constexpr uint32_t kSwitchMs = 3000;  // more than GENERIC_CMD6_TIME and PARTITION_SWITCH_TIME can ask for

Result<void> MmcSlot::switch_byte(uint8_t index, uint8_t value, uint32_t milliseconds) {
  // Which area is selected is not known when this goes wrong, whatever it was about.
  const uint8_t selected = index == kPartitionConfig ? kUnknown : selected_;
  selected_ = kUnknown;
  CHECK(order(6, 3u << 24 | uint32_t{index} << 16 | uint32_t{value} << 8));
  CHECK(settle(milliseconds));
  selected_ = selected;
  return {};
}

/// Sets it, and reads it back.
Result<void> MmcSlot::set_ext_csd(uint8_t index, uint8_t value) {
  CHECK(switch_byte(index, value, kSwitchMs));
  CHECK(read_ext_csd());
  return ext_csd_[index] == value ? Result<void>() : failure(Error::IoError);
}

Result<void> MmcSlot::open_emmc() {
  // Where BOOT_BUS_CONDITIONS says so, a card stays in the mode in which the boot ROM read it.
  CHECK(switch_byte(kBusWidth, 0, kSwitchMs));
  CHECK(switch_byte(kTiming, 0, kSwitchMs));
  CHECK(read_ext_csd());
  described_ = TRY(parse_ext_csd(ext_csd_, csd_.sectors));
  high_hertz_ = described_.high_hertz;
  dual_ = described_.dual;
  widest_ = 8;
  counts_ = true;
  return {};
}

/// From the mode of identification.
Result<void> MmcSlot::enter_emmc(MmcMode mode) {
  std::array<uint8_t, kConstantEnd - kConstant> before;
  std::copy_n(&ext_csd_[kConstant], before.size(), before.begin());
  const bool fast = mode.timing != MmcTiming::Legacy, dual = mode.timing == MmcTiming::Dual;
  if (fast) {
    CHECK(switch_byte(kTiming, 1, kSwitchMs));
    CHECK(host_->set_mode({MmcTiming::High, 1, mode.hertz}));
  }
  if (mode.width != 1) CHECK(switch_byte(kBusWidth, uint8_t(mode.width / 4 + (dual ? 4 : 0)), kSwitchMs));
  CHECK(host_->set_mode(mode));
  CHECK(read_ext_csd());
  if (!std::equal(before.begin(), before.end(), &ext_csd_[kConstant]) || (ext_csd_[kTiming] & 15) != fast)
    return failure(Error::IoError);
  selected_ = ext_csd_[kPartitionConfig] & kAccessBits;
  return {};
}

}  // namespace drivers
