// SPDX-License-Identifier: BSD-2-Clause
// arch/timer.hh - the generic timer's counter.
#pragma once
#include "lib/time.hh"

namespace arch {

/// Valid from board_main() on.
const Time& time();
/// The stage before did not set CNTFRQ: the frequency is a guess.
bool time_is_guessed();

/// The timer of the level that we run at asks for its interrupt, at once and until it is told not to. Nobody takes it:
/// interrupts are masked.
void raise_timer_interrupt(bool on);
/// Its number: 26 at EL2, 30 at EL1.
unsigned timer_interrupt();

}  // namespace arch
