// SPDX-License-Identifier: BSD-2-Clause
// shell/fwu.cc - banks of firmware: which runs, which is on trial (DEN0118).
#include "efi/settle.hh"
#include "efi/trial.hh"
#include "lib/console.hh"
#include "shell/capsule.hh"
#include "shell/listing.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

using efi::BankState, efi::FwuStore;

std::string_view text(FwuStore::Copy copy) {
  constexpr std::string_view kTexts[] = {"good"sv, "damaged"sv, "differs"sv, "absent"sv};
  return kTexts[size_t(copy)];
}

std::string_view text(BankState state) {
  return state == BankState::Accepted ? "accepted"sv : state == BankState::Valid ? "on trial"sv : "invalid"sv;
}

Result<efi::Platform*> banks_of(const Call& call) {
  const auto platform = platform_of(call);
  if (platform) about("FWU metadata"sv);
  return platform;
}

}  // namespace

COMMAND(fwu_status, "fwu status [-j]", "the banks of each image, and which of them runs") {
  efi::Platform& platform = *TRY(banks_of(call));
  const FwuStore& store = *TRY(platform.store());
  const efi::FwuMetadata& metadata = store.metadata();
  if (!call.has("-j"sv)) {
    print("metadata version {}, copies: {}, {}\n", metadata.version, text(store.state(0)), text(store.state(1)));
    print("active bank {} ({}), previous bank {}\n", metadata.active, text(metadata.states[metadata.active]),
          metadata.previous);
    if (!metadata.accepted(metadata.active)) {
      const auto variables = platform.variables();
      const auto boots = variables ? efi::trial_boots(**variables) : Result<uint8_t>(0);
      if (boots) print("boot {} of {} of the trial\n", *boots, efi::kMostTrialBoots);
    }
    platform.describe(console(), metadata);
  }
  Listing list(call, "image:-36 name:-10 bank:4 active?yes|no:-6 state:-8 accepted?yes|no:-8 lies:-36"sv);
  for (unsigned i = 0; i < metadata.images; ++i)
    for (unsigned bank = 0; bank < metadata.banks; ++bank) {
      const efi::FwuImage& image = metadata.image[i];
      const efi::ImageDescription* const known = platform.find(image.type);
      list.row({GuidText(image.type).view(), known ? known->name : "?"sv, bank, bank == metadata.active,
                text(metadata.states[bank]), image.banks[bank].accepted, GuidText(image.banks[bank].image).view()});
    }
  return {};
}

COMMAND(fwu_accept, "fwu accept [WORD]", "ends the trial of the image type WORD, or of all: they stay") {
  efi::Platform& platform = *TRY(banks_of(call));
  Guid type;
  if (call.count()) {
    about(call.text(0));
    type = TRY(parse_guid(call.text(0)));
  }
  const bool all = TRY(efi::accept(platform, call.count() ? &type : nullptr));
  print("{}\n", all ? "accepted: the bank stays"sv : "accepted: other images of the bank are still on trial"sv);
  return {};
}

COMMAND(fwu_revert, "fwu revert", "ends the trial: the bank before it is active again, from the next boot on") {
  efi::Platform& platform = *TRY(banks_of(call));
  CHECK(efi::revert(platform));
  print("reverted: bank {} is active after a reset\n", (*platform.store())->metadata().active);
  return {};
}

COMMAND(fwu_init, "fwu init",
        "metadata as new, the bank that starts accepted; and a store of variables where there is none") {
  efi::Platform& platform = *TRY(banks_of(call));
  if (const efi::Verdict made = platform.make_metadata(); !made) {
    const efi::Refusal& refusal = made.error();
    if (refusal.error() == Error{}) return rejected(refusal);
    about(refusal.check());
    return failure(refusal.error());
  }
  efi::settle(platform);
  about("variables"sv);
  return platform.variables() ? Result<void>() : platform.make_variables();
}

}  // namespace shell
#endif
