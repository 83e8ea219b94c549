// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/options.hh - words of /chosen/bootargs that are for the monitor.
#pragma once
#include <string_view>

#include "scmi/platform/fault.hh"

namespace board {

struct Options {
  unsigned el = 2;         // monitor.el=1|2: where the firmware starts
  bool hvc = false;        // monitor.conduit=hvc|smc: how it calls; hvc only where it starts at EL1
  unsigned instances = 2;  // monitor.scmi=none|one|two
  scmi::platform::Release release = scmi::platform::Release::V3_2;  // monitor.version=1.0|2.0|3.0|3.1|3.2
  scmi::platform::FaultPlan fault;  // monitor.fault=name[:count[:skip[:protocol:message]]]
  bool interrupt = false;           // monitor.irq=a2p: commands are answered later, and an interrupt tells
};

/// Fills `options` from `arguments`. On an error `bad` is the word that was not understood; what stood before it
/// counts.
Result<void> parse_options(std::string_view arguments, Options& options, std::string_view& bad);

}  // namespace board
