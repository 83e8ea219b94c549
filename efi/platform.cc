// SPDX-License-Identifier: BSD-2-Clause
// efi/platform.cc
#include "efi/platform.hh"

#include <algorithm>

namespace efi {

Result<Installed> installed(Platform& platform, const ImageDescription& image) {
  Installed is;
  is.lowest_supported_version = image.lowest_supported_version;
  const auto variables = platform.variables();
  if (!variables) return is;
  is.state = TRY(read_fmp_state(**variables, image.type, image.index));
  const auto store = platform.store();
  if (!store) return is;
  const FwuMetadata& metadata = (*store)->metadata();
  is.version = is.state.banks[metadata.active].version;
  // A bank on trial may be given up again, and must then not have locked out the one before it.
  for (unsigned bank = 0; bank < metadata.banks; ++bank)
    if (metadata.accepted(bank))
      is.lowest_supported_version =
          std::max(is.lowest_supported_version, is.state.banks[bank].lowest_supported_version);
  return is;
}

}  // namespace efi
