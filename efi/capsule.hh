// SPDX-License-Identifier: BSD-2-Clause
// efi/capsule.hh - a capsule as a view over bytes that was checked once (UEFI 2.10, 8.5.3 and 23.3).
//
// What is refused although others take it, and why:
// * Flags: unknown bits of 31:16. Bits 15:0 belong to the CapsuleGuid: bit 15 of a firmware management capsule is
//   DEN0118's, nothing gives the others a meaning, and one that we do not know may ask for anything.
// * ItemOffsetList: anything but item after item, from the end of the list to the end of the capsule. Bytes that belong
//   to nobody are checked by nobody. Alignment is not asked for; real ones have none.
// * Embedded drivers: code that would run before the update, and no signature covers it.
// * ImageCapsuleSupport: unknown bits, and no dependency bit where the image begins with an expression. No signature
//   covers the bits: cleared on the way, the expression would be written as firmware. An image that reads as one by
//   accident (it begins, for example, 06 0d) needs a payload header in front.
// * 'MSS2' and the like: the digit is that of the header's layout, says EDK2, so what follows cannot be told from it.
#pragma once
#include <optional>

#include "efi/refusal.hh"
#include "lib/guid.hh"
#include "lib/reader.hh"

namespace efi {

constexpr Guid kFirmwareManagementCapsule = "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"_guid;
constexpr Guid kAcceptCapsule = "0c996046-bcc0-4d04-85ec-e1fcedf1c6f8"_guid;  // DEN0118
constexpr Guid kRevertCapsule = "acd58b4b-c0e8-475f-99b5-6b3f7e07aaf0"_guid;  // DEN0118
constexpr Guid kWindowsUxCapsule = "3b8c8162-188c-46a4-aec9-be43f1d65697"_guid;
constexpr Guid kCertTypePkcs7 = "4aafd29d-68df-49ee-8aa9-347d375665a7"_guid;

namespace capsule_flags {
constexpr uint32_t kAcceptByOs = 1u << 15;  // of DEN0118: the new images are on trial until an accept capsule
constexpr uint32_t kPersistAcrossReset = 1u << 16, kPopulateSystemTable = 1u << 17, kInitiateReset = 1u << 18;
}  // namespace capsule_flags

enum class CapsuleKind : uint8_t { FirmwareManagement, Accept, Revert, WindowsUx };

struct CapsuleHeader {
  CapsuleKind kind;
  Guid guid;
  uint32_t header_size, flags, image_size;
};

/// HeaderSize beyond this is no header: a page is seen in the field, and Arm's largest page is this.
constexpr uint32_t kMostHeaderSize = 64 * 1024;

/// A part of the capsule, in bytes from the start of the source; within it, whatever the capsule says.
struct Extent {
  uint64_t offset = 0, size = 0;
};

/// EFI_FIRMWARE_IMAGE_AUTHENTICATION without the PKCS#7 itself.
struct Authentication {
  uint64_t monotonic_count;
  Extent pkcs7;  // with padding, if any
};

/// FMP payload header ('MSS1').
struct PayloadHeader {
  uint32_t header_size, version, lowest_supported_version;
};

/// One payload of a Firmware Management Protocol capsule, as read at one moment.
struct Item {
  uint16_t number;                 // from 0, in the order of the capsule
  uint32_t header_version;         // 1 to 3
  Guid type;                       // UpdateImageTypeId
  uint8_t index;                   // UpdateImageIndex, 1 and up
  uint64_t hardware_instance;      // 0: none named
  uint64_t image_capsule_support;  // bit 0 authentication, bit 1 dependency; 0 before header version 3
  std::optional<Authentication> authentication;
  Extent signed_bytes;  // dependency + payload header + image; where nothing is signed, the same bytes
  Extent dependency;    // with its END; size 0: none
  std::optional<PayloadHeader> payload_header;
  Extent image;        // what is written
  Extent vendor_code;  // size 0: none

  /// Of the payload header; zero where there is none.
  uint32_t version() const { return payload_header ? payload_header->version : 0; }
  uint32_t lowest_supported_version() const { return payload_header ? payload_header->lowest_supported_version : 0; }
};

class Capsule {
 public:
  /// Reads and checks all that can be known without keys and without a platform: headers, flags, offsets, sizes,
  /// overlap, order, gaps, versions, reserved fields, form of dependency expressions, embedded drivers (refused), the
  /// checksum of a Windows UX capsule, the form of accept and revert capsules. The source stays the caller's; the
  /// capsule is all of it: bytes after CapsuleImageSize are refused. An item is authenticated where ImageCapsuleSupport
  /// says so, or, before header version 3, where an EFI_FIRMWARE_IMAGE_AUTHENTICATION by its revision and types stands
  /// at its start. What is inside of a PKCS#7 is not looked at here, and its size is the capsule's word.
  /// Refusals are of Status::InvalidFormat; Unsuccessful: the source could not be read.
  static Checked<Capsule> open(Reader& source);

  const CapsuleHeader& header() const { return header_; }
  unsigned items() const { return items_; }  // 0 unless it is of the Firmware Management Protocol
  /// Item `number`, read and checked again: the source may have changed. Costs a few short reads, whatever `number` is.
  /// The extents lie within the source, in this order and without gaps: PKCS#7, dependency, payload header, image,
  /// vendor code. Refusals name the item.
  Checked<Item> item(unsigned number) const;
  /// The image type that an accept capsule accepts; zero otherwise.
  const Guid& accepts() const { return accepts_; }
  Reader& source() const { return *source_; }

 private:
  Reader* source_ = nullptr;
  CapsuleHeader header_{};
  Guid accepts_;
  uint16_t items_ = 0;
};

}  // namespace efi
