// SPDX-License-Identifier: BSD-2-Clause
// drivers/armada_spi.hh - Marvell's SPI controller as the Armada 38x, 7K and 8K have it ("marvell,armada-380-spi"),
// by its data registers.
#pragma once
#include "lib/reg.hh"
#include "lib/spi.hh"
#include "lib/time.hh"

namespace drivers {

/// One chip of a controller. Several on the same one get along: each transaction brings its own settings.
class ArmadaSpi final : public Spi {
 public:
  /// The controller whose registers are at `base`, fed by a clock of `clock` Hz; the chip at select line `select`
  /// (0 to 7), which takes `most` Hz. It gets no more than that, and than the controller's 50 MHz; of a prescaler that
  /// cannot be so slow, the slowest. The clock stays the caller's.
  constexpr ArmadaSpi(uintptr_t base, unsigned select, uint32_t clock, uint32_t most, const Time& time)
      : regs_(base), time_(&time), select_(uint8_t(select & 7)), prescale_(prescale(clock, most)) {}

  Result<void> transfer(std::span<const std::byte> command, std::span<const std::byte> out,
                        std::span<std::byte> in) override;
  /// Hz on the line for the same numbers.
  static constexpr uint32_t rate(uint32_t clock, uint32_t most) {
    const uint8_t is = prescale(clock, most);
    return clock / (uint32_t(is & 0xf) << ((is >> 4 & 1) | (is >> 5 & 6)));
  }

 private:
  static constexpr uint32_t kMostRate = 50'000'000, kLeastDivider = 4;

  /// Bits 7:6 and 4 are a power of two, bits 3:0 a factor of 1 to 15, by which the clock is divided.
  static constexpr uint8_t prescale(uint32_t clock, uint32_t most) {
    if (most > kMostRate) most = kMostRate;
    uint32_t divider = most == 0 ? UINT32_MAX : clock / most + (clock % most != 0), power = 0;
    if (divider < kLeastDivider) divider = kLeastDivider;
    for (; divider > 15 && power < 7; ++power) divider = divider / 2 + divider % 2;
    if (divider > 15) divider = 15;
    return uint8_t(divider | (power & 1) << 4 | (power & 6) << 5);
  }

  bool done() const;
  bool send(std::span<const std::byte> bytes) const;
  bool receive(std::span<std::byte> to, uint32_t config) const;

  Mmio regs_;
  const Time* time_;
  uint8_t select_, prescale_;
};

}  // namespace drivers
