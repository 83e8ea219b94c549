// SPDX-License-Identifier: BSD-2-Clause
// board/common/update.hh - firmware update as far as boards are alike: one store of metadata and one of variables, in
// areas that a board names.
#pragma once
#include <optional>

#include "efi/platform.hh"
#include "efi/variable_store.hh"
#include "shell/update_progress.hh"

namespace board {

class Updates : public efi::Platform {
 public:
  explicit constexpr Updates(const Time& (*time)()) : progress_(time) {}

  efi::Crypto& crypto() override;
  const efi::Keys& keys() const override;
  Result<efi::FwuStore*> store() override;
  Result<efi::Variables*> variables() override;
  std::span<std::byte> memory() override;
  efi::Progress& progress() override { return progress_; }
  efi::Verdict make_metadata() override;
  Result<void> make_variables() override;

 protected:
  using MetadataPlaces = std::array<Area*, 2>;
  /// Where these lie. `anew`: they are about to be made; otherwise NotFound where there is nothing to be read.
  virtual Result<MetadataPlaces> metadata_places(bool anew) = 0;
  virtual Result<Area*> variables_place(bool anew) = 0;
  /// What fresh metadata says.
  virtual efi::Verdict describe_fresh(efi::FwuMetadata& to) = 0;
  ~Updates() = default;

 private:
  Result<void> use_store(bool anew);

  efi::FwuStore store_;
  std::optional<efi::VariableStore> variables_;
  shell::UpdateProgress progress_;
  bool loaded_ = false;
};

}  // namespace board
