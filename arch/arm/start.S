// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/start.S - from any loader, in Hyp or Supervisor mode, to C++ in the same. The image may lie at any multiple
// of 4 KiB; the header is that of a Linux zImage, which loaders know (Documentation/arch/arm/booting.rst).
#include "arch/arm/asm.hh"

    .syntax unified
    .arch   armv7-a
    .arch_extension virt
    .arm

    .section .text.start.head, "ax"
    .balign 4
    b       entry
    .skip   0x20
    .long   0x016f2818
    .long   0                       // start: anywhere in memory
    // the end comes from the linker script

    .section .text.start, "ax"
    .balign 4
    .long   0x04030201              // little-endian

.macro constant register, value
    movw    \register, #:lower16:(\value)
    movt    \register, #:upper16:(\value)
.endm

// DCCIMVAC on each cache line of [r0, r1). Clobbers r0, r2, r3.
.macro clean_and_drop
    mrc     p15, 0, r2, c0, c0, 1   // CTR
    ubfx    r2, r2, #16, #4
    mov     r3, #4
    lsl     r2, r3, r2
    sub     r3, r2, #1
    bic     r0, r0, r3
.Lline\@:
    mcr     p15, 0, r0, c7, c14, 1
    add     r0, r0, r2
    cmp     r0, r1
    blo     .Lline\@
    dsb     sy
.endm

// A stage that left its caches on: what it wrote reaches memory before ours go off.
.macro caches_off opc1, off
    mrc     p15, \opc1, r0, c1, c0, 0
    tst     r0, #(SCTLR_M | SCTLR_C)
    beq     .Loff\@
    address r0, _start
    address r1, __image_end
    clean_and_drop
.Loff\@:
    constant r0, \off
    mcr     p15, \opc1, r0, c1, c0, 0
    isb
.endm

entry:
    mov     r4, r0                  // the boot arguments stay here until there is memory for them
    mov     r5, r1
    mov     r6, r2
    mov     r7, r3
    cpsid   aif
    mrs     r8, cpsr
    and     r8, r8, #MODE_MASK
    cmp     r8, #MODE_HYP
    mov     r8, #2                  // as exception levels are numbered
    beq     at_hyp
    mov     r8, #1
    cps     #MODE_SVC
    caches_off 0, SCTLR_OFF
    address r0, vectors
    mcr     p15, 0, r0, c12, c0, 0  // VBAR
    b       relocate
at_hyp:
    caches_off 4, HSCTLR_OFF
    address r0, hyp_vectors
    mcr     p15, 4, r0, c12, c0, 0  // HVBAR
    mov     r0, #(1 << 5)           // HCR.AMO: asynchronous aborts of our own come to us
    mcr     p15, 4, r0, c1, c1, 0
    mov     r0, #0
    mcr     p15, 4, r0, c1, c1, 3   // HSTR
    mov     r1, #3                  // CNTHCTL: PL1 may read the counter and its timer
    mcr     p15, 4, r1, c14, c1, 0
    mcrr    p15, 4, r0, r0, c14     // CNTVOFF, so that virtual and physical time are one

relocate:
    isb

    // Below, memory is written past the caches: lines of it that are still there must not come down on it later.
    address r0, __relocated_start
    address r1, __bss_end
    clean_and_drop
    address r0, __stack_start
    address r1, __stack_end
    clean_and_drop

    // R_ARM_RELATIVE (23): *(offset + delta) += delta
    address r9, _start
    constant r0, CONFIG_TEXT_BASE
    sub     r10, r9, r0
    address r0, __rela_start
    address r1, __rela_end
    b       2f
1:  ldm     r0!, {r2, r3}
    cmp     r3, #23
    bne     .                       // the linker was let produce something else
    ldr     r3, [r2, r10]
    add     r3, r3, r10
    str     r3, [r2, r10]
2:  cmp     r0, r1
    blo     1b

    address r0, __bss_start
    address r1, __bss_end
    mov     r2, #0
    mov     r3, #0
    b       2f
1:  strd    r2, r3, [r0], #8
2:  cmp     r0, r1
    blo     1b

    // The stack protector's secret: what differs from boot to boot. Its address is where the compiler looks for it.
    mrrc    p15, 1, r0, r1, c14     // CNTVCT
    constant r2, 0x9e3779b9
    eor     r0, r0, r9
    mul     r0, r0, r2
    eor     r0, r0, r0, lsr #15
    mul     r0, r0, r2
    bic     r0, r0, #0xff           // a zero byte stops what overruns as a string
    address r1, __stack_chk_guard
    str     r0, [r1]
    mcr     p15, 0, r1, c13, c0, 3  // TPIDRURO

    // Exceptions are dealt with on a stack that no fault of ours can have used up. In Hyp mode vectors.S finds it.
    cmp     r8, #2
    address r0, crash_stack_end
    beq     3f
    cps     #MODE_ABORT
    sub     sp, r0, #(FRAME_SIZE - FRAME_STATUS)
    cps     #MODE_SVC
3:  address r0, __stack_end
    mov     sp, r0

    sub     sp, sp, #BOOT_INFO_SIZE
    mov     r0, r4
    mov     r1, #0
    strd    r0, r1, [sp]
    mov     r0, r5
    strd    r0, r1, [sp, #8]
    mov     r0, r6
    strd    r0, r1, [sp, #16]
    mov     r0, r7
    strd    r0, r1, [sp, #24]
    mov     r0, r9
    strd    r0, r1, [sp, #32]
    mov     r9, r8
    strd    r8, r9, [sp, #40]
    mov     r0, sp
    mov     lr, #0
    bl      arch_start
    b       .

    // Only its users' own writing initialises it.
    .section .bss..noinit, "aw", %nobits
    .balign 16
    .global crash_stack_start, crash_stack_end
crash_stack_start:
    .skip   0x1000
crash_stack_end:
