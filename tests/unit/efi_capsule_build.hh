// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/efi_capsule_build.hh - capsules for tests, right unless a test makes them wrong, and sources that
// misbehave.
#pragma once
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "efi/capsule.hh"
#include "efi/capsule_format.hh"

namespace capsule_build {

using Bytes = std::vector<std::byte>;

inline constexpr Guid kType = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"_guid;

template <class T>
void append(Bytes& to, const T& value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  to.insert(to.end(), bytes.begin(), bytes.end());
}
inline void append(Bytes& to, const Bytes& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
inline void append(Bytes& to, const std::string& text) {
  for (const char c : text) to.push_back(std::byte(c));
}

inline Bytes bytes(std::initializer_list<unsigned> values) {
  Bytes all;
  for (const unsigned value : values) all.push_back(std::byte(value));
  return all;
}
inline Bytes text(const std::string& of) {
  Bytes all;
  append(all, of);
  return all;
}

/// One item. Sizes that are given stand in the header instead of the right ones.
struct ItemOf {
  uint32_t version = 3;
  Guid type = kType;
  uint8_t index = 1;
  uint64_t hardware_instance = 0, support = 0;
  Bytes pkcs7 = {};  // with these an EFI_FIRMWARE_IMAGE_AUTHENTICATION stands in front, whatever `support` says
  efi::format::ImageAuthentication authentication = {7, 0, efi::format::ImageAuthentication::kRevision,
                                                     efi::format::ImageAuthentication::kCertificateType,
                                                     efi::kCertTypePkcs7};
  std::optional<uint32_t> length = {};  // dwLength
  Bytes image = text("firmware");       // with what else is signed
  Bytes vendor_code = {};
  std::optional<uint32_t> image_size = {}, vendor_code_size = {};
  uint8_t reserved = 0;

  Bytes build() const {
    Bytes all_image;
    if (!pkcs7.empty() || length) {
      auto header = authentication;
      header.length = length.value_or(uint32_t(header.kCertificateHeader + pkcs7.size()));
      append(all_image, header);
      append(all_image, pkcs7);
    }
    append(all_image, image);

    efi::format::ImageHeader header{};
    header.version = version;
    header.update_image_type_id = type;
    header.update_image_index = index;
    header.reserved[2] = reserved;
    header.update_image_size = image_size.value_or(uint32_t(all_image.size()));
    header.update_vendor_code_size = vendor_code_size.value_or(uint32_t(vendor_code.size()));
    header.update_hardware_instance = hardware_instance;
    header.image_capsule_support = support;
    Bytes all;
    append(all, header);
    all.resize(version >= 1 && version <= 3 ? header.size(version) : sizeof header);
    append(all, all_image);
    append(all, vendor_code);
    return all;
  }
};

struct CapsuleOf {
  Guid guid = efi::kFirmwareManagementCapsule;
  uint32_t header_size = 28, flags = efi::capsule_flags::kPersistAcrossReset;
  std::optional<uint32_t> image_size = {};
  uint32_t version = 1;
  uint16_t drivers = 0;
  std::optional<uint16_t> items_count = {};
  std::vector<ItemOf> items = {ItemOf{}};
  std::vector<std::pair<size_t, uint64_t>> offsets =
      {};           // entries of ItemOffsetList that are other than the right ones
  Bytes body = {};  // of a capsule that is not of the FMP

  Bytes build() const {
    Bytes behind = body;
    if (guid == efi::kFirmwareManagementCapsule) {
      append(behind, efi::format::ManagementHeader{version, drivers, items_count.value_or(uint16_t(items.size()))});
      Bytes contents;
      std::vector<uint64_t> list;
      for (const ItemOf& item : items) {
        list.push_back(behind.size() + 8 * items.size() + contents.size());
        append(contents, item.build());
      }
      for (const auto& [number, offset] : offsets) list.at(number) = offset;
      for (const uint64_t offset : list) append(behind, offset);
      append(behind, contents);
    }
    Bytes all;
    append(all, efi::format::CapsuleHeader{guid, header_size, flags, 0});
    all.resize(header_size > 28 && header_size < 1u << 20 ? header_size : 28);
    append(all, behind);
    const le32 size = image_size.value_or(uint32_t(all.size()));
    std::memcpy(all.data() + 24, &size, sizeof size);
    return all;
  }
};

/// Everything that is read passes by here, and whoever reads beyond the end is remembered.
class WatchedReader : public Reader {
 public:
  explicit WatchedReader(Bytes bytes) : bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size() + more; }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override {
    ++reads;
    if (!within(offset, to.size(), bytes_.size())) {
      outside = true;
      return failure(Error::OutOfRange);
    }
    if (offset >= fails_from) return failure(Error::IoError);
    if (on_read) on_read(bytes_);
    std::copy_n(bytes_.begin() + std::ptrdiff_t(offset), to.size(), to.begin());
    read_bytes += to.size();
    return {};
  }

  std::function<void(Bytes&)> on_read;  // may change them
  uint64_t fails_from = UINT64_MAX;
  uint64_t more = 0;  // bytes that it claims to have, and has not
  unsigned reads = 0;
  uint64_t read_bytes = 0;
  bool outside = false;

 private:
  Bytes bytes_;
};

/// "item 1: dwLength", or "ok".
template <class T>
std::string verdict(const efi::Checked<T>& checked) {
  if (checked) return "ok";
  const efi::Refusal& refusal = checked.error();
  const std::string item = refusal.item() < 0 ? "" : "item " + std::to_string(refusal.item()) + ": ";
  return item + std::string(refusal.check());
}
inline std::string verdict(const Bytes& capsule) {
  MemoryReader source(capsule);
  return verdict(efi::Capsule::open(source));
}
inline std::string verdict(const CapsuleOf& capsule) { return verdict(capsule.build()); }
inline std::string verdict(const ItemOf& item) { return verdict(CapsuleOf{.items = {item}}); }

/// What an extent covers.
inline std::string at(const Bytes& capsule, const efi::Extent& extent) {
  return {reinterpret_cast<const char*>(capsule.data()) + extent.offset, size_t(extent.size)};
}

/// True when all that the item hands out lies within `size` bytes, part behind part.
inline bool is_within(const efi::Item& item, uint64_t size) {
  const auto fits = [size](const efi::Extent& extent) { return within(extent.offset, extent.size, size); };
  uint64_t at = item.signed_bytes.offset;
  if (item.authentication) {
    if (!fits(item.authentication->pkcs7)) return false;
    if (item.authentication->pkcs7.offset + item.authentication->pkcs7.size != at) return false;
  }
  if (item.dependency.size) {
    if (item.dependency.offset != at) return false;
    at += item.dependency.size;
  }
  if (item.payload_header) at += item.payload_header->header_size;
  return fits(item.signed_bytes) && fits(item.dependency) && fits(item.image) && fits(item.vendor_code) &&
         item.image.offset == at && at + item.image.size == item.signed_bytes.offset + item.signed_bytes.size &&
         item.vendor_code.offset == at + item.image.size;
}

}  // namespace capsule_build
