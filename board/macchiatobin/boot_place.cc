// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/boot_place.hh"

#include "board/macchiatobin/banks.hh"

using namespace std::string_view_literals;

namespace board {

std::string_view boot_place_objection(std::string_view storage, uint64_t offset, std::span<const std::byte> bytes) {
  const bool flash = storage == "spi"sv;
  if (!flash && storage != "mmc0boot0"sv && storage != "mmc0boot1"sv) return {};
  const uint64_t room = flash ? kBootCopy.size : UINT64_MAX;
  if (offset >= room) return {};
  if (bytes.empty()) return "the boot image lies there"sv;
  if (offset != 0) return "the middle of the boot image"sv;
  if (bytes.size() > room) return "reaches beyond the place of the boot image"sv;
  BootImageCheck check(bytes.size());
  auto verdict = check.update(bytes);
  if (verdict) verdict = check.finish();
  return verdict ? ""sv : verdict.error().why();
}

}  // namespace board
