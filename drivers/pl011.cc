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

}  // namespace

bool Pl011::present() const {
  const uint32_t cell = (regs_.read(kCellId0) & 0xff) | (regs_.read(kCellId1) & 0xff) << 8 |
                        (regs_.read(kCellId2) & 0xff) << 16 | (regs_.read(kCellId3) & 0xff) << 24;
  const uint32_t part = (regs_.read(kPeripheralId0) & 0xff) | (regs_.read(kPeripheralId1) & 0xf) << 8;
  return cell == 0xb105'f00d && part == 0x011;
}

inline bool Pl011::has_room() const { return !kTransmitFull.get(regs_.read(kFlags)); }
inline bool Pl011::is_idle() const { return !kBusy.get(regs_.read(kFlags)); }
inline bool Pl011::has_received() const { return !kReceiveEmpty.get(regs_.read(kFlags)); }
inline void Pl011::send(uint8_t character) const { regs_.write(kData, character); }
inline uint8_t Pl011::take() const { return uint8_t(regs_.read(kData)); }

void Pl011::start() const {
  flush();
  regs_.write(kControl, 0);  // the line may only be changed while it is off
  regs_.write(kInterruptMask, 0);
  regs_.write(kInterruptClear, 0x7ff);
  regs_.write(kLine, kWordLength(3) | kFifos(1));
  regs_.write(kControl, kEnable(1) | kTransmit(1) | kReceive(1));
}

template class Uart<Pl011>;

}  // namespace drivers
