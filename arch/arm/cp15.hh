// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/cp15.hh - coprocessor 15 by its numbers.
#pragma once
#include <cstdint>

// "15, opc1, %0, CRn, CRm, opc2" as the manual has them: READ_CP15("0", "c1", "c0", "0") is SCTLR.
#define READ_CP15(opc1, crn, crm, opc2)                                           \
  ({                                                                              \
    uint32_t cp15_;                                                               \
    asm volatile("mrc p15, " opc1 ", %0, " crn ", " crm ", " opc2 : "=r"(cp15_)); \
    cp15_;                                                                        \
  })
#define WRITE_CP15(opc1, crn, crm, opc2, value) \
  asm volatile("mcr p15, " opc1 ", %0, " crn ", " crm ", " opc2 ::"r"(uint32_t{value}) : "memory")
#define WRITE_CP15_64(opc1, crm, value) \
  asm volatile("mcrr p15, " opc1 ", %Q0, %R0, " crm ::"r"(uint64_t{value}) : "memory")
