// SPDX-License-Identifier: BSD-2-Clause
// shell/input.hh - what is typed, also while a command runs.
#pragma once
#include "lib/result.hh"

namespace shell {

inline constexpr char kControlC = 'C' & 0x1f;

/// The next character that was typed, or -1. Never waits.
int next_character();

/// For commands to ask in their loops: Error::Interrupted when Ctrl-C was typed. Whatever else was typed is kept for
/// the next prompt, as much as fits.
Result<void> go_on();

}  // namespace shell
