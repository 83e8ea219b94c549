// SPDX-License-Identifier: BSD-2-Clause
// arch/start.hh - what arch_start() brings up, in this order.
#pragma once

namespace arch {

/// Maps the image, switches MMU and caches on. Called once, with both off.
void start_mmu();
void start_timer();

}  // namespace arch
