// SPDX-License-Identifier: BSD-2-Clause
// arch/code.hh - addresses of code, for backtraces.
#pragma once
#include <cstdint>

extern "C" char _start[], __constants_start[];

namespace arch {

inline bool is_code(uintptr_t address) {
  return address >= uintptr_t(_start) && address < uintptr_t(__constants_start);
}
/// Where the linker put it: what addr2line and the listing know.
inline uintptr_t linked(uintptr_t address) { return address - uintptr_t(_start) + CONFIG_TEXT_BASE; }

}  // namespace arch
