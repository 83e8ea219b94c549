// SPDX-License-Identifier: BSD-2-Clause
#include "efi/fwu_metadata.hh"

#include <cstddef>

#include "lib/crc32.hh"
#include "lib/le.hh"

namespace efi {
namespace {

// DEN0118 A (v1) begins with these; B (v2) has more of them, and the images after its store descriptor.
struct Header {
  le32 crc;  // of all that follows
  le32 version;
  le32 active;
  le32 previous;
};
struct HeaderV2 : Header {
  le32 size;  // of all
  le16 descriptor;
  le16 reserved1;
  std::array<BankState, kMostBanks> states;
  le32 reserved2;
  uint8_t banks;
  uint8_t reserved3;
  le16 images;
  le16 image_size;
  le16 bank_size;
};
static_assert(sizeof(Header) == 16 && sizeof(HeaderV2) == 40);
static_assert(offsetof(FwuImage, banks) == 32 && sizeof(FwuBankInfo) == 24 && offsetof(FwuBankInfo, accepted) == 16);

constexpr unsigned kBanksV1 = 2;
constexpr uint16_t kDescriptor = 0x20;

size_t image_size(unsigned banks) { return offsetof(FwuImage, banks) + banks * sizeof(FwuBankInfo); }

bool known(BankState state) {
  return state == BankState::Accepted || state == BankState::Valid || state == BankState::Invalid;
}

}  // namespace

FwuImage* FwuMetadata::find(const Guid& type) {
  for (unsigned i = 0; i < images; ++i)
    if (image[i].type == type) return &image[i];
  return nullptr;
}
const FwuImage* FwuMetadata::find(const Guid& type) const { return const_cast<FwuMetadata*>(this)->find(type); }

bool FwuMetadata::accepted(unsigned bank) const {
  for (unsigned i = 0; i < images; ++i)
    if (!image[i].banks[bank].accepted) return false;
  return true;
}

Result<void> parse_fwu_metadata(std::span<const std::byte> bytes, unsigned images_v1, FwuMetadata& to) {
  HeaderV2 header;
  if (bytes.size() < sizeof(header)) return failure(Error::Malformed);  // the smallest v1 is longer
  __builtin_memcpy(&header, bytes.data(), sizeof(header));
  const bool v2 = header.version == 2;
  if (!v2 && header.version != 1) return failure(Error::Malformed);
  const unsigned banks = v2 ? header.banks : kBanksV1, images = v2 ? unsigned(header.images) : images_v1;
  if (banks - 1 >= kMostBanks || images - 1 >= kMostFwuImages) return failure(Error::Malformed);
  if (header.active >= banks || header.previous >= banks) return failure(Error::Malformed);
  size_t at = v2 ? sizeof(HeaderV2) : sizeof(Header);
  size_t size = at + images * image_size(banks);
  bool vendor = false;
  if (v2) {
    if (header.descriptor != kDescriptor || header.image_size != image_size(banks) ||
        header.bank_size != sizeof(FwuBankInfo) || header.size < size)
      return failure(Error::Malformed);
    for (unsigned bank = 0; bank < banks; ++bank)
      if (!known(header.states[bank])) return failure(Error::Malformed);
    vendor = header.size != size;
    size = header.size;
  }
  if (vendor && size > kMostFwuMetadata) return failure(Error::NotSupported);
  if (bytes.size() < size) return failure(Error::Malformed);
  if (crc32(bytes.first(size).subspan(sizeof(header.crc))) != header.crc) return failure(Error::CheckFailed);
  if (vendor) return failure(Error::NotSupported);

  to.version = header.version;
  to.active = uint8_t(header.active);
  to.previous = uint8_t(header.previous);
  to.banks = uint8_t(banks);
  to.images = uint8_t(images);
  to.image = {};
  for (unsigned i = 0; i < images; ++i) {
    FwuImage& image = to.image[i];
    __builtin_memcpy(&image, &bytes[at], image_size(banks));
    at += image_size(banks);
    for (FwuBankInfo& bank : image.banks) {
      uint64_t word;  // bit 0 is accepted, all others are reserved
      __builtin_memcpy(&word, &bank.accepted, sizeof(word));
      word &= 1;
      __builtin_memcpy(&bank.accepted, &word, sizeof(word));
    }
  }
  for (unsigned bank = 0; bank < kMostBanks; ++bank)
    to.states[bank] = bank >= banks       ? BankState::Invalid
                      : v2                ? header.states[bank]
                      : to.accepted(bank) ? BankState::Accepted
                      : bank == to.active ? BankState::Valid
                                          : BankState::Invalid;
  return {};
}

Result<void> make_fwu_metadata(std::span<const FwuImagePlace> images, FwuMetadata& to, unsigned active) {
  if (images.size() - 1 >= kMostFwuImages) return failure(Error::InvalidParameters);
  const size_t banks = images[0].banks.size();
  if (banks - 1 >= kMostBanks || active >= banks) return failure(Error::InvalidParameters);
  to = {};
  to.version = 2;
  to.banks = uint8_t(banks);
  to.images = uint8_t(images.size());
  to.states.fill(BankState::Invalid);
  to.active = to.previous = uint8_t(active);
  to.states[active] = BankState::Accepted;
  for (size_t i = 0; i < images.size(); ++i) {
    if (images[i].banks.size() != banks) return failure(Error::InvalidParameters);
    FwuImage& image = to.image[i];
    image.type = images[i].type;
    image.location = images[i].location;
    for (size_t bank = 0; bank < banks; ++bank) image.banks[bank].image = images[i].banks[bank];
    image.banks[active].accepted = true;
  }
  return {};
}

size_t write_fwu_metadata(const FwuMetadata& metadata, std::span<std::byte> to) {
  const bool v2 = metadata.version == 2;
  size_t at = v2 ? sizeof(HeaderV2) : sizeof(Header);
  const size_t size = at + metadata.images * image_size(metadata.banks);
  HeaderV2 header{};
  header.version = metadata.version;
  header.active = metadata.active;
  header.previous = metadata.previous;
  // In v1 the first image lies over these.
  header.size = uint32_t(size);
  header.descriptor = kDescriptor;
  header.states = metadata.states;
  header.banks = metadata.banks;
  header.images = metadata.images;
  header.image_size = uint16_t(image_size(metadata.banks));
  header.bank_size = sizeof(FwuBankInfo);
  __builtin_memcpy(to.data(), &header, sizeof(header));
  for (unsigned i = 0; i < metadata.images; ++i) {
    __builtin_memcpy(&to[at], &metadata.image[i], image_size(metadata.banks));
    at += image_size(metadata.banks);
  }
  const le32 crc = crc32(to.first(size).subspan(sizeof(crc)));
  __builtin_memcpy(to.data(), &crc, sizeof(crc));
  return size;
}

}  // namespace efi
