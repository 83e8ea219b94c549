// SPDX-License-Identifier: BSD-2-Clause
// efi/capsule_report.hh - what became of capsules, for an operating system to read (UEFI 2.10, 8.5.6): the variables
// Capsule0000 and on, CapsuleLast, which names the latest, and CapsuleMax, after which numbers begin at 0 again.
#pragma once
#include "efi/refusal.hh"
#include "efi/variables.hh"

namespace efi {

/// As many records are kept where CapsuleMax does not say otherwise: they share the store with what matters more.
constexpr uint16_t kUsualCapsuleMax = 15;
constexpr size_t kMostReportFile = 64;  // characters

/// One item of a capsule of the Firmware Management Protocol; other capsules have none.
struct ReportItem {
  uint8_t payload = 0;  // counted from 0
  uint8_t index = 0;    // UpdateImageIndex
  Guid type;            // UpdateImageTypeId
};

struct CapsuleReport {
  Guid capsule;  // of the capsule header
  Status status = Status::Success;
  bool has_item = false;
  ReportItem item{};
  std::string_view file{};  // ASCII; of the disk, where it came from one
};

/// Writes one record, then CapsuleLast; returns its number. CapsuleMax is written where there is none. The time is all
/// zero: nothing here has a clock. Errors: InvalidParameters: a file name too long; those of set().
Result<uint16_t> write_capsule_report(Variables& variables, const CapsuleReport& report);

/// What is read back: of records that others wrote too.
struct CapsuleRecord {
  Guid capsule;
  uint64_t status = 0;  // EFI_STATUS
  bool has_item = false;
  ReportItem item{};
};
/// NotFound: there is no record of that number; Malformed: sizes that no record has.
Result<CapsuleRecord> read_capsule_report(Variables& variables, uint16_t number);
/// The number of the latest. NotFound: none was ever written; Malformed.
Result<uint16_t> last_capsule_report(Variables& variables);
/// The number that the next one gets. Malformed: CapsuleMax or CapsuleLast that names no record.
Result<uint16_t> next_capsule_report(Variables& variables);

/// As EDK2's firmware reports it: EFI_SECURITY_VIOLATION for what does not authenticate, and so on.
uint64_t efi_status(Status status);
/// "success", "security violation"; "error" for one that reports have no use for.
std::string_view efi_status_text(uint64_t status);

}  // namespace efi
