// SPDX-License-Identifier: BSD-2-Clause
// efi/trial.hh - new images on trial (DEN0118): accepted, given up, or given up by themselves after too many boots.
#pragma once
#include "efi/platform.hh"

namespace efi {

constexpr unsigned kMostTrialBoots = 3;

/// Own vendor GUID: the variable TrialBoots counts (7 bits; the highest is note_restart()'s).
constexpr Guid kCorbelVariables = "b2a6d1c3-61de-4f57-9c4b-0a7e5d3f8e21"_guid;

struct Trial {
  enum class Kind : uint8_t { None, Running, GivenUp } kind = Kind::None;
  uint8_t boots = 0;  // this one included, while it is running
};

/// Once at each boot. GivenUp: the bank before is active now, and the machine has to start again. A damaged or
/// differing copy of the metadata is restored. Errors: those of metadata and variables.
Result<Trial> count_trial_boot(Platform& platform);
/// Boots counted so far.
Result<uint8_t> trial_boots(Variables& variables);
/// Keeps that the machine starts again without a boot being counted. False: the last boot did that already, and none
/// was counted since. Errors: those of the variables.
Result<bool> note_restart(Variables& variables);
/// A new count.
Result<void> begin_trial(Variables& variables);

/// Accepts one image of the active bank, or all where `type` is nullptr. Returns whether the whole bank is accepted
/// now. Errors: NotFound: no such image; InvalidParameters: none is on trial.
Result<bool> accept(Platform& platform, const Guid* type);
/// Makes the bank before active. Errors: InvalidParameters: none is on trial; NotFound: there is no such bank that is
/// sound.
Result<void> revert(Platform& platform);

}  // namespace efi
