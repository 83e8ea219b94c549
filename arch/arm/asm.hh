// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/asm.hh - what start.S, vectors.S and the C++ beside them have to agree on.
#pragma once

#define BOOT_INFO_SIZE 48

// The registers of an exception, as vectors.S saves them.
#define FRAME_KIND 0
#define FRAME_SP 56
#define FRAME_PC 64
#define FRAME_STATUS 72
#define FRAME_SIZE 80

// What comes in by which vector.
#define KIND_UNDEFINED 1
#define KIND_CALL 2
#define KIND_FETCH 3
#define KIND_DATA 4
#define KIND_TRAP 5
#define KIND_IRQ 6
#define KIND_FIQ 7

#define MODE_MASK 0x1f
#define MODE_SVC 0x13
#define MODE_MONITOR 0x16
#define MODE_ABORT 0x17
#define MODE_HYP 0x1a

// Bits that are always set and nothing else: MMU, caches and alignment checks off (B4.1.130, B4.1.55 of DDI0406).
#define SCTLR_OFF 0x00c50078
#define HSCTLR_OFF 0x30c50878
#define SCTLR_M (1 << 0)
#define SCTLR_C (1 << 2)
#define SCTLR_Z (1 << 11)
#define SCTLR_I (1 << 12)
#define SCTLR_WXN (1 << 19)

#ifdef __ASSEMBLER__  // clang-format off
// Where a symbol is, whatever it was linked for.
.macro address register, symbol
    movw    \register, #:lower16:(\symbol - .Lfrom\@)
    movt    \register, #:upper16:(\symbol - .Lfrom\@)
    .set    .Lfrom\@, . + 8
    add     \register, \register, pc
.endm
#endif  // clang-format on
