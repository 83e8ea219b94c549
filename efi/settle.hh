// SPDX-License-Identifier: BSD-2-Clause
// efi/settle.hh - what lies outside of the metadata follows it, as often as it takes: what the machine starts from, and
// further copies of the active bank (Platform::select() and mirror()).
#pragma once
#include "efi/platform.hh"

namespace efi {

/// After each commit of what is active or accepted. The commit counts, whatever becomes of this: what cannot be done is
/// told to platform.progress(), and the next boot tries again.
void settle(Platform& platform);

/// Once at each boot, before its trial is counted. True: the machine was not set to start from the active bank; now it
/// is, and has to start again. It is asked to do so once: where that was in vain, the next boot gets a refusal and goes
/// on. Refusals: what does not agree with the metadata yet. Without metadata there is nothing to settle.
Checked<bool> settle_at_boot(Platform& platform);

}  // namespace efi
