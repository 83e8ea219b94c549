// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/armada_spi.hh"

namespace fake {

uint64_t ArmadaSpi::read(uintptr_t offset, unsigned bytes) {
  if (bytes != 4) complaints.push_back("a read that is no word");
  switch (offset) {
    case 0x00: return control;
    case 0x04: return config;
    case 0x0c:
      if (running_) complaints.push_back("data is read before it is there");
      return in_;
    case 0x10:
      if (running_ && !stuck && left_-- == 0) {
        running_ = false;
        done_ = true;
      }
      return done_;
    case 0x18: return timing;
    default: complaints.push_back("a read of an unknown register"); return 0;
  }
}

void ArmadaSpi::write(uintptr_t offset, unsigned bytes, uint64_t value) {
  if (bytes != 4) complaints.push_back("a write that is no word");
  switch (offset) {
    case 0x00: set_control(uint32_t(value)); return;
    case 0x04: config = uint32_t(value); return;
    case 0x08: begin(uint32_t(value)); return;
    case 0x10: done_ = done_ && (value & 1); return;
    case 0x18: timing = uint32_t(value); return;
    default: complaints.push_back("a write of an unknown register"); return;
  }
}

void ArmadaSpi::set_control(uint32_t value) {
  const bool was = control & 1, is = value & 1;
  if (was && is && (control ^ value) & 0x1c) complaints.push_back("the line changes while a chip is selected");
  if (!was && is && (control ^ value) & 0x1c) complaints.push_back("a chip is selected before its line is set");
  control = value;
  if (was == is) return;
  sample = timing >> 6 & 3;
  if (is) {
    const auto chip = chips.find(control >> 2 & 7);
    selected_ = chip == chips.end() ? nullptr : chip->second;
    if (selected_) selected_->select(true);
  } else {
    running_ = false;
    if (selected_) selected_->select(false);
    selected_ = nullptr;
  }
}

void ArmadaSpi::begin(uint32_t value) {
  if (running_) complaints.push_back("a transfer begins before the last one is done");
  if (done_) complaints.push_back("a transfer begins with a cause from before");
  if (!(control & 1)) complaints.push_back("a transfer with no chip selected");
  if (config & 0x7800) complaints.push_back("a transfer in another mode than 0, or with the lowest bit first");
  divider = (config & 0xf) << ((config >> 4 & 1) | (config >> 5 & 6));
  if (divider == 0) complaints.push_back("a clock divided by zero");
  const auto exchange = [&](uint8_t byte) { return uint32_t{selected_ ? selected_->exchange(byte) : uint8_t{0xff}}; };
  running_ = true;
  left_ = busy;
  ++transfers;
  if (stuck) return;
  if (config & 0x20) {
    in_ = exchange(uint8_t(value >> 8)) << 8;
    in_ |= exchange(uint8_t(value));
  } else {
    in_ = exchange(uint8_t(value));
  }
}

}  // namespace fake
