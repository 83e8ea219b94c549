// SPDX-License-Identifier: BSD-2-Clause
// efi/fmp_state.hh - what is known of an image from one update to the next: versions and the last attempt.
#pragma once
#include "efi/fwu_metadata.hh"
#include "efi/refusal.hh"
#include "efi/variables.hh"

namespace efi {

/// Kept in two variables under the image's type GUID: `FmpState%04X` (the index in hexadecimal) as U-Boot has it, four
/// 32-bit words a bank in the order of the fields here; and `MonotonicCount%04X`, 64 bits.
struct FmpState {
  struct Bank {
    uint32_t version = 0, lowest_supported_version = 0, last_attempt_version = 0;
    uint32_t last_attempt_status = uint32_t(Status::Success);
  };
  std::array<Bank, kMostBanks> banks{};
  uint64_t monotonic_count = 0;  // the highest that was ever installed
};

/// All zero where nothing was kept yet. Malformed: a variable of another size than this has.
Result<FmpState> read_fmp_state(Variables& variables, const Guid& type, uint8_t index);
/// Writes what has changed of it; the count first, so that a loss of power cannot lower it.
Result<void> write_fmp_state(Variables& variables, const Guid& type, uint8_t index, unsigned banks,
                             const FmpState& state);

}  // namespace efi
