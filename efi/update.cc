// SPDX-License-Identifier: BSD-2-Clause
// efi/update.cc
#include "efi/update.hh"

#include "efi/bank_writer.hh"
#include "efi/settle.hh"
#include "efi/trial.hh"

namespace efi {
namespace {

// Where the new images go: a bank that nobody boots, best one that holds nothing.
unsigned free_bank(const FwuMetadata& metadata) {
  unsigned best = metadata.active;
  for (unsigned bank = 0; bank < metadata.banks; ++bank) {
    if (bank == metadata.active) continue;
    if (metadata.states[bank] == BankState::Invalid) return bank;
    if (best == metadata.active || best == metadata.previous) best = bank;
  }
  return best;
}

void mark(FwuMetadata& metadata, unsigned bank, BankState state) {
  metadata.states[bank] = state;
  for (unsigned i = 0; i < metadata.images; ++i) metadata.image[i].banks[bank].accepted = state == BankState::Accepted;
}

Verdict commit(FwuStore& store, const FwuMetadata& next) {
  if (const auto done = store.commit(next); !done) return REFUSE_ERROR("FWU metadata", done.error(), Unsuccessful);
  return {};
}

Verdict kept(const Result<void>& done) {
  if (!done) return REFUSE_ERROR("variables", done.error(), Unsuccessful);
  return {};
}

// Whether `bank` takes it.
Verdict fits(Platform& platform, const FwuImage* image, unsigned bank, const Item& item) {
  if (!image) return REFUSE("FWU metadata", "has no such image", Unsuccessful);
  Area* const area = platform.area(*image, bank);
  if (!area) return REFUSE("bank", "what the image lies on is not there", InsufficientResources);
  if (item.image.size > area->size()) return REFUSE("bank", "smaller than the image", InsufficientResources);
  return {};
}

}  // namespace

// Where everything goes, and what is kept of it.
struct Update::Ground {
  Platform& platform;
  FwuStore& store;
  Variables& variables;
  const FwuMetadata& metadata() const { return store.metadata(); }
};

Verdict Update::fits(const Ground& on, unsigned bank) {
  const FwuMetadata& metadata = on.metadata();
  for (const VerifiedItem& one : items())
    CHECK_VERDICT(of_item(one.item.number, efi::fits(on.platform, metadata.find(one.item.type), bank, one.item)));
  for (unsigned i = 0; i < metadata.images; ++i) {
    const FwuImage& image = metadata.image[i];
    if (!verification_.find(image.type) &&
        (!on.platform.area(image, bank) || !on.platform.area(image, metadata.active)))
      return REFUSE("bank", "another image that belongs to it is not there", InsufficientResources);
  }
  return {};
}

Verdict Update::fill(const Ground& on, const Capsule& capsule, unsigned bank) {
  const FwuMetadata& metadata = on.metadata();
  for (unsigned i = 0; i < metadata.images; ++i) {
    const FwuImage& image = metadata.image[i];
    Area& to = *on.platform.area(image, bank);
    if (const VerifiedItem* const one = verification_.find(image.type))
      CHECK_VERDICT(of_item(one->item.number, write_image(on.platform, capsule.source(), *one, to)));
    else
      CHECK_VERDICT(copy_image(on.platform, *on.platform.area(image, metadata.active), to));
  }
  return {};
}

// What is known of the images of `bank` from now on; it counts when the bank is active.
Verdict Update::keep(const Ground& on, unsigned bank) {
  const FwuMetadata& metadata = on.metadata();
  for (const ImageDescription& image : on.platform.images()) {
    if (!metadata.find(image.type)) continue;
    auto is = installed(on.platform, image);
    if (!is) return kept(failure(is.error()));
    FmpState& state = is->state;
    auto& row = state.banks[bank];
    row = state.banks[metadata.active];
    if (const VerifiedItem* const one = verification_.find(image.type)) {
      row.version = row.last_attempt_version = one->item.version();
      row.last_attempt_status = uint32_t(Status::Success);
      row.lowest_supported_version = std::max(is->lowest_supported_version, one->item.lowest_supported_version());
      state.monotonic_count = std::max(state.monotonic_count, one->item.authentication->monotonic_count);
    }
    CHECK_VERDICT(kept(write_fmp_state(on.variables, image.type, image.index, metadata.banks, state)));
  }
  return {};
}

Verdict Update::install(const Ground& on, const Capsule& capsule, Updated& to) {
  const FwuMetadata& metadata = on.metadata();
  if (!metadata.accepted(metadata.active))
    return REFUSE("FWU metadata", "an update is on trial: fwu accept or fwu revert first", Unsuccessful);
  if (metadata.banks < 2) return REFUSE("FWU metadata", "one bank only", InsufficientResources);
  CHECK_VERDICT(verification_.run(on.platform, capsule));
  const unsigned bank = free_bank(metadata);
  CHECK_VERDICT(fits(on, bank));
  CHECK_CHECKED(on.platform.select(metadata));  // what is written next is not what starts

  FwuMetadata next = metadata;
  next.previous = next.active;  // nobody falls back to what is being written
  mark(next, bank, BankState::Invalid);
  CHECK_VERDICT(commit(on.store, next));
  CHECK_VERDICT(fill(on, capsule, bank));
  CHECK_VERDICT(keep(on, bank));
  CHECK_VERDICT(kept(begin_trial(on.variables)));
  to = {uint8_t(items().size()), uint8_t(bank), bool(capsule.header().flags & capsule_flags::kAcceptByOs)};
  next.active = uint8_t(bank);
  mark(next, bank, to.on_trial ? BankState::Valid : BankState::Accepted);
  CHECK_VERDICT(commit(on.store, next));
  settle(on.platform);
  return {};
}

// The last attempt of each image that the capsule is for, as far as it can be read.
void Update::record(const Ground& on, const Capsule& capsule, const Refusal& refusal) {
  const FwuMetadata& metadata = on.metadata();
  if (!metadata.accepted(metadata.active)) return;  // what is on trial is the last attempt
  for (unsigned number = 0; number < std::min<unsigned>(capsule.items(), kMostFwuImages); ++number) {
    const auto item = capsule.item(number);
    if (!item) return;
    const ImageDescription* const image = on.platform.find(item->type);
    if (!image) continue;
    auto state = read_fmp_state(on.variables, image->type, image->index);
    if (!state) return;
    auto& row = state->banks[metadata.active];
    row.last_attempt_version = item->version();
    row.last_attempt_status = uint32_t(refusal.status_of(number));
    if (!write_fmp_state(on.variables, image->type, image->index, metadata.banks, *state)) return;
  }
}

Checked<Updated> Update::run(Platform& platform, const Capsule& capsule) {
  const auto store = platform.store();
  if (!store) return REFUSE_ERROR("FWU metadata", store.error(), InsufficientResources);
  const auto variables = platform.variables();
  if (!variables) return REFUSE_ERROR("variables", variables.error(), InsufficientResources);
  const Ground on{platform, **store, **variables};
  Updated updated;
  const Verdict installed = install(on, capsule, updated);
  if (installed) return updated;
  record(on, capsule, installed.error());
  return std::unexpected(installed.error());
}

}  // namespace efi
