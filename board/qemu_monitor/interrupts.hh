// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/interrupts.hh - the secure timer as the one interrupt of EL3, in GICv2 and GICv3; and one that the
// monitor can raise in the world below.
#pragma once
#include <cstdint>

namespace board {

enum class Gic : uint8_t { V2, V3 };

/// Gives every interrupt to the world below but the secure timer's.
void start_interrupts(Gic gic);
/// Answers the interrupt that is pending; true: the secure timer, which is off now.
bool take_interrupt();
/// Makes the completion interrupt (kCompletionSpi) pending, as by an edge.
void raise_completion();

/// The secure timer fires once, in so many microseconds. A new time replaces the old one.
void set_timer(uint32_t microseconds);

}  // namespace board
