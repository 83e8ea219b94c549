// SPDX-License-Identifier: BSD-2-Clause
// shell/update_boot.hh - what firmware update has to do before anything else at each boot.
#pragma once
#include "shell/machine.hh"

namespace shell {

/// Counts boots of a bank on trial, and goes back to the bank before after too many; applies capsules that wait on
/// disks where the operating system asked for it. Where that changes what is to run, the machine is reset.
void begin_updates(Machine& machine);

}  // namespace shell
