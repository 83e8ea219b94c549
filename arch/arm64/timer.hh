// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/timer.hh - what arch_start() does for arch/timer.hh.
#pragma once

namespace arch {

void start_timer();

}  // namespace arch
