// SPDX-License-Identifier: BSD-2-Clause
#include "board/common/update.hh"

#include "board/keys.hh"
#include "crypto/mbedtls.hh"

namespace board {
namespace {

constinit crypto::MbedTls the_crypto;
alignas(64) [[gnu::section(".bss..noinit")]] std::byte work_memory[efi::kMostPkcs7 + 48 * 1024];

}  // namespace

efi::Crypto& Updates::crypto() { return the_crypto; }
const efi::Keys& Updates::keys() const { return board_keys(); }
std::span<std::byte> Updates::memory() { return work_memory; }

Result<void> Updates::use_store(bool anew) {
  const MetadataPlaces places = TRY(metadata_places(anew));
  store_.use(places[0], places[1], unsigned(images().size()));
  return {};
}

Result<efi::FwuStore*> Updates::store() {
  if (!loaded_) {
    CHECK(use_store(false));
    CHECK(store_.load());
    loaded_ = true;
  }
  return &store_;
}

efi::Verdict Updates::make_metadata() {
  if (const auto found = use_store(true); !found) return REFUSE_ERROR("FWU metadata", found.error(), Unsuccessful);
  static constinit efi::FwuMetadata fresh{};
  CHECK_VERDICT(describe_fresh(fresh));
  if (const auto done = store_.commit(fresh); !done) return REFUSE_ERROR("FWU metadata", done.error(), Unsuccessful);
  loaded_ = true;
  return {};
}

Result<efi::Variables*> Updates::variables() {
  if (!variables_) {
    Area* const area = TRY(variables_place(false));
    if (const auto loaded = variables_.emplace(*area).load(); !loaded) {
      variables_.reset();
      return failure(loaded.error());
    }
  }
  return &*variables_;
}

Result<void> Updates::make_variables() {
  Area* const area = TRY(variables_place(true));
  variables_.emplace(*area);
  return variables_->format();
}

}  // namespace board
