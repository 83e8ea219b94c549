// SPDX-License-Identifier: BSD-2-Clause
// efi/capsule.cc
#include "efi/capsule.hh"

#include "efi/capsule_format.hh"
#include "efi/capsule_item.hh"
#include "efi/windows_ux.hh"

namespace efi {

namespace {

/// In the order of CapsuleKind.
constexpr Guid kKinds[] = {kFirmwareManagementCapsule, kAcceptCapsule, kRevertCapsule, kWindowsUxCapsule};

Verdict read_header(Reader& source, CapsuleHeader& to) {
  format::CapsuleHeader header;
  const uint64_t all = source.size();
  if (all < sizeof header) return REFUSE("capsule header", "cut", InvalidFormat);
  CHECK_VERDICT(read_capsule(source, 0, header));
  unsigned kind = 0;
  while (kKinds[kind] != header.capsule_guid)
    if (++kind == std::size(kKinds)) return REFUSE("CapsuleGuid", "no known kind", InvalidFormat);
  to = {CapsuleKind(kind), header.capsule_guid, header.header_size, header.flags, header.capsule_image_size};

  if (to.image_size != all) return REFUSE("CapsuleImageSize", "not the bytes there are", InvalidFormat);
  if (to.header_size < sizeof header) return REFUSE("HeaderSize", "less than 28", InvalidFormat);
  if (to.header_size > kMostHeaderSize || to.header_size > all)
    return REFUSE("HeaderSize", "beyond the capsule, or 64 KiB", InvalidFormat);

  using namespace capsule_flags;
  uint32_t known = kPersistAcrossReset | kPopulateSystemTable | kInitiateReset;
  if (to.kind == CapsuleKind::FirmwareManagement) known |= kAcceptByOs;
  if (to.flags & ~known) return REFUSE("Flags", "unknown bits", InvalidFormat);
  if (to.flags & (kPopulateSystemTable | kInitiateReset) && !(to.flags & kPersistAcrossReset))
    return REFUSE("Flags", "populate or reset, and not persist", InvalidFormat);
  return {};
}

Verdict read_management_header(Reader& source, const CapsuleHeader& capsule, uint16_t& items) {
  format::ManagementHeader header;
  const uint32_t room = capsule.image_size - capsule.header_size;
  if (room < sizeof header) return REFUSE("FMP header", "cut", InvalidFormat);
  CHECK_VERDICT(read_capsule(source, capsule.header_size, header));
  if (header.version != header.kVersion) return REFUSE("FMP header Version", "not 1", InvalidFormat);
  if (header.embedded_driver_count) return REFUSE("EmbeddedDriverCount", "drivers are not run here", InvalidFormat);
  items = header.payload_item_count;
  if (items == 0 || items > (room - sizeof header) / format::ManagementHeader::kOffset)
    return REFUSE("PayloadItemCount", "zero, or too many", InvalidFormat);
  return {};
}

}  // namespace

Checked<Capsule> Capsule::open(Reader& source) {
  Capsule capsule;
  capsule.source_ = &source;
  CapsuleHeader& header = capsule.header_;
  CHECK_CHECKED(read_header(source, header));
  const uint32_t left = header.image_size - header.header_size;
  switch (header.kind) {
    case CapsuleKind::FirmwareManagement:
      CHECK_CHECKED(read_management_header(source, header, capsule.items_));
      for (unsigned number = 0; number < capsule.items_; ++number) CHECK_CHECKED(capsule.item(number));
      break;
    case CapsuleKind::Accept:
      if (left == sizeof accepts_) CHECK_CHECKED(read_capsule(source, header.header_size, capsule.accepts_));
      if (capsule.accepts_ == Guid{}) return REFUSE("accept capsule", "not exactly one image type", InvalidFormat);
      break;
    case CapsuleKind::Revert:
      if (left) return REFUSE("revert capsule", "bytes behind its header", InvalidFormat);
      break;
    case CapsuleKind::WindowsUx: CHECK_CHECKED(check_windows_ux(source, header.header_size, header.image_size)); break;
  }
  return capsule;
}

Checked<Item> Capsule::item(unsigned number) const {
  Item item{};
  const Verdict verdict = read_item(*source_, header_, items_, number, item);
  if (!verdict) return std::unexpected(verdict.error().of_item(number));
  return item;
}

}  // namespace efi
