// SPDX-License-Identifier: BSD-2-Clause
// shell/esrt.cc - what an operating system would be told of the firmware's images (UEFI 2.10, 23.4).
#include "efi/platform.hh"
#include "lib/console.hh"
#include "shell/command.hh"
#include "shell/listing.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

std::string_view text(efi::Status status) {
  constexpr std::string_view kTexts[] = {"success"sv,  "unsuccessful"sv, "no resources"sv,
                                         "version"sv,  "format"sv,       "authentication"sv,
                                         "no power"sv, "battery low"sv,  "dependencies"sv};
  return size_t(status) < std::size(kTexts) ? kTexts[size_t(status)] : "unknown"sv;
}

}  // namespace

COMMAND(esrt, "esrt [-j]", "images, their versions, and what became of the last attempt to update them") {
  about("firmware update"sv);
  efi::Platform& platform = *TRY(call.machine.updates());
  Listing list(call, "image:-36 index:5 name:-10 version:10 lowest:10 attempted:10 status:-14"sv);
  const auto store = platform.store();
  const efi::FwuMetadata* const metadata = store ? &(*store)->metadata() : nullptr;
  for (const efi::ImageDescription& image : platform.images()) {
    if (metadata && !metadata->find(image.type)) continue;  // of this machine it has none
    about("variables"sv);
    const efi::Installed is = TRY(efi::installed(platform, image));
    const auto& bank = is.state.banks[metadata ? metadata->active : 0];
    list.row({GuidText(image.type).view(), image.index, image.name, is.version, is.lowest_supported_version,
              bank.last_attempt_version, text(efi::Status(uint8_t(bank.last_attempt_status)))});
  }
  return {};
}

}  // namespace shell
#endif
