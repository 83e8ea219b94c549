// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/service.hh - the reference platform behind its doorbells.
#pragma once
#include "board/qemu_monitor/monitor.hh"
#include "board/qemu_monitor/options.hh"

namespace board {

/// Before the first doorbell: `pages` is where Page 0 lies.
void start_service(const Options& options, uintptr_t pages);
/// The doorbell with function id `function`, one of kFirstDoorbell and the following. Sets x0: 0, or -1 (NOT_SUPPORTED)
/// where nobody serves it.
void ring(uint32_t function, Frame& frame);
/// kTest... functions.
void test_call(uint32_t function, Frame& frame);
/// The timer that the service has set went off.
void service_timer();

}  // namespace board
