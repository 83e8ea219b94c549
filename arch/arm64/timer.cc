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

}  // namespace arch
