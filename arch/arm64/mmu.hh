// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/mmu.hh - how the MMU comes on; what the rest of the firmware sees of it is arch/mmu.hh.
#pragma once

namespace arch {

/// Maps the image, switches MMU and caches on. Called once, with both off.
void start_mmu();

}  // namespace arch
