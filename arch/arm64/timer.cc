// SPDX-License-Identifier: BSD-2-Clause
#include "arch/arm64/timer.hh"

#include "arch/arm64/sysreg.hh"
#include "arch/timer.hh"

namespace arch {
namespace {

constexpr uint32_t kGuess = 62'500'000;

// The virtual counter is right at both levels: EL1 may always read it, and at EL2 start.S has set its offset to zero.
Ticks now() {
  asm volatile("isb" ::: "memory");  // not before what comes before
  return READ_SYSREG("cntvct_el0");
}

constinit Time counter{now, kGuess};
constinit bool guessed = false;

}  // namespace

void start_timer() {
  const uint32_t hertz = uint32_t(READ_SYSREG("cntfrq_el0"));
  guessed = hertz == 0;
  if (!guessed) counter.hertz = hertz;
}

const Time& time() { return counter; }
bool time_is_guessed() { return guessed; }

void raise_timer_interrupt(bool on) {
  // The moment that it waits for is the present one.
  if (at_el2()) {
    WRITE_SYSREG("cnthp_tval_el2", 0);
    WRITE_SYSREG("cnthp_ctl_el2", on);
  } else {
    WRITE_SYSREG("cntp_tval_el0", 0);
    WRITE_SYSREG("cntp_ctl_el0", on);
  }
  asm volatile("isb" ::: "memory");
}

unsigned timer_interrupt() { return at_el2() ? 26 : 30; }

}  // namespace arch
