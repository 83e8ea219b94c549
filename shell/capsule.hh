// SPDX-License-Identifier: BSD-2-Clause
// shell/capsule.hh - capsules on their way from wherever they come to efi/: for the commands, and for the boot.
#pragma once
#include "efi/capsule.hh"
#include "efi/update.hh"
#include "shell/command.hh"

namespace shell {

/// The firmware update of this machine; says that an error is about it.
Result<efi::Platform*> platform_of(const Call& call);

/// What was done with a capsule.
struct Applied {
  efi::CapsuleKind kind;
  bool restart = false;  // what was changed counts from the next boot on
};

/// Applies a capsule, whatever its kind is, says what was done, and keeps a record of it (efi/capsule_report.hh), with
/// the name of the `file` where it is one of a disk. A refusal is said by who called.
efi::Checked<Applied> apply(efi::Platform& platform, Reader& source, std::string_view file);

/// The one that everybody shares, for it is large.
efi::Update& update();

/// The error of a command whose capsule was refused: the line names item, check and reason.
std::unexpected<Error> rejected(const efi::Refusal& refusal);

}  // namespace shell
