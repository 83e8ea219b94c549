// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/asm.hh - what start.S, vectors.S and the C++ beside them have to agree on.
#pragma once

#define BOOT_INFO_SIZE 48

// The registers of an exception, as vectors.S saves them.
#define FRAME_SP 248
#define FRAME_PC 256
#define FRAME_SPSR 264
#define FRAME_ESR 272
#define FRAME_FAR 280
#define FRAME_SIZE 288

// RES1 bits and nothing else: MMU, caches and alignment checks off (D19.2.127, D19.2.128 of DDI0487).
#define SCTLR_EL1_OFF 0x30d00800
#define SCTLR_EL2_OFF 0x30c50830
#define SCTLR_M (1 << 0)
#define SCTLR_C (1 << 2)
#define SCTLR_SA (1 << 3)
#define SCTLR_I (1 << 12)
#define SCTLR_WXN (1 << 19)
