// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/start.S - from any loader, at EL3, EL2 or EL1, to C++ at EL2 or EL1. The image may lie at any multiple of
// 4 KiB; the header is that of a Linux Image, which loaders know (Documentation/arch/arm64/booting.rst).
#include "arch/arm64/asm.hh"

    .section .text.start.head, "ax"
    b       entry
    .long   0
    .quad   0                       // text_offset: none wanted
    // image_size comes from the linker script

    .section .text.start, "ax"
    .quad   (1 << 3) | (1 << 1)     // flags: anywhere in memory, 4 KiB pages, little-endian
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

// \op on each cache line of [x0, x1). Clobbers x0, x2, x3.
.macro by_line op
    mrs     x2, ctr_el0
    ubfx    x2, x2, #16, #4
    mov     x3, #4
    lsl     x2, x3, x2
    sub     x3, x2, #1
    bic     x0, x0, x3
.Lline\@:
    dc      \op, x0
    add     x0, x0, x2
    cmp     x0, x1
    b.lo    .Lline\@
    dsb     sy
.endm

// A stage that left its caches on: what it wrote reaches memory before ours go off.
.macro caches_off level, off
    mrs     x0, sctlr_el\level
    mov     x1, #(SCTLR_M | SCTLR_C)
    tst     x0, x1
    b.eq    .Loff\@
    adrp    x0, _start
    adrp    x1, __image_end
    by_line civac
.Loff\@:
    ldr     x0, =\off
    msr     sctlr_el\level, x0
    isb
.endm

entry:
    mov     x20, x0                 // the boot arguments stay here until there is memory for them
    mov     x21, x1
    mov     x22, x2
    mov     x23, x3
    msr     daifset, #0xf
    adrp    x19, vectors
    add     x19, x19, :lo12:vectors
    mrs     x24, CurrentEL
    lsr     x24, x24, #2
    cmp     x24, #2
    b.eq    at_el2
    b.lo    at_el1

// Given the machine bare: leave EL3 in a state in which nothing below traps to it, and with a handler that refuses calls.
at_el3:
    caches_off 3, SCTLR_EL2_OFF
    msr     vbar_el3, x19
    msr     cptr_el3, xzr
    msr     mdcr_el3, xzr
    ldr     x0, =0x30531            // RW, HCE, NS, RES1; pointer authentication is not trapped
    msr     scr_el3, x0
    mrs     x0, id_aa64pfr0_el1
    tst     x0, #(0xf << 8)
    mov     x1, #0x3c5              // EL1h, all masked
    b.eq    1f
    mov     x1, #0x3c9              // EL2h
    ldr     x0, =SCTLR_EL2_OFF
    msr     sctlr_el2, x0
    mov     x0, #(1 << 31)
    msr     hcr_el2, x0
1:  ldr     x0, =SCTLR_EL1_OFF
    msr     sctlr_el1, x0
    msr     spsr_el3, x1
    adr     x0, 2f
    msr     elr_el3, x0
    isb
    eret
2:  mrs     x0, CurrentEL
    tbz     x0, #3, at_el1

at_el2:
    caches_off 2, SCTLR_EL2_OFF
    ldr     x0, =((1 << 31) | (1 << 5))  // RW; AMO: without it an SError of our own would stay pending for ever
    msr     hcr_el2, x0
    isb
    mov     x0, #0x33ff             // RES1: floating point is not trapped
    msr     cptr_el2, x0
    mov     x0, #3                  // EL1 may read the counter and its timer
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr        // so that virtual and physical time are one
    msr     hstr_el2, xzr
    msr     vbar_el2, x19
    b       relocate
at_el1:
    caches_off 1, SCTLR_EL1_OFF
    msr     vbar_el1, x19
    mov     x0, #(3 << 20)          // floating point is not trapped here either
    msr     cpacr_el1, x0

relocate:
    isb

    // Below, memory is written past the caches: lines of it that are still there must not come down on it later.
    adrp    x0, __relocated_start
    add     x0, x0, :lo12:__relocated_start
    adrp    x1, __bss_end
    add     x1, x1, :lo12:__bss_end
    by_line civac
    adrp    x0, __stack_start
    adrp    x1, __stack_end
    by_line civac

    // R_AARCH64_RELATIVE (1027): *(offset + delta) = addend + delta
    adr     x25, _start
    ldr     x0, =CONFIG_TEXT_BASE
    sub     x4, x25, x0
    adrp    x0, __rela_start
    add     x0, x0, :lo12:__rela_start
    adrp    x1, __rela_end
    add     x1, x1, :lo12:__rela_end
    b       2f
1:  ldp     x2, x3, [x0], #16
    ldr     x5, [x0], #8
    cmp     w3, #1027
    b.ne    .                       // the linker was let produce something else
    add     x5, x5, x4
    str     x5, [x2, x4]
2:  cmp     x0, x1
    b.lo    1b

    adrp    x0, __bss_start
    add     x0, x0, :lo12:__bss_start
    adrp    x1, __bss_end
    add     x1, x1, :lo12:__bss_end
    b       2f
1:  stp     xzr, xzr, [x0], #16
2:  cmp     x0, x1
    b.lo    1b

    // The stack protector's secret: random where the CPU can, else what differs from boot to boot.
    mrs     x0, id_aa64isar0_el1
    ubfx    x0, x0, #60, #4
    cbz     x0, 1f
    mrs     x0, s3_3_c2_c4_0        // RNDR
    b.ne    2f
1:  mrs     x0, cntvct_el0
    ldr     x1, =0x9e3779b97f4a7c15
    eor     x0, x0, x25
    mul     x0, x0, x1
    eor     x0, x0, x0, lsr #29
    mul     x0, x0, x1
2:  bic     x0, x0, #0xff           // a zero byte stops what overruns as a string
    adrp    x1, __stack_chk_guard
    str     x0, [x1, :lo12:__stack_chk_guard]

    msr     spsel, #0               // exceptions are dealt with on a stack that no fault of ours can have used up
    adrp    x0, crash_stack_end
    add     sp, x0, :lo12:crash_stack_end
    msr     spsel, #1
    adrp    x0, __stack_end
    add     sp, x0, :lo12:__stack_end

    mrs     x26, CurrentEL
    lsr     x26, x26, #2
    sub     sp, sp, #BOOT_INFO_SIZE
    stp     x20, x21, [sp]
    stp     x22, x23, [sp, #16]
    str     x25, [sp, #32]
    stp     w24, w26, [sp, #40]
    mov     x0, sp
    mov     x29, xzr
    mov     x30, xzr
    bl      arch_start
    b       .

    // Only its users' own writing initialises it.
    .section .bss..noinit, "aw", %nobits
    .balign 16
    .global crash_stack_start, crash_stack_end
crash_stack_start:
    .skip   0x1000
crash_stack_end:
