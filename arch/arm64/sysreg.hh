// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/sysreg.hh - system registers by name.
#pragma once
#include <cstdint>

#define READ_SYSREG(name)                          \
  ({                                               \
    uint64_t sysreg_;                              \
    asm volatile("mrs %0, " name : "=r"(sysreg_)); \
    sysreg_;                                       \
  })
#define WRITE_SYSREG(name, value) asm volatile("msr " name ", %0" ::"r"(uint64_t{value}) : "memory")

namespace arch {

inline bool at_el2() { return READ_SYSREG("CurrentEL") == 2 << 2; }

}  // namespace arch
