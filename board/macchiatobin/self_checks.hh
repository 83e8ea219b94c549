// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/self_checks.hh - what `selftest` looks at: each device once, and nothing of it is changed.
#pragma once
#include <span>

#include "shell/machine.hh"

namespace board {

std::span<const shell::SelfCheck> self_checks();

}  // namespace board
