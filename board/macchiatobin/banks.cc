// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/banks.hh"

#include "board/macchiatobin/boot_copy.hh"

using namespace std::string_view_literals;

namespace board {
namespace {

using efi::Checked, efi::Verdict;

constexpr Guid kFirmware = "5f6ad4f1-7c3e-4d0b-9a52-1e8b6d4c2f70"_guid;
constexpr efi::ImageDescription kImages[] = {{.type = kFirmware, .name = "firmware"sv, .index = 1}};
constexpr Guid kBankGuids[] = {"c41d2b86-0e97-4b1a-8f25-6a3d9e7c5b10"_guid,
                               "2a9f6e3d-5b84-4c7e-b1d0-93f8e2a7c641"_guid};
constexpr unsigned kBoot0 = 1;  // of MmcCard::BootPartition; boot1 follows

// Which boot partition `bank` of the metadata lies in. NotFound: in none.
Result<unsigned> number_of(const efi::FwuMetadata& metadata, unsigned bank) {
  const efi::FwuImage* const image = metadata.find(kFirmware);
  for (unsigned number = 0; image && number < std::size(kBankGuids); ++number)
    if (image->banks[bank].image == kBankGuids[number]) return number;
  return failure(Error::NotFound);
}

Result<BootImageHeader> header_of(const Result<Area*>& area) {
  BootImageHeader header;
  CHECK((*TRY(area)).read(0, std::as_writable_bytes(std::span(&header, 1))));
  return header;
}

bool equal(const BootImageHeader& a, const BootImageHeader& b) { return __builtin_memcmp(&a, &b, sizeof(a)) == 0; }

uint32_t word_at(Flash& flash, uint64_t offset) {
  le32 word;
  return flash.read(offset, std::as_writable_bytes(std::span(&word, 1))) ? uint32_t(word) : UINT32_MAX;
}

constexpr uint64_t kPart = kVariables.size / 3;

}  // namespace

bool updates_kept(Flash& flash) {
  if (!flash.start()) return false;
  for (const FlashPlace& copy : kMetadata)
    if (const uint32_t version = word_at(flash, copy.offset + 4); version == 1 || version == 2) return true;
  return word_at(flash, kVariables.offset + 40) == 0x4856'465f;  // "_FVH"
}

std::span<const efi::ImageDescription> Banks::images() const { return kImages; }

Result<Area*> Banks::part(std::optional<FlashArea>& to, const FlashPlace& place, std::string_view name) {
  if (!to) {
    CHECK(flash_.start());
    to = TRY(FlashArea::of(flash_, place.offset, place.size, name));
  }
  return &*to;
}

Result<Area*> Banks::bank(unsigned number) {
  if (!banks_[number]) {
    CHECK(card_.start());
    const auto name = number ? "boot1"sv : "boot0"sv;
    BlockDevice* area = card_.area(0);
    for (size_t next = 1; area && !area->name().ends_with(name); ++next) area = card_.area(next);
    if (!area) return failure(Error::NoDevice);
    banks_[number].emplace(*area);
  }
  return &*banks_[number];
}

Result<MmcCard::BootPartition> Banks::selected() {
  CHECK(card_.start());
  return card_.boot_partition();
}

Area* Banks::area(const efi::FwuImage& image, unsigned bank_number) {
  for (unsigned number = 0; number < std::size(kBankGuids); ++number)
    if (image.banks[bank_number].image == kBankGuids[number]) return bank(number).value_or(nullptr);
  return nullptr;
}

Result<Updates::MetadataPlaces> Banks::metadata_places(bool anew) {
  const auto blank = [&](const FlashPlace& copy) { return word_at(flash_, copy.offset) == UINT32_MAX; };
  CHECK(flash_.start());
  if (!anew && blank(kMetadata[0]) && blank(kMetadata[1])) return failure(Error::NotFound);
  return MetadataPlaces{TRY(part(metadata_[0], kMetadata[0], "metadata 1"sv)),
                        TRY(part(metadata_[1], kMetadata[1], "metadata 2"sv))};
}

// What is blank was never used: a look at it is no reason to write there. While variables are packed anew their volume
// is blank and one of the other parts is not.
Result<Area*> Banks::variables_place(bool anew) {
  Area* const area = TRY(part(variables_, kVariables, "variables"sv));
  if (!anew && word_at(flash_, kVariables.offset + 40) == UINT32_MAX &&
      word_at(flash_, kVariables.offset + kPart) == UINT32_MAX &&
      word_at(flash_, kVariables.offset + 2 * kPart + 40) == UINT32_MAX)
    return failure(Error::NotFound);
  return area;
}

Verdict Banks::describe_fresh(efi::FwuMetadata& to) {
  const auto config = selected();
  if (!config) return REFUSE_ERROR("boot partition", config.error(), Unsuccessful);
  const unsigned active = config->partition - kBoot0;
  if (active >= std::size(kBankGuids))
    return REFUSE("boot partition", "none is selected: mmc partconf selects the one that has a boot image",
                  Unsuccessful);
  const auto area = bank(active);
  if (!area) return REFUSE_ERROR("boot partition", area.error(), Unsuccessful);
  if (const auto image = check_boot_image(**area, memory()); !image) {
    if (image.error().error() != Error{}) return std::unexpected(image.error());
    return REFUSE("boot partition", "the selected one has no sound boot image: write one there first, by mmc write",
                  Unsuccessful);
  }
  const efi::FwuImagePlace places[] = {{kFirmware, {}, kBankGuids}};
  if (const auto made = efi::make_fwu_metadata(places, to, active); !made)
    return REFUSE_ERROR("FWU metadata", made.error(), Unsuccessful);
  return {};
}

Verdict Banks::look(const efi::ImageDescription&, uint64_t at, std::span<const std::byte> bytes, uint64_t size) {
  if (size > kBootCopy.size) return REFUSE("boot image", "larger than its place in SPI NOR", InsufficientResources);
  if (at == 0) check_ = BootImageCheck(size);
  CHECK_VERDICT(check_.update(bytes));
  return at + bytes.size() < size ? Verdict() : check_.finish();
}

Checked<bool> Banks::select(const efi::FwuMetadata& metadata) {
  const auto number = number_of(metadata, metadata.active);
  auto config = number ? selected() : failure(number.error());
  if (!config) return REFUSE_ERROR("boot partition", config.error(), Unsuccessful);
  if (config->partition == kBoot0 + *number) return false;
  config->partition = uint8_t(kBoot0 + *number);
  if (const auto set = card_.set_boot_partition(*config); !set)
    return REFUSE_ERROR("boot partition", set.error(), Unsuccessful);
  return true;
}

Verdict Banks::mirror(const efi::FwuMetadata& metadata, bool thorough) {
  const auto number = number_of(metadata, metadata.active);
  const auto from = number ? bank(*number) : failure(number.error());
  const auto wanted = header_of(from);
  if (!wanted) return REFUSE_ERROR("active bank", wanted.error(), Unsuccessful);
  const auto to = part(copy_, kBootCopy, "boot image"sv);
  const auto there = header_of(to);
  if (!there) return REFUSE_ERROR("copy in SPI NOR", there.error(), Unsuccessful);
  // Asked before it is begun: what is protected in part would be left without any image.
  const auto locked = flash_.protected_range();
  const bool is_locked = locked && locked->size && locked->offset < kBootCopy.size;
  if (equal(*wanted, *there) && (is_locked || !thorough)) return {};
  if (is_locked) return REFUSE_ERROR("copy in SPI NOR", Error::ReadOnly, Unsuccessful);
  return copy_boot_image(*this, **from, **to);
}

void Banks::describe(Output& out, const efi::FwuMetadata& metadata) {
  if (const auto config = selected(); !config)
    print_to(out, "boot partition: {}\n", config.error());
  else if (config->partition - kBoot0 < std::size(kBankGuids))
    print_to(out, "boot partition: {}boot{}\n", card_.name(), config->partition - kBoot0);
  else
    print_to(out, "boot partition: neither boot0 nor boot1 ({})\n", config->partition);
  const auto there = header_of(part(copy_, kBootCopy, "boot image"sv));
  print_to(out, "copy in SPI NOR: ");
  if (!there) return print_to(out, "{}\n", there.error());
  if (!check_header(*there, kBootCopy.size)) return print_to(out, "no boot image\n");
  for (unsigned bank_number = 0; bank_number < metadata.banks; ++bank_number) {
    const auto number = number_of(metadata, bank_number);
    const auto header = number ? header_of(bank(*number)) : failure(number.error());
    if (header && equal(*header, *there))
      return print_to(out, "as bank {}{}\n", bank_number, bank_number == metadata.active ? ", the active one"sv : ""sv);
  }
  print_to(out, "another boot image\n");
}

}  // namespace board
