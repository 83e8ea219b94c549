// SPDX-License-Identifier: BSD-2-Clause
// efi/esrt.hh - EFI_SYSTEM_RESOURCE_TABLE (UEFI 2.10, 23.4): what an operating system learns of the firmware's images.
#pragma once
#include <span>

#include "efi/refusal.hh"
#include "lib/guid.hh"

namespace efi {

constexpr Guid kEsrt = "b122a263-3661-4f68-9929-78f8b0d62180"_guid;

struct EsrtEntry {
  enum class Type : uint32_t { Unknown = 0, System = 1, Device = 2, UefiDriver = 3 };

  Guid image;  // FwClass: the image type GUID of capsules
  Type type = Type::System;
  uint32_t version = 0, lowest_supported_version = 0;
  uint32_t capsule_flags = 0;
  uint32_t last_attempt_version = 0;
  uint32_t last_attempt_status = uint32_t(Status::Success);  // vendors have some of their own
};

constexpr size_t kEsrtHeader = 16, kEsrtEntry = 40;  // bytes
constexpr size_t esrt_size(size_t entries) { return kEsrtHeader + entries * kEsrtEntry; }

/// Builds the table; returns its bytes. NoSpace: `to` is smaller than esrt_size().
Result<size_t> write_esrt(std::span<const EsrtEntry> entries, std::span<std::byte> to);
/// Takes a table apart; returns the number of entries. Malformed: another version, more entries than its own maximum
/// or than lie in `bytes`, a type that there is not; NoSpace: more than `to` has.
Result<size_t> parse_esrt(std::span<const std::byte> bytes, std::span<EsrtEntry> to);

}  // namespace efi
