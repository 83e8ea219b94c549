// SPDX-License-Identifier: BSD-2-Clause
// efi/settle.cc
#include "efi/settle.hh"

#include "efi/trial.hh"

namespace efi {
namespace {

// A bank on trial has no further copies: they are what is left if it is given up.
Verdict mirror(Platform& platform, const FwuMetadata& metadata, bool thorough) {
  return metadata.accepted(metadata.active) ? platform.mirror(metadata, thorough) : Verdict();
}

}  // namespace

void settle(Platform& platform) {
  const auto store = platform.store();
  if (!store) return;
  const FwuMetadata& metadata = (*store)->metadata();
  const auto selected = platform.select(metadata);
  const Verdict settled = selected ? mirror(platform, metadata, true) : Verdict(std::unexpected(selected.error()));
  if (!settled) platform.progress().unsettled(settled.error());
}

Checked<bool> settle_at_boot(Platform& platform) {
  const auto store = platform.store();
  if (!store) return false;
  const FwuMetadata& metadata = (*store)->metadata();
  if (TRY_CHECKED(platform.select(metadata))) {
    const auto variables = platform.variables();
    const auto once = variables ? note_restart(**variables) : failure(variables.error());
    if (!once)
      return REFUSE_ERROR("starts from the active bank after the next reset; variables", once.error(), Unsuccessful);
    if (!*once) return REFUSE("active bank", "set to start again, which did not last; no further reset", Unsuccessful);
    return true;
  }
  const Verdict copied = mirror(platform, metadata, false);
  if (!copied) return std::unexpected(copied.error());
  return false;
}

}  // namespace efi
