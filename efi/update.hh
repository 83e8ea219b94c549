// SPDX-License-Identifier: BSD-2-Clause
// efi/update.hh - installs a capsule: everything is verified before anything is written, and what runs now stays whole
// until what comes is whole. The one step that counts is the first copy of the FWU metadata.
#pragma once
#include "efi/verify.hh"

namespace efi {

struct Updated {
  uint8_t items = 0;
  uint8_t bank = 0;       // the one that is active now
  bool on_trial = false;  // until accepted
};

class Update {
 public:
  /// A capsule of the Firmware Management Protocol. Power may fail at any moment: before the step the old bank is
  /// active and whole, after it the new one. An image that the capsule does not have is copied from the active bank,
  /// so that a bank is always complete. Versions, counts and the last attempt are kept in variables, for refused
  /// capsules too. A refusal without an item is of the capsule or the platform.
  Checked<Updated> run(Platform& platform, const Capsule& capsule);

  /// Verifies only, and keeps nothing.
  Verdict verify(Platform& platform, const Capsule& capsule) { return verification_.run(platform, capsule); }
  std::span<const VerifiedItem> items() const { return verification_.items(); }

 private:
  Checked<Updated> install(Platform& platform, const Capsule& capsule);
  Verdict fits(Platform& platform, unsigned bank);
  Verdict fill(Platform& platform, const Capsule& capsule, unsigned bank);
  Verdict keep(Platform& platform, unsigned bank);

  Verification verification_;
};

/// Keeps the last attempt for each image that the capsule is for, as far as it can be read.
void record_attempt(Platform& platform, const Capsule& capsule, const Refusal& refusal);

}  // namespace efi
