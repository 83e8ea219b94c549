// SPDX-License-Identifier: BSD-2-Clause
#include "board/qemu_virt/update.hh"

#include <optional>

#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/common/update.hh"
#include "board/qemu_virt/update_disk.hh"
#include "drivers/cfi_flash.hh"
#include "lib/late.hh"

using namespace std::string_view_literals;

namespace board {
namespace {

// Bank 1 of the machine's flash: 64 MiB, which QEMU keeps in a file. Bank 0 is the secure world's.
constexpr uint64_t kFlash = 0x0400'0000, kFlashSize = 64 << 20;
struct Place {
  uint64_t offset, size;
  std::string_view name;
};
constexpr Place kVariables{0, 0xc'0000, "variables"sv};
constexpr uint64_t kVariablesMagic = 40;  // of its firmware volume
constexpr Place kMetadata[] = {{0xc'0000, 0x4'0000, "flash metadata 1"sv}, {0x10'0000, 0x4'0000, "flash metadata 2"sv}};
constexpr Place kBanks[] = {{0x20'0000, 16 << 20, "flash bank 0"sv}, {0x120'0000, 16 << 20, "flash bank 1"sv}};
constexpr Guid kBankGuids[] = {"3c1b7a5e-52a4-4c0e-8f0a-6d2f1c9be0a1"_guid,
                               "9e4d21c7-0b3f-4f6a-a5d8-17c3e2f4b0b2"_guid};

constexpr Guid kFirmware = "f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"_guid;
constexpr Guid kData = "0c2fb0f8-6b5e-4d0b-9f6d-5d1f6a5f0b7e"_guid;
constexpr efi::ImageDescription kImages[] = {{.type = kFirmware, .name = "firmware"sv, .index = 1},
                                             {.type = kData, .name = "data"sv, .index = 2}};

/// The parts of the flash.
class FlashParts {
 public:
  void bind() { bound_ = true; }
  bool bound() const { return bound_; }
  /// A look that costs nothing: a word of it, before anybody asks what chips these are.
  uint32_t word(uint64_t offset) {
    if (!bound_ || !arch::map(kFlash, kBanks[0].offset, arch::Memory::Device)) return 0;
    return *reinterpret_cast<const volatile uint32_t*>(kFlash + offset);
  }
  /// Not yet asked what they are; nullptr: there are none.
  drivers::CfiFlash* chips() {
    if (!chips_ && bound_ && arch::map(kFlash, kFlashSize, arch::Memory::Device))
      chips_.emplace(kFlash, kFlashSize, 4, arch::time(), "flash1"sv);
    return chips_ ? &*chips_ : nullptr;
  }
  Result<Area*> variables() { return area(variables_, kVariables); }
  Result<Area*> metadata(unsigned copy) { return area(metadata_[copy], kMetadata[copy]); }
  Result<Area*> bank(unsigned bank) { return area(banks_[bank], kBanks[bank]); }

 private:
  Result<Area*> area(std::optional<FlashArea>& to, const Place& place) {
    drivers::CfiFlash* const found = chips();
    if (!found) return failure(Error::NoDevice);
    if (found->size() == 0) CHECK(found->start());
    if (!to) to = TRY(FlashArea::of(*found, place.offset, place.size, place.name));
    return &*to;
  }

  std::optional<drivers::CfiFlash> chips_;
  std::optional<FlashArea> variables_, metadata_[2], banks_[2];
  bool bound_ = false;
};
constinit FlashParts flash;

// The GUIDs of an image's banks on disks: partitions of its type.
Result<std::array<Guid, 2>> banks_on_disk(const Guid& type) {
  return std::array{TRY(partition_of_type(type, 0)), TRY(partition_of_type(type, 1))};
}

class VirtUpdates final : public Updates {
 public:
  VirtUpdates() : Updates(arch::time) {}
  std::span<const efi::ImageDescription> images() const override { return kImages; }
  Area* area(const efi::FwuImage& image, unsigned bank) override {
    const Guid& guid = image.banks[bank].image;
    for (unsigned i = 0; i < std::size(kBankGuids); ++i)
      if (guid == kBankGuids[i]) return flash.bank(i).value_or(nullptr);
    return partition_area(guid).value_or(nullptr);
  }

 private:
  Result<MetadataPlaces> metadata_places(bool anew) override;
  Result<Area*> variables_place(bool anew) override {
    // Nobody asks chips what they are when QEMU was given no file for them: they hold zeros.
    if (!anew && flash.word(kVariablesMagic) == 0) return failure(Error::NotFound);
    return flash.variables();
  }
  efi::Verdict describe_fresh(efi::FwuMetadata& to) override;
};
alignas(VirtUpdates) [[gnu::section(".bss..noinit")]] std::byte updates_memory[sizeof(VirtUpdates)];
constinit Late<VirtUpdates> the_updates{updates_memory};

Result<Updates::MetadataPlaces> VirtUpdates::metadata_places(bool anew) {
  MetadataPlaces copies{};
  for (unsigned copy = 0; copy < 2; ++copy)
    if (const auto found = partition_of_type(efi::kFwuMetadataPartition, copy))
      copies[copy] = TRY(partition_area(*found));
  if (!copies[0] && !copies[1]) {
    if (!anew && flash.word(kMetadata[0].offset) == 0 && flash.word(kMetadata[1].offset) == 0)
      return failure(Error::NotFound);
    for (unsigned copy = 0; copy < 2; ++copy) copies[copy] = TRY(flash.metadata(copy));
  }
  return copies;
}

efi::Verdict VirtUpdates::describe_fresh(efi::FwuMetadata& to) {
  std::array<efi::FwuImagePlace, std::size(kImages)> images{};
  size_t count = 0;
  const auto on_disk = banks_on_disk(kData);
  if (flash.bound()) images[count++] = {kFirmware, {}, kBankGuids};
  if (on_disk) images[count++] = {kData, {}, *on_disk};
  if (const auto made = efi::make_fwu_metadata(std::span(images).first(count), to); !made)
    return REFUSE_ERROR("FWU metadata", made.error(), Unsuccessful);
  return {};
}

}  // namespace

void set_flash() { flash.bind(); }
Flash* flash_chips() { return flash.chips(); }

bool updates_in_use() {
  const uint32_t word = flash.word(kMetadata[0].offset);
  return (word != 0 && word != UINT32_MAX) || flash.word(kVariablesMagic) == 0x4856'465f;  // "_FVH"
}

Result<efi::Platform*> updates() {
  if (!flash.bound()) return failure(Error::NoDevice);
  return &*the_updates;
}

}  // namespace board
