// SPDX-License-Identifier: BSD-2-Clause
// shell/esrt.cc - what an operating system would be told of the firmware's images (UEFI 2.10, 23.4).
#include "efi/esrt.hh"
#include "efi/capsule.hh"
#include "efi/platform.hh"
#include "lib/console.hh"
#include "shell/capsule.hh"
#include "shell/listing.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

std::string_view text(uint32_t status) {
  constexpr std::string_view kTexts[] = {"success"sv, "unsuccessful"sv, "no resources"sv, "version"sv,     "format"sv,
                                         "auth"sv,    "no power"sv,     "battery low"sv,  "dependencies"sv};
  return status < std::size(kTexts) ? kTexts[status] : "unknown"sv;
}

/// Of the images that this machine has; returns how many.
Result<size_t> entries_of(const Call& call, std::span<efi::EsrtEntry> to) {
  efi::Platform& platform = *TRY(platform_of(call));
  const auto store = platform.store();
  const efi::FwuMetadata* const metadata = store ? &(*store)->metadata() : nullptr;
  about("variables"sv);
  size_t count = 0;
  for (const efi::ImageDescription& image : platform.images()) {
    if (count == to.size() || (metadata && !metadata->find(image.type))) continue;
    const efi::Installed is = TRY(efi::installed(platform, image));
    const auto& bank = is.state.banks[metadata ? metadata->active : 0];
    to[count++] = {.image = image.type,
                   .version = is.version,
                   .lowest_supported_version = is.lowest_supported_version,
                   .capsule_flags = efi::capsule_flags::kPersistAcrossReset,
                   .last_attempt_version = bank.last_attempt_version,
                   .last_attempt_status = bank.last_attempt_status};
  }
  return count;
}

}  // namespace

COMMAND(esrt, "esrt [-j]", "images, their versions, and what became of the last attempt to update them") {
  std::array<efi::EsrtEntry, efi::kMostFwuImages> entries;
  const size_t count = TRY(entries_of(call, entries));
  Listing list(call, "image:-36 name:-10 version:10 lowest:10 attempted:10 status:-14"sv);
  const efi::Platform& platform = **call.machine.updates();
  for (const efi::EsrtEntry& entry : std::span(entries).first(count))
    list.row({GuidText(entry.image).view(), platform.find(entry.image)->name, entry.version,
              entry.lowest_supported_version, entry.last_attempt_version, text(entry.last_attempt_status)});
  return {};
}

COMMAND(esrt_table, "esrt table ADDRESS",
        "the same to memory, as an operating system takes it (EFI_SYSTEM_RESOURCE_TABLE)") {
  std::array<efi::EsrtEntry, efi::kMostFwuImages> entries;
  const size_t count = TRY(entries_of(call, entries));
  about("memory"sv);
  const auto memory = TRY(call.machine.memory(call.number(0), efi::esrt_size(count)));
  const size_t size = TRY(efi::write_esrt(std::span(entries).first(count), memory));
  print("{} bytes at {:#x}\n", size, call.number(0));
  return {};
}

}  // namespace shell
#endif
