// SPDX-License-Identifier: BSD-2-Clause
// efi/update.cc
#include "efi/update.hh"

#include "efi/bank_writer.hh"
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

uint32_t version_of(const Item& item) { return item.payload_header ? item.payload_header->version : 0; }

}  // namespace

Verdict Update::fits(Platform& platform, unsigned bank) {
  const FwuMetadata& metadata = (*platform.store())->metadata();
  for (const VerifiedItem& one : items()) {
    const FwuImage* const image = metadata.find(one.item.type);
    const auto refuse = [&](const std::unexpected<Refusal>& why) {
      return std::unexpected(why.error().of_item(one.item.number));
    };
    if (!image) return refuse(REFUSE("FWU metadata", "has no such image", Unsuccessful));
    Area* const area = platform.area(*image, bank);
    if (!area) return refuse(REFUSE("bank", "what the image lies on is not there", InsufficientResources));
    if (one.item.image.size > area->size())
      return refuse(REFUSE("bank", "smaller than the image", InsufficientResources));
  }
  for (unsigned i = 0; i < metadata.images; ++i) {
    const FwuImage& image = metadata.image[i];
    if (!verification_.find(image.type) && (!platform.area(image, bank) || !platform.area(image, metadata.active)))
      return REFUSE("bank", "another image that belongs to it is not there", InsufficientResources);
  }
  return {};
}

Verdict Update::fill(Platform& platform, const Capsule& capsule, unsigned bank) {
  const FwuMetadata& metadata = (*platform.store())->metadata();
  for (unsigned i = 0; i < metadata.images; ++i) {
    const FwuImage& image = metadata.image[i];
    if (const VerifiedItem* const one = verification_.find(image.type)) {
      const auto written = write_image(platform, capsule.source(), *one, *platform.area(image, bank));
      if (!written) return std::unexpected(written.error().of_item(one->item.number));
    } else {
      CHECK_VERDICT(copy_image(platform, *platform.area(image, metadata.active), *platform.area(image, bank)));
    }
  }
  return {};
}

// What is known of the images of `bank` from now on; it counts when the bank is active.
Verdict Update::keep(Platform& platform, unsigned bank) {
  const FwuMetadata& metadata = (*platform.store())->metadata();
  for (const ImageDescription& image : platform.images()) {
    if (!metadata.find(image.type)) continue;
    auto is = installed(platform, image);
    if (!is) return REFUSE_ERROR("variables", is.error(), Unsuccessful);
    FmpState& state = is->state;
    auto& kept = state.banks[bank];
    kept = state.banks[metadata.active];
    if (const VerifiedItem* const one = verification_.find(image.type)) {
      const auto& header = one->item.payload_header;
      kept.version = kept.last_attempt_version = version_of(one->item);
      kept.last_attempt_status = uint32_t(Status::Success);
      kept.lowest_supported_version =
          std::max(is->lowest_supported_version, header ? header->lowest_supported_version : 0);
      state.monotonic_count = std::max(state.monotonic_count, one->item.authentication->monotonic_count);
    }
    if (const auto done = write_fmp_state(**platform.variables(), image.type, image.index, metadata.banks, state);
        !done)
      return REFUSE_ERROR("variables", done.error(), Unsuccessful);
  }
  return {};
}

Checked<Updated> Update::install(Platform& platform, const Capsule& capsule) {
  const auto has_store = platform.store();
  if (!has_store) return REFUSE_ERROR("FWU metadata", has_store.error(), InsufficientResources);
  if (const auto has = platform.variables(); !has) return REFUSE_ERROR("variables", has.error(), InsufficientResources);
  FwuStore& store = **has_store;
  const FwuMetadata& metadata = store.metadata();
  if (!metadata.accepted(metadata.active))
    return REFUSE("FWU metadata", "an update is on trial: fwu accept or fwu revert first", Unsuccessful);
  if (metadata.banks < 2) return REFUSE("FWU metadata", "one bank only", InsufficientResources);
  CHECK_CHECKED(verification_.run(platform, capsule));
  const unsigned bank = free_bank(metadata);
  CHECK_CHECKED(fits(platform, bank));

  FwuMetadata next = metadata;
  next.previous = next.active;  // nobody falls back to what is being written
  mark(next, bank, BankState::Invalid);
  CHECK_CHECKED(commit(store, next));
  CHECK_CHECKED(fill(platform, capsule, bank));
  CHECK_CHECKED(keep(platform, bank));
  const bool on_trial = capsule.header().flags & capsule_flags::kAcceptByOs;
  if (const auto done = begin_trial(**platform.variables()); !done)
    return REFUSE_ERROR("variables", done.error(), Unsuccessful);
  next.active = uint8_t(bank);
  mark(next, bank, on_trial ? BankState::Valid : BankState::Accepted);
  CHECK_CHECKED(commit(store, next));
  return Updated{uint8_t(items().size()), uint8_t(bank), on_trial};
}

Checked<Updated> Update::run(Platform& platform, const Capsule& capsule) {
  const auto updated = install(platform, capsule);
  if (!updated) record_attempt(platform, capsule, updated.error());
  return updated;
}

void record_attempt(Platform& platform, const Capsule& capsule, const Refusal& refusal) {
  if (!platform.store() || !platform.variables()) return;
  const FwuMetadata& metadata = (*platform.store())->metadata();
  if (!metadata.accepted(metadata.active)) return;  // what is on trial is the last attempt
  for (unsigned number = 0; number < std::min<unsigned>(capsule.items(), kMostFwuImages); ++number) {
    const auto item = capsule.item(number);
    if (!item) return;
    const ImageDescription* const image = platform.find(item->type);
    // One bad item stops all others, which are told so.
    if (!image) continue;
    auto state = read_fmp_state(**platform.variables(), image->type, image->index);
    if (!state) return;
    auto& kept = state->banks[metadata.active];
    kept.last_attempt_version = version_of(*item);
    kept.last_attempt_status =
        uint32_t(refusal.item() < 0 || refusal.item() == int(number) ? refusal.status() : Status::Unsuccessful);
    if (!write_fmp_state(**platform.variables(), image->type, image->index, metadata.banks, *state)) return;
  }
}

}  // namespace efi
