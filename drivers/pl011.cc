// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/pl011.hh"

namespace drivers {
namespace {

constexpr Reg<uint32_t, 0x00> kData;
constexpr Reg<uint32_t, 0x18, Right::ReadOnly> kFlags;
constexpr Reg<uint32_t, 0x2c> kLine;
constexpr Reg<uint32_t, 0x30> kControl;
constexpr Reg<uint32_t, 0x38> kInterruptMask;
constexpr Reg<uint32_t, 0x44, Right::WriteOnly> kInterruptClear;
constexpr Reg<uint32_t, 0xfe0, Right::ReadOnly> kPeripheralId0;
constexpr Reg<uint32_t, 0xfe4, Right::ReadOnly> kPeripheralId1;
constexpr Reg<uint32_t, 0xff0, Right::ReadOnly> kCellId0;
constexpr Reg<uint32_t, 0xff4, Right::ReadOnly> kCellId1;
constexpr Reg<uint32_t, 0xff8, Right::ReadOnly> kCellId2;
constexpr Reg<uint32_t, 0xffc, Right::ReadOnly> kCellId3;

// kFlags
constexpr Field<uint32_t, 5> kTransmitFull;
constexpr Field<uint32_t, 4> kReceiveEmpty;
constexpr Field<uint32_t, 3> kBusy;
// kLine
constexpr Field<uint32_t, 6, 5> kWordLength;
constexpr Field<uint32_t, 4> kFifos;
// kControl
constexpr Field<uint32_t, 9> kReceive;
constexpr Field<uint32_t, 8> kTransmit;
constexpr Field<uint32_t, 0> kEnable;

// Reads of a flag that one wait may take: a full FIFO at 1200 baud, and more.
constexpr uint32_t kPatience = 10'000'000;

}  // namespace

bool Pl011::present() const {
  const uint32_t cell = (regs_.read(kCellId0) & 0xff) | (regs_.read(kCellId1) & 0xff) << 8 |
                        (regs_.read(kCellId2) & 0xff) << 16 | (regs_.read(kCellId3) & 0xff) << 24;
  const uint32_t part = (regs_.read(kPeripheralId0) & 0xff) | (regs_.read(kPeripheralId1) & 0xf) << 8;
  return cell == 0xb105'f00d && part == 0x011;
}

void Pl011::start() {
  flush();
  regs_.write(kControl, 0);  // the line may only be changed while it is off
  regs_.write(kInterruptMask, 0);
  regs_.write(kInterruptClear, 0x7ff);
  regs_.write(kLine, kWordLength(3) | kFifos(1));
  regs_.write(kControl, kEnable(1) | kTransmit(1) | kReceive(1));
}

void Pl011::write(std::string_view text) {
  for (const char c : text) {
    if (c == '\n') put('\r');
    put(c);
  }
}

void Pl011::put(char c) {
  for (uint32_t i = 0; kTransmitFull.get(regs_.read(kFlags)); ++i) {
    stuck_ = stuck_ || i == kPatience;
    if (stuck_) return;
  }
  stuck_ = false;
  regs_.write(kData, uint8_t(c));
}

int Pl011::get() { return kReceiveEmpty.get(regs_.read(kFlags)) ? -1 : int(regs_.read(kData) & 0xff); }

void Pl011::flush() {
  for (uint32_t i = 0; kBusy.get(regs_.read(kFlags)) && i < kPatience; ++i) {}
}

}  // namespace drivers
