// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/interrupts.hh - the GIC-400. The firmware polls; it only looks whether an interrupt would come.
#pragma once
#include "board/common/discovery.hh"
#include "drivers/gic.hh"

namespace board {

/// Row of the table. Nothing is touched.
void bind_gic(const Device& device);
/// Its registers, mapped at the first use. NoDevice: the tree has none.
Result<drivers::Gic> interrupt_controller();
/// For a hand-over or a reset: what we did with it is undone.
void quiet_interrupts();

}  // namespace board
