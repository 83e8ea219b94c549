// SPDX-License-Identifier: BSD-2-Clause
#include "arch/timer.hh"

#include "arch/cpu.hh"
#include "arch/start.hh"

namespace arch {
namespace {

constexpr uint32_t kGuess = 62'500'000;

Ticks now() {
  asm volatile("isb" ::: "memory");  // not before what comes before
  return virtual_counter();
}

constinit Time counter{now, kGuess};
constinit bool guessed = false;

}  // namespace

void start_timer() {
  const uint32_t hertz = counter_frequency();
  guessed = hertz == 0;
  if (!guessed) counter.hertz = hertz;
}

const Time& time() { return counter; }
bool time_is_guessed() { return guessed; }

void raise_timer_interrupt(bool on) {
  set_timer(on);
  asm volatile("isb" ::: "memory");
}

unsigned timer_interrupt() { return at_el2() ? 26 : 30; }

}  // namespace arch
