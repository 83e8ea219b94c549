// SPDX-License-Identifier: BSD-2-Clause
// drivers/xenon.hh - Marvell's SD host controller "Xenon" (Armada 3700, 7K, 8K): SDHCI with registers of its own and a
// PHY between it and the card, which has to be set up again whenever the clock changes.
#pragma once
#include "drivers/sdhci.hh"

namespace drivers {

class Xenon final : public Sdhci {
 public:
  /// As of Sdhci. Its capabilities do not tell the clock, 400 MHz on the Armada 8040: the wiring has to. `slow`: the
  /// PHY is bypassed up to 52 MHz at single rate ("marvell,xenon-phy-slow-mode"), for boards on which it is not stable.
  constexpr Xenon(uintptr_t base, const Time& time, const Dma& dma, const Wiring& wiring, bool slow)
      : Sdhci(base, time, dma, wiring), slow_(slow) {}

 private:
  Result<void> after_reset() override;
  /// Timeout: the PHY does not come up.
  Result<void> after_mode(MmcMode mode) override;

  bool slow_;
};

}  // namespace drivers
