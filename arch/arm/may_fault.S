// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/may_fault.S - instructions that may fault. All of them lie between these two labels, in functions that touch
// neither sp nor lr: an exception in there becomes a return of -1 in r0 (exception.cc).
    .syntax unified
    .arch   armv7-a
    .arch_extension virt
    .arch_extension sec
    .arm

.macro function name
    .global \name
    .type   \name, %function
\name:
.endm

    .section .text.may_fault, "ax"
    .balign 4
    .global may_fault_start, may_fault_end
may_fault_start:

// r0: address; r1: where the 64 bits of the value go; returns 0. The barrier: an asynchronous abort still finds us in
// here.
.macro peek name, load
function \name
    mov     r3, #0
    \load   r2, [r0]
    dsb     sy
    isb
    stm     r1, {r2, r3}
    mov     r0, #0
    bx      lr
.endm
    peek    arch_peek1, ldrb
    peek    arch_peek2, ldrh
    peek    arch_peek4, ldr
    peek    arch_peek8, ldrd

// r0: address; r2, r3: value; returns 0
.macro poke name, store
function \name
    \store  r2, [r0]
    dsb     sy
    isb
    mov     r0, #0
    bx      lr
.endm
    poke    arch_poke1, strb
    poke    arch_poke2, strh
    poke    arch_poke4, str
    poke    arch_poke8, strd

.macro doorbell name, instruction
function \name
    dsb     sy
    mov     r3, #0
    \instruction #0
    bx      lr
.endm
    doorbell arch_smc, smc
    doorbell arch_hvc, hvc

smc_leaf:
    smc     #0
    bx      lr
hvc_leaf:
    hvc     #0
    bx      lr

// In the Secure state: Monitor mode refuses what is asked of it. Elsewhere there is no such register.
function arch_serve_nothing
    movw    r0, #:lower16:(monitor_vectors - .Lhere)
    movt    r0, #:upper16:(monitor_vectors - .Lhere)
    .set    .Lhere, . + 8
    add     r0, r0, pc
    mrc     p15, 0, r1, c1, c1, 0
    mcr     p15, 0, r0, c12, c0, 1
    isb
    mov     r0, #0
    bx      lr
may_fault_end:

// r0: eight registers of 64 bits, in and out; r1: 0 for SMC, else HVC
    .section .text.arch_call, "ax"
    .balign 4
function arch_call
    push    {r4 - r10, lr}
    mov     r8, r0
    mov     r9, r1
    ldr     r0, [r8]
    ldr     r1, [r8, #8]
    ldr     r2, [r8, #16]
    ldr     r3, [r8, #24]
    ldr     r4, [r8, #32]
    ldr     r5, [r8, #40]
    ldr     r6, [r8, #48]
    ldr     r7, [r8, #56]
    dsb     sy
    cmp     r9, #0
    bne     1f
    bl      smc_leaf
    b       2f
1:  bl      hvc_leaf
2:  asr     r9, r0, #31             // a status has a sign
    str     r0, [r8]
    mov     r10, #0
    str     r9, [r8, #4]
    str     r1, [r8, #8]
    str     r10, [r8, #12]
    str     r2, [r8, #16]
    str     r10, [r8, #20]
    str     r3, [r8, #24]
    str     r10, [r8, #28]
    str     r4, [r8, #32]
    str     r10, [r8, #36]
    str     r5, [r8, #40]
    str     r10, [r8, #44]
    str     r6, [r8, #48]
    str     r10, [r8, #52]
    str     r7, [r8, #56]
    str     r10, [r8, #60]
    pop     {r4 - r10, pc}
