// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/boot_place.hh - where the boot ROM starts from, and what may be written there without insisting.
#pragma once
#include <span>
#include <string_view>

#include "lib/result.hh"

namespace board {

/// As of shell::Machine::objection().
std::string_view boot_place_objection(std::string_view storage, uint64_t offset, std::span<const std::byte> bytes);

}  // namespace board
