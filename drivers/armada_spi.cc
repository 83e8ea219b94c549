// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/armada_spi.hh"

#include "lib/wait.hh"

namespace drivers {
namespace {

constexpr Reg<uint32_t, 0x00> kControl;
constexpr Reg<uint32_t, 0x04> kConfig;
constexpr Reg<uint32_t, 0x08, Right::WriteOnly> kOut;
constexpr Reg<uint32_t, 0x0c, Right::ReadOnly> kIn;
constexpr Reg<uint32_t, 0x10> kCause;
constexpr Reg<uint32_t, 0x18> kTiming;

// kControl
constexpr Field<uint32_t, 4, 2> kLine;
constexpr Field<uint32_t, 0> kActive;
// kConfig
constexpr Field<uint32_t, 14, 13> kLowestFirst;
constexpr Field<uint32_t, 12, 11> kPhasePolarity;
constexpr Field<uint32_t, 5> kTwoBytes;
constexpr uint32_t kPrescaler = 0xdf;
// kCause
constexpr Field<uint32_t, 0> kDone;
// kTiming
constexpr Field<uint32_t, 7, 6> kSample;

// Two bytes by the slowest clock there is take a tenth of a millisecond.
constexpr uint64_t kLimit = 10'000;  // microseconds

}  // namespace

bool ArmadaSpi::done() const {
  if (kDone.get(regs_.read(kCause))) return true;
  return wait_until(*time_, time_->microseconds(kLimit), [this] { return kDone.get(regs_.read(kCause)) != 0; });
}

bool ArmadaSpi::send(std::span<const std::byte> bytes) const {
  for (const std::byte byte : bytes) {
    regs_.write(kCause, 0);
    regs_.write(kOut, uint8_t(byte));
    if (!done()) return false;
  }
  return true;
}

bool ArmadaSpi::receive(std::span<std::byte> to, uint32_t config) const {
  const Mmio regs = regs_;  // of its own, so that it stays in a register
  std::byte* at = to.data();
  if (const size_t even = to.size() & ~size_t{1}; even != 0) {
    regs.write(kConfig, config | kTwoBytes(1));
    std::byte* const end = at + even;
    do {
      regs.write(kCause, 0);
      regs.write(kOut, 0);
      if (!kDone.get(regs.read(kCause)) && !done()) return false;
      const uint16_t two = __builtin_bswap16(uint16_t(regs.read(kIn)));  // what came first is the upper half
      __builtin_memcpy(at, &two, sizeof two);
      at += sizeof two;
    } while (at != end);
    regs.write(kConfig, config);
  }
  if (to.size() % 2 != 0) {
    static constexpr std::byte kNothing[1]{};
    if (!send(kNothing)) return false;
    *at = std::byte(regs.read(kIn));
  }
  return true;
}

Result<void> ArmadaSpi::transfer(std::span<const std::byte> command, std::span<const std::byte> out,
                                 std::span<std::byte> in) {
  // Mode 0 is the first workaround of erratum FE-9144572: a core clock of 250 MHz, 50 MHz on the line and mode 3 read
  // what is not there. The sample point is the one for it. What else is in the registers is the direct window's.
  regs_.write(kTiming, (regs_.read(kTiming) & ~kSample.kMask) | kSample(1));
  const uint32_t others = kPrescaler | kTwoBytes.kMask | kPhasePolarity.kMask | kLowestFirst.kMask;
  const uint32_t config = (regs_.read(kConfig) & ~others) | prescale_;
  regs_.write(kConfig, config);
  const uint32_t control = (regs_.read(kControl) & ~(kLine.kMask | kActive.kMask)) | kLine(select_);
  regs_.write(kControl, control);
  regs_.write(kControl, control | kActive(1));
  const bool whole = send(command) && send(out) && receive(in, config);
  regs_.write(kControl, control);
  if (!whole) return failure(Error::Timeout);
  return {};
}

}  // namespace drivers
