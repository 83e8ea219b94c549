// SPDX-License-Identifier: BSD-2-Clause
// arch/crash.hh - the end of the road: an exception that nobody expects, panic(), an overrun stack.
#pragma once

namespace arch {

/// How the machine starts anew after a crash report, where CONFIG_CRASH_STOPS is not set. It returns if it cannot.
/// Until the board says so, a crash stops.
void set_restart(void (*restart)());

}  // namespace arch
