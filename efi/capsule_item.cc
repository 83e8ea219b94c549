// SPDX-License-Identifier: BSD-2-Clause
// efi/capsule_item.cc
#include "efi/capsule_item.hh"

#include <algorithm>

namespace efi {

namespace {

/// Takes `size` bytes off the front of `rest`, which has them.
Extent take(Extent& rest, uint64_t size) {
  const Extent taken{rest.offset, size};
  rest.offset += size;
  rest.size -= size;
  return taken;
}

/// Where item `number` lies. Its offset counts from the header of the FMP; it ends where the next one begins.
Verdict find_item(Reader& source, const CapsuleHeader& capsule, unsigned items, unsigned number, Extent& to) {
  using Header = format::ManagementHeader;
  const uint64_t all = capsule.image_size - capsule.header_size, first = sizeof(Header) + items * Header::kOffset;
  le64 offsets[2] = {0, all};
  const uint64_t place = capsule.header_size + sizeof(Header) + uint64_t{number} * Header::kOffset;
  CHECK_VERDICT(
      read_capsule(source, place, std::as_writable_bytes(std::span(offsets)).first(number + 1 == items ? 8 : 16)));
  const uint64_t begin = offsets[0], end = offsets[1];
  if (number >= items || (number ? begin <= first : begin != first) || begin >= end || end > all)
    return REFUSE("ItemOffsetList", "not ascending from its end to the capsule's", InvalidFormat);
  to = {capsule.header_size + begin, end - begin};
  return {};
}

/// The first bytes of `rest`, as many as there are and `to` has room for.
Verdict read_front(Reader& source, const Extent& rest, std::span<std::byte> to) {
  return read_capsule(source, rest.offset, to.first(std::min<size_t>(to.size(), size_t(rest.size))));
}

/// Takes the image header off `rest` and leaves the image there, authentication included, without the vendor code.
Verdict take_header(const format::ImageHeader& header, Extent& rest, Item& to) {
  const uint32_t version = header.version;
  if (version - 1 >= header.kVersion) return REFUSE("image header Version", "not 1, 2 or 3", InvalidFormat);
  if (rest.size < header.size(version)) return REFUSE("image header", "cut", InvalidFormat);
  if (header.reserved[0] | header.reserved[1] | header.reserved[2])
    return REFUSE("reserved bytes", "not zero", InvalidFormat);
  if (header.update_image_index == 0) return REFUSE("UpdateImageIndex", "zero", InvalidFormat);
  const uint64_t support = version < 3 ? 0 : uint64_t{header.image_capsule_support};
  if (support & ~(header.kAuthentication | header.kDependency))
    return REFUSE("ImageCapsuleSupport", "unknown bits", InvalidFormat);

  take(rest, header.size(version));
  if (uint64_t{header.update_image_size} + header.update_vendor_code_size != rest.size)
    return REFUSE("UpdateImageSize", "with the vendor code not the item's", InvalidFormat);
  rest.size = header.update_image_size;
  to.vendor_code = {rest.offset + rest.size, header.update_vendor_code_size};
  to.header_version = version;
  to.type = header.update_image_type_id;
  to.index = header.update_image_index;
  to.hardware_instance = version < 2 ? 0 : uint64_t{header.update_hardware_instance};
  to.image_capsule_support = support;
  return {};
}

Verdict take_authentication(const format::ImageAuthentication& header, Extent& rest, Item& to) {
  const bool is_said = to.image_capsule_support & format::ImageHeader::kAuthentication;
  if (!is_said && to.header_version >= 3) return {};
  const bool is_cut = rest.size < sizeof header;
  const bool is_right = header.revision == header.kRevision && header.certificate_type == header.kCertificateType;
  const bool is_pkcs7 = header.cert_type == kCertTypePkcs7;
  if (is_cut || !is_right || !is_pkcs7) {
    if (!is_said) return {};
    if (is_cut) return REFUSE("authentication header", "cut", InvalidFormat);
    if (!is_right) return REFUSE("wRevision, wCertificateType", "not 0x0200, 0x0ef1", InvalidFormat);
    return REFUSE("CertType", "not EFI_CERT_TYPE_PKCS7_GUID", InvalidFormat);
  }
  take(rest, sizeof header);
  const uint32_t size = header.length - header.kCertificateHeader;
  if (header.length <= header.kCertificateHeader || size > rest.size)
    return REFUSE("dwLength", "no PKCS#7, or beyond the image", InvalidFormat);
  to.authentication = Authentication{header.monotonic_count, take(rest, size)};
  return {};
}

/// The payload header is told by its signature alone, for that is signed with the image.
Verdict take_payload_header(const format::PayloadHeader& header, Extent& rest, Item& to) {
  const uint32_t other = header.signature ^ header.kSignature;
  if (other & 0xffffff) return {};
  if (other) {
    if ((header.signature >> 24) - '0' < 10) return REFUSE("payload header", "of an unknown layout", InvalidFormat);
    return {};
  }
  if (header.header_size < sizeof header || header.header_size > rest.size)
    return REFUSE("payload header HeaderSize", "less than 16, or beyond the image", InvalidFormat);
  take(rest, header.header_size);
  to.payload_header = PayloadHeader{header.header_size, header.fw_version, header.lowest_supported_version};
  return {};
}

}  // namespace

Verdict read_capsule(Reader& source, uint64_t offset, std::span<std::byte> to) {
  if (const auto read = source.read(offset, to); !read) return REFUSE_ERROR("capsule", read.error(), Unsuccessful);
  return {};
}

Verdict read_signed(std::span<const std::byte> front, Item& to) {
  Extent rest = to.signed_bytes;
  front = front.first(std::min<size_t>(front.size(), size_t(rest.size)));
  to.dependency = {};
  DependencyOutcome dependency{};
  const Verdict is_one = walk_dependency(front, nullptr, dependency);
  if (to.image_capsule_support & format::ImageHeader::kDependency) {
    CHECK_VERDICT(is_one);
    to.dependency = take(rest, dependency.size);
  } else if (is_one) {
    return REFUSE("ImageCapsuleSupport", "hides a dependency expression", InvalidFormat);
  }

  format::PayloadHeader payload{};  // an image that is too short for it has zeros
  front = front.subspan(size_t(to.dependency.size));
  __builtin_memcpy(&payload, front.data(), std::min(front.size(), sizeof payload));
  to.payload_header.reset();
  CHECK_VERDICT(take_payload_header(payload, rest, to));
  to.image = rest;
  return {};
}

Verdict read_item(Reader& source, const CapsuleHeader& capsule, unsigned items, unsigned number, Item& to) {
  Extent all;
  CHECK_VERDICT(find_item(source, capsule, items, number, all));
  to.number = uint16_t(number);

  // One piece of memory for all that is looked at. What an item is too short for reads as zero.
  std::array<std::byte, kMostFront> memory{};
  const auto copy = [&memory]<class T>(T& to_be, size_t offset) -> const T& {
    __builtin_memcpy(&to_be, memory.data() + offset, sizeof to_be);
    return to_be;
  };
  format::ImageHeader image;
  format::ImageAuthentication authentication;
  CHECK_VERDICT(read_front(source, all, std::span(memory).first(sizeof image + sizeof authentication)));
  CHECK_VERDICT(take_header(copy(image, 0), all, to));
  CHECK_VERDICT(take_authentication(copy(authentication, image.size(to.header_version)), all, to));
  to.signed_bytes = all;

  CHECK_VERDICT(read_front(source, all, memory));
  return read_signed(memory, to);
}

}  // namespace efi
