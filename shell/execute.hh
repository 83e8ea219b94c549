// SPDX-License-Identifier: BSD-2-Clause
// shell/execute.hh - runs lines of commands.
#pragma once
#include "shell/command.hh"

namespace shell {

/// Runs the commands in `line`, separated by ';', whether or not the one before failed, and prints one line "error:
/// ..." for each that fails. Returns the last error, or Error{}. After Error::Interrupted the rest is not run.
Error execute(Machine& machine, std::string_view line);

}  // namespace shell
