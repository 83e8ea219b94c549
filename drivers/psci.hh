// SPDX-License-Identifier: BSD-2-Clause
// drivers/psci.hh - Power State Coordination Interface (DEN0022F): version, reset, power off.
#pragma once
#include <optional>

#include "arch/smccc.hh"
#include "lib/fdt.hh"
#include "lib/result.hh"

namespace drivers {

struct Version {
  uint16_t major, minor;
};

class Psci {
 public:
  explicit constexpr Psci(arch::Conduit conduit) : conduit_(conduit) {}
  /// Of a node compatible with "arm,psci-0.2" or later: what its method says. Error::BadTree: another method or none.
  static Result<Psci> bind(const DeviceTree& tree, DeviceTree::Node node);

  arch::Conduit conduit() const { return conduit_; }
  /// 5.3. Error::NotSupported: nobody answers.
  Result<Version> version() const;
  /// Of the calling convention itself: asked for by PSCI_FEATURES, as only PSCI 1.0 knows it; else 1.0 (DEN0028 7.1).
  Version smccc_version() const;
  /// Return only when refused: Error::NotSupported, or Denied for any other answer.
  Error reset() const;
  Error power_off() const;

 private:
  intptr_t call(uint32_t function, uintptr_t argument = 0) const;

  arch::Conduit conduit_;
};

}  // namespace drivers
