// SPDX-License-Identifier: BSD-2-Clause
// arch/timer.hh - the generic timer's counter.
#pragma once
#include "lib/time.hh"

namespace arch {

/// Valid from board_main() on.
const Time& time();
/// The stage before did not set CNTFRQ: the frequency is a guess.
bool time_is_guessed();

}  // namespace arch
