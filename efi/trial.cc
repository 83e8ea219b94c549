// SPDX-License-Identifier: BSD-2-Clause
// efi/trial.cc
#include "efi/trial.hh"

#include "efi/settle.hh"

namespace efi {
namespace {

constexpr std::string_view kTrialBoots{"TrialBoots", 10};
constexpr uint8_t kRestarted = 0x80;

Result<uint8_t> kept_boots(Variables& variables) {
  uint8_t boots = 0;
  const auto got = variables.get(kTrialBoots, kCorbelVariables, std::as_writable_bytes(std::span(&boots, 1)));
  if (!got && got.error() != Error::NotFound) return failure(got.error());
  return boots;
}

Result<void> set_boots(Variables& variables, uint8_t boots) {
  return variables.set(kTrialBoots, kCorbelVariables, std::as_bytes(std::span(&boots, 1)));
}

Result<void> end_trial(Variables& variables) {
  const auto removed = variables.remove(kTrialBoots, kCorbelVariables);
  if (!removed && removed.error() != Error::NotFound) return removed;
  return {};
}

bool on_trial(const FwuMetadata& metadata) { return !metadata.accepted(metadata.active); }

bool can_go_back(const FwuMetadata& metadata) {
  return metadata.previous != metadata.active && metadata.previous < metadata.banks &&
         metadata.states[metadata.previous] != BankState::Invalid;
}

}  // namespace

Result<uint8_t> trial_boots(Variables& variables) { return uint8_t(TRY(kept_boots(variables)) & ~kRestarted); }

Result<bool> note_restart(Variables& variables) {
  const uint8_t kept = TRY(kept_boots(variables));
  if (kept & kRestarted) return false;
  CHECK(set_boots(variables, kept | kRestarted));
  return true;
}

Result<void> begin_trial(Variables& variables) { return end_trial(variables); }

Result<bool> accept(Platform& platform, const Guid* type) {
  FwuStore* const store = TRY(platform.store());
  FwuMetadata next = store->metadata();
  if (!on_trial(next)) return failure(Error::InvalidParameters);
  bool found = false;
  for (unsigned i = 0; i < next.images; ++i)
    if (!type || next.image[i].type == *type) found = next.image[i].banks[next.active].accepted = true;
  if (!found) return failure(Error::NotFound);
  bool all = true;
  for (unsigned i = 0; i < next.images; ++i) all = all && next.image[i].banks[next.active].accepted;
  if (all) next.states[next.active] = BankState::Accepted;
  CHECK(store->commit(next));
  settle(platform);
  if (all) CHECK(end_trial(*TRY(platform.variables())));
  return all;
}

Result<void> revert(Platform& platform) {
  FwuStore* const store = TRY(platform.store());
  FwuMetadata next = store->metadata();
  if (!on_trial(next)) return failure(Error::InvalidParameters);
  if (!can_go_back(next)) return failure(Error::NotFound);
  const uint8_t given_up = next.active;
  next.active = next.previous;
  next.previous = next.active;
  next.states[given_up] = BankState::Invalid;
  for (unsigned i = 0; i < next.images; ++i) next.image[i].banks[given_up].accepted = false;
  CHECK(store->commit(next));
  settle(platform);
  return end_trial(*TRY(platform.variables()));
}

Result<Trial> count_trial_boot(Platform& platform) {
  FwuStore* const store = TRY(platform.store());
  Variables& variables = *TRY(platform.variables());
  if (store->state(0) != FwuStore::Copy::Good || store->state(1) != FwuStore::Copy::Good) {
    const FwuMetadata same = store->metadata();
    const auto restored = store->commit(same);
    if (!restored && restored.error() != Error::NotFound) return failure(restored.error());
  }
  if (!on_trial(store->metadata())) {
    CHECK(end_trial(variables));
    return Trial{};
  }
  const uint8_t boots = uint8_t(TRY(trial_boots(variables)) + 1);
  if (boots > kMostTrialBoots && can_go_back(store->metadata())) {
    CHECK(revert(platform));
    return Trial{Trial::Kind::GivenUp, boots};
  }
  if (boots <= kMostTrialBoots) CHECK(set_boots(variables, boots));
  return Trial{Trial::Kind::Running, boots};
}

}  // namespace efi
