// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/vectors.S - the vector tables of the mode that we run in, and of the Monitor mode that nobody has set up.
#include "arch/arm/asm.hh"

    .syntax unified
    .arch   armv7-a
    .arch_extension virt
    .arm

    .section .text.vectors, "ax"
    .balign 32
    .global vectors, hyp_vectors, monitor_vectors
vectors:
    b       stop
    b       undefined
    b       call
    b       fetch
    b       data
    b       stop
    b       irq
    b       fiq
hyp_vectors:
    b       stop
    b       hyp_undefined
    b       hyp_call
    b       hyp_fetch
    b       hyp_data
    b       hyp_trap
    b       hyp_irq
    b       hyp_fiq
monitor_vectors:
    b       stop
    b       stop
    b       refuse
.rept 5
    b       stop
.endr

// NOT_SUPPORTED
refuse:
    mov     r0, #-1
    mov     r1, #0
    mov     r2, #0
    mov     r3, #0
    movs    pc, lr

// All go on in Abort mode, whose stack is the crash stack: the other may be what is broken. Above the place for lr and
// cpsr there is room for the rest of a frame.
.macro take name, kind, back
\name:
.if \back
    sub     lr, lr, #\back
.endif
    srsdb   sp!, #MODE_ABORT
    cps     #MODE_ABORT
    sub     sp, sp, #FRAME_PC
    stmib   sp, {r0 - r12}
    mov     r1, #\kind
    b       save
.endm
    take    undefined, KIND_UNDEFINED, 0  // by how much lr is ahead depends on the instruction
    take    call, KIND_CALL, 0
    take    fetch, KIND_FETCH, 4
    take    data, KIND_DATA, 8
    take    irq, KIND_IRQ, 4
    take    fiq, KIND_FIQ, 4

save:
    cps     #MODE_SVC
    mov     r2, sp
    mov     r3, lr
    cps     #MODE_ABORT
    strd    r2, r3, [sp, #FRAME_SP]
    mov     r0, sp
    bl      arch_exception

    // It came back: go on where the frame says.
    ldmib   sp, {r0 - r12}
    add     sp, sp, #FRAME_PC
    rfeia   sp!

// Hyp mode has one sp for all: the one that was interrupted waits in HTPIDR, which nobody else uses. r0 follows it
// there, so that there is a register to work with.
.macro take_hyp name, kind
\name:
    mcr     p15, 4, sp, c13, c0, 2
    mov     sp, #\kind
    b       hyp_save
.endm
    take_hyp hyp_undefined, KIND_UNDEFINED
    take_hyp hyp_call, KIND_CALL
    take_hyp hyp_fetch, KIND_FETCH
    take_hyp hyp_data, KIND_DATA
    take_hyp hyp_trap, KIND_TRAP
    take_hyp hyp_irq, KIND_IRQ
    take_hyp hyp_fiq, KIND_FIQ

hyp_save:
    mcr     p15, 0, r0, c13, c0, 4  // TPIDRPRW
    mov     r0, sp
    ldr     sp, 1f
    add     sp, pc, sp
2:  str     r0, [sp, #FRAME_KIND]
    mrc     p15, 0, r0, c13, c0, 4
    stmib   sp, {r0 - r12}
    mrc     p15, 4, r2, c13, c0, 2
    mov     r3, lr
    strd    r2, r3, [sp, #FRAME_SP]
    mrs     r2, elr_hyp
    mrs     r3, spsr
    strd    r2, r3, [sp, #FRAME_PC]
    ldr     r1, [sp, #FRAME_KIND]
    mov     r0, sp
    bl      arch_exception

    ldrd    r2, r3, [sp, #FRAME_PC]
    msr     elr_hyp, r2
    msr     spsr_cxsf, r3
    ldr     lr, [sp, #FRAME_SP + 4]
    ldmib   sp, {r0 - r12}
    mrc     p15, 4, sp, c13, c0, 2
    eret
1:  .long   crash_stack_end - FRAME_SIZE - (2b + 4)

    .global stop
    .type   stop, %function
stop:
    wfi
    b       stop
