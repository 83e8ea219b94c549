// SPDX-License-Identifier: BSD-2-Clause
// drivers/gic.hh - Arm's interrupt controller version 2 (IHI 0048B), GIC-400 and the like, as much of it as a firmware
// needs that polls: who it is, leaving it quiet to who comes next, and a look whether an interrupt gets through. For
// the CPU that runs this, with its interrupts masked.
#pragma once
#include "lib/reg.hh"
#include "lib/result.hh"
#include "lib/time.hh"

namespace drivers {

class Gic {
 public:
  struct Identity {
    uint32_t id;      // GICD_IIDR: 0x0200143b is a GIC-400
    uint16_t lines;   // interrupts at most, the CPUs' own 32 among them
    uint8_t cpus;     // that it has an interface for
    bool two_worlds;  // with the Security Extensions: we see the part that is not secure
  };

  constexpr Gic(uintptr_t distributor, uintptr_t cpu_interface)
      : distributor_base_(distributor), distributor_(distributor), cpu_interface_(cpu_interface) {}

  /// Error::NotFound: no interrupt controller of this version.
  Result<Identity> identify() const;
  /// This CPU's interface off, and of its private interrupts none enabled, pending or active.
  void quiet() const;
  /// Sees one private interrupt, `interrupt` from 16 to 31, through: arm(true) has somebody raise it, arm(false) let it
  /// go. It becomes pending, is acknowledged, ended, and is gone; then all is as it was. arm() is called in pairs.
  /// Errors: Denied: the secure world keeps it; Busy: it, or another one, was pending before anybody raised it;
  /// Timeout: it never came, or never went; HardwareError: what was acknowledged, or ended, is not it.
  Result<void> check(const Time& time, unsigned interrupt, void (*arm)(bool on)) const;

 private:
  Result<void> follow(const Time& time, unsigned interrupt, void (*arm)(bool on)) const;

  uintptr_t distributor_base_;
  Mmio distributor_, cpu_interface_;
};

}  // namespace drivers
