// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/vectors.S - the one vector table, for the level that we run at and for the EL3 that we may have left.
#include "arch/arm64/asm.hh"

// The stack may be what is broken: go on with SP_EL0, which is the crash stack. A further exception then comes in by the
// first four entries.
.macro take kind
    .balign 0x80
    msr     spsel, #0
    sub     sp, sp, #FRAME_SIZE
    stp     x0, x1, [sp]
    mov     x0, #\kind
    b       save
.endm

    .section .text.vectors, "ax"
    .balign 0x800
    .global vectors
vectors:
.rept 4                             // a crash while a crash is being reported
    .balign 0x80
    b       stop
.endr
    take    0
    take    1
    take    2
    take    3
    // From a level below: of ours there is none, so this is EL3, which serves nothing: NOT_SUPPORTED.
    .balign 0x80
    mov     x0, #-1
    mov     x1, xzr
    mov     x2, xzr
    mov     x3, xzr
    eret
.rept 7
    .balign 0x80
    b       stop
.endr

save:
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    msr     spsel, #1
    mov     x1, sp
    msr     spsel, #0
    stp     x30, x1, [sp, #240]
    mrs     x1, CurrentEL
    tbnz    x1, #3, 1f
    mrs     x2, elr_el1
    mrs     x3, spsr_el1
    mrs     x4, esr_el1
    mrs     x5, far_el1
    b       2f
1:  mrs     x2, elr_el2
    mrs     x3, spsr_el2
    mrs     x4, esr_el2
    mrs     x5, far_el2
2:  stp     x2, x3, [sp, #FRAME_PC]
    stp     x4, x5, [sp, #FRAME_ESR]
    mov     x1, x0
    mov     x0, sp
    bl      arch_exception

    // It came back: go on where the frame says. What a call preserves is still in its registers.
    ldr     x0, [sp, #FRAME_PC]
    mrs     x1, CurrentEL
    tbnz    x1, #3, 1f
    msr     elr_el1, x0
    b       2f
1:  msr     elr_el2, x0
2:  ldp     x0, x1, [sp]
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldr     x18, [sp, #144]
    ldr     x30, [sp, #240]
    add     sp, sp, #FRAME_SIZE
    eret

    .global stop
stop:
    wfi
    b       stop
