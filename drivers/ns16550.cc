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

// Reads of a flag that one wait may take: a full FIFO at 1200 baud, and more.
constexpr uint32_t kPatience = 10'000'000;
// DesignWare's drops a write of kLine while a character comes in.
constexpr unsigned kLineWrites = 1000;

}  // namespace

uint8_t Ns16550::read(unsigned index) const { return uint8_t(mmio_read(base_ + (uintptr_t{index} << shift_), width_)); }

void Ns16550::write(unsigned index, uint8_t value) const {
  mmio_write(base_ + (uintptr_t{index} << shift_), width_, value);
}

bool Ns16550::present() const {
  if (read(kStatus) == 0xff) return false;  // a bus that nobody drives
  const uint8_t before = read(kScratch);
  bool kept = true;
  for (const uint8_t value : {uint8_t{0x5a}, uint8_t{0xa5}}) {
    write(kScratch, value);
    kept = kept && read(kScratch) == value;
  }
  write(kScratch, before);
  return kept;
}

void Ns16550::start() {
  flush();
  // First of all: with the divisor in front of them the others are not what they seem.
  for (unsigned i = 0; read(kLine) != kEightBits && i < kLineWrites; ++i) {
    if (shift_ == 2) (void)read(kDesignWareStatus);  // ends the complaint about the write before
    write(kLine, kEightBits);
  }
  write(kInterrupts, 0);
  write(kFifo, kFifosOn);
  write(kModem, kReady);
}

void Ns16550::write(std::string_view text) {
  for (const char c : text) {
    if (c == '\n') put('\r');
    put(c);
  }
}

void Ns16550::put(char c) {
  for (uint32_t i = 0; !kTransmitEmpty.get(read(kStatus)); ++i) {
    stuck_ = stuck_ || i == kPatience;
    if (stuck_) return;
  }
  stuck_ = false;
  write(kData, uint8_t(c));
}

int Ns16550::get() { return kReceived.get(read(kStatus)) ? read(kData) : -1; }

void Ns16550::flush() {
  for (uint32_t i = 0; !kIdle.get(read(kStatus)) && i < kPatience; ++i) {}
}

}  // namespace drivers
