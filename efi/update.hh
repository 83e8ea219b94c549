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
  struct Ground;
  Verdict install(const Ground& on, const Capsule& capsule, Updated& to);
  Verdict fits(const Ground& on, unsigned bank);
  Verdict fill(const Ground& on, const Capsule& capsule, unsigned bank);
  Verdict keep(const Ground& on, unsigned bank);
  static void record(const Ground& on, const Capsule& capsule, const Refusal& refusal);

  Verification verification_;
};

}  // namespace efi
