// SPDX-License-Identifier: BSD-2-Clause
// tools/capsule/compatible.hh - the command line of U-Boot's mkeficapsule, so that a build script changes one word.
#pragma once
#include "tools/capsule/outcome.hh"

namespace capsule {

/// Whether these are arguments of mkeficapsule's rather than a command of ours.
bool is_compatible(int argc, char** argv);
Outcome<void> run_compatible(int argc, char** argv);

}  // namespace capsule
