// SPDX-License-Identifier: BSD-2-Clause
// shell/capsule_disk.hh - capsules that wait on disks, in \EFI\UpdateCapsule (UEFI 2.10, 8.5.5).
#pragma once
#include "shell/machine.hh"

namespace shell {

/// Whether the operating system asked for them to be applied at this boot (OsIndications).
bool capsules_are_wanted(efi::Platform& platform);

/// Applies all of them, disk by disk and in the order of their names in capitals; each is removed, whatever became of
/// it, and that is kept in a variable. Then nothing is wanted any more. Says what happens to each. Returns whether the
/// machine has to start again.
bool apply_waiting_capsules(Machine& machine);

}  // namespace shell
