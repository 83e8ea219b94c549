// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/ns16550.hh"

#include "lib/reg.hh"

namespace drivers {
namespace {

// Indexes: how far they are apart is the board's. The first two are the divisor of the speed while kDivisorAccess is
// on.
enum : unsigned { kData, kInterrupts, kFifo, kLine, kModem, kStatus, kScratch = 7, kDesignWareStatus = 31 };

// kLine
constexpr uint8_t kEightBits = 0x03;
// kFifo
constexpr uint8_t kFifosOn = 0x01;
// kModem
constexpr uint8_t kReady = 0x03;  // DTR and RTS
// kStatus
constexpr Field<uint32_t, 6> kIdle;
constexpr Field<uint32_t, 5> kTransmitEmpty;
constexpr Field<uint32_t, 0> kReceived;

// DesignWare's drops a write of kLine while a character comes in.
constexpr unsigned kLineWrites = 1000;

}  // namespace

uint8_t Ns16550::in(unsigned index) const { return uint8_t(mmio_read(base_ + (uintptr_t{index} << shift_), width_)); }

void Ns16550::out(unsigned index, uint8_t value) const {
  mmio_write(base_ + (uintptr_t{index} << shift_), width_, value);
}

bool Ns16550::present() const {
  if (in(kStatus) == 0xff) return false;  // a bus that nobody drives
  const uint8_t before = in(kScratch);
  bool kept = true;
  for (const uint8_t value : {uint8_t{0x5a}, uint8_t{0xa5}}) {
    out(kScratch, value);
    kept = kept && in(kScratch) == value;
  }
  out(kScratch, before);
  return kept;
}

inline bool Ns16550::has_room() const { return kTransmitEmpty.get(in(kStatus)); }
inline bool Ns16550::is_idle() const { return kIdle.get(in(kStatus)); }
inline bool Ns16550::has_received() const { return kReceived.get(in(kStatus)); }
inline void Ns16550::send(uint8_t character) const { out(kData, character); }
inline uint8_t Ns16550::take() const { return in(kData); }

void Ns16550::start() const {
  flush();
  // First of all: with the divisor in front of them the others are not what they seem.
  for (unsigned i = 0; in(kLine) != kEightBits && i < kLineWrites; ++i) {
    if (shift_ == 2) (void)in(kDesignWareStatus);  // ends the complaint about the write before
    out(kLine, kEightBits);
  }
  out(kInterrupts, 0);
  out(kFifo, kFifosOn);
  out(kModem, kReady);
}

template class Uart<Ns16550>;

}  // namespace drivers
