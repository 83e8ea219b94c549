// SPDX-License-Identifier: BSD-2-Clause
// arch/arm64/may_fault.S - instructions that may fault. All of them lie between these two labels, in functions that touch
// neither sp nor x30: an exception in there becomes a return of -1 in x0 (exception.cc).
    .section .text.may_fault, "ax"
    .global may_fault_start, may_fault_end
may_fault_start:

// x0: address; x1: where the value goes; returns 0. The barrier: an asynchronous abort still finds us in here.
.macro peek name, load, register
    .global \name
\name:
    \load   \register, [x0]
    dsb     sy
    isb
    str     x2, [x1]
    mov     x0, xzr
    ret
.endm
    peek    arch_peek1, ldrb, w2
    peek    arch_peek2, ldrh, w2
    peek    arch_peek4, ldr, w2
    peek    arch_peek8, ldr, x2

// x0: address; x1: value; returns 0
.macro poke name, store, register
    .global \name
\name:
    \store  \register, [x0]
    dsb     sy
    isb
    mov     x0, xzr
    ret
.endm
    poke    arch_poke1, strb, w1
    poke    arch_poke2, strh, w1
    poke    arch_poke4, str, w1
    poke    arch_poke8, str, x1

.macro doorbell name, instruction
    .global \name
\name:
    dsb     sy
    \instruction #0
    ret
.endm
    doorbell arch_smc, smc
    doorbell arch_hvc, hvc

smc_leaf:
    smc     #0
    ret
hvc_leaf:
    hvc     #0
    ret
may_fault_end:

// x0: eight registers, in and out; x1: 0 for SMC, else HVC
    .section .text.arch_call, "ax"
    .global arch_call
arch_call:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x19, [sp, #16]
    mov     x19, x0
    mov     x8, x1
    ldp     x0, x1, [x19]
    ldp     x2, x3, [x19, #16]
    ldp     x4, x5, [x19, #32]
    ldp     x6, x7, [x19, #48]
    dsb     sy
    cbnz    x8, 1f
    bl      smc_leaf
    b       2f
1:  bl      hvc_leaf
2:  stp     x0, x1, [x19]
    stp     x2, x3, [x19, #16]
    stp     x4, x5, [x19, #32]
    stp     x6, x7, [x19, #48]
    ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
