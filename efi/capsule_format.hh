// SPDX-License-Identifier: BSD-2-Clause
// efi/capsule_format.hh - the structures of a capsule as they lie in it: little-endian, at any alignment, so they are
// copied before they are looked at.
#pragma once
#include "lib/guid.hh"
#include "lib/le.hh"

namespace efi::format {

/// EFI_CAPSULE_HEADER (UEFI 2.10, 8.5.3). HeaderSize may be more: 32 and 4096 are seen, what is in between is nothing.
struct CapsuleHeader {
  Guid capsule_guid;
  le32 header_size, flags, capsule_image_size;
};
static_assert(sizeof(CapsuleHeader) == 28);

/// EFI_FIRMWARE_MANAGEMENT_CAPSULE_HEADER (23.3.2); offsets of 64 bits follow, counted from here, drivers first.
struct ManagementHeader {
  static constexpr uint32_t kVersion = 1, kOffset = 8;
  le32 version;
  le16 embedded_driver_count, payload_item_count;
};
static_assert(sizeof(ManagementHeader) == 8);

/// EFI_FIRMWARE_MANAGEMENT_CAPSULE_IMAGE_HEADER (23.3.2). The image follows, then the vendor code.
struct ImageHeader {
  static constexpr uint32_t kVersion = 3;
  static constexpr uint64_t kAuthentication = 1, kDependency = 2;  // image_capsule_support
  static constexpr uint32_t size(uint32_t version) { return 24 + 8 * version; }
  le32 version;
  Guid update_image_type_id;
  uint8_t update_image_index;
  uint8_t reserved[3];
  le32 update_image_size, update_vendor_code_size;
  le64 update_hardware_instance;  // version 2 and up
  le64 image_capsule_support;     // version 3
};
static_assert(sizeof(ImageHeader) == 48 && ImageHeader::size(1) == 32 && ImageHeader::size(3) == 48);

/// EFI_FIRMWARE_IMAGE_AUTHENTICATION (23.1): the count, then WIN_CERTIFICATE_UEFI_GUID (32.2.4). The PKCS#7 follows.
struct ImageAuthentication {
  static constexpr uint16_t kRevision = 0x0200, kCertificateType = 0x0ef1;
  static constexpr uint32_t kCertificateHeader = 24;  // of dwLength, what is no PKCS#7
  le64 monotonic_count;
  le32 length;  // dwLength
  le16 revision, certificate_type;
  Guid cert_type;
};
static_assert(sizeof(ImageAuthentication) == 8 + ImageAuthentication::kCertificateHeader);

/// EDK2's FMP_PAYLOAD_HEADER, which the UEFI specification does not have. More fields may follow, as header_size says.
struct PayloadHeader {
  static constexpr uint32_t kSignature = 0x3153534d;  // "MSS1"
  le32 signature, header_size, fw_version, lowest_supported_version;
};
static_assert(sizeof(PayloadHeader) == 16);

/// What follows the header of a Windows UX capsule ("Windows UEFI firmware update platform"); then a bitmap.
struct DisplayCapsule {
  static constexpr uint8_t kVersion = 1;
  uint8_t version, checksum, image_type, reserved;
  le32 mode, offset_x, offset_y;
};
static_assert(sizeof(DisplayCapsule) == 16);

}  // namespace efi::format
