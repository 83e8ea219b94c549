// SPDX-License-Identifier: BSD-2-Clause
// arch/arm/eabi.S - what compilers call where the CPU has no instruction (IHI0043): the division of 64 bits, and Clang's
// names for the functions of lib/mem.cc.
    .syntax unified
    .arch   armv7-a
    .arch_extension idiv
    .arm

.macro function name
    .section .text.\name, "ax"
    .balign 4
    .global \name
    .type   \name, %function
\name:
.endm

// r1:r0 / r3:r2; returns the quotient in r1:r0, the remainder in r3:r2. By zero it is zero, as CPUs have it.
function __aeabi_uldivmod
    cmp     r3, #0
    bne     3f
    cmp     r1, #0
    bne     1f
    udiv    ip, r0, r2
    mls     r2, ip, r2, r0
    mov     r0, ip
    bx      lr

1:  cmp     r2, #0x10000            // as most are: 10, 1000 ... By 16 bits of the quotient at a time.
    bhs     3f
    push    {r4, r5}
    udiv    r4, r1, r2
    mls     r1, r4, r2, r1
    lsr     r5, r0, #16
    orr     r1, r5, r1, lsl #16
    udiv    r5, r1, r2
    mls     r1, r5, r2, r1
    uxth    r0, r0
    orr     r1, r0, r1, lsl #16
    udiv    r0, r1, r2
    mls     r2, r0, r2, r1
    orr     r0, r0, r5, lsl #16
    mov     r1, r4
    pop     {r4, r5}
    bx      lr

3:  push    {r4 - r7, lr}           // by bits
    mov     r4, #0
    mov     r5, #0
    cmp     r3, #0
    clz     ip, r3
    clzeq   ip, r2
    addeq   ip, ip, #32
    cmp     r1, #0
    clz     lr, r1
    clzeq   lr, r0
    addeq   lr, lr, #32
    subs    ip, ip, lr
    blt     5f
    sub     r6, ip, #32             // of the three shifts those of 32 and more, or of less than 0, give 0
    rsb     r7, ip, #32
    lsl     r3, r3, ip
    orr     r3, r3, r2, lsl r6
    orr     r3, r3, r2, lsr r7
    lsl     r2, r2, ip
4:  subs    r6, r0, r2
    sbcs    r7, r1, r3
    movhs   r0, r6
    movhs   r1, r7
    adcs    r4, r4, r4
    adc     r5, r5, r5
    lsrs    r3, r3, #1
    rrx     r2, r2
    subs    ip, ip, #1
    bge     4b
5:  mov     r2, r0
    mov     r3, r1
    mov     r0, r4
    mov     r1, r5
    pop     {r4 - r7, pc}

.macro alias name, to
function \name
    b       \to
.endm
    alias   __aeabi_memcpy, memcpy
    alias   __aeabi_memcpy4, memcpy
    alias   __aeabi_memcpy8, memcpy
    alias   __aeabi_memmove, memmove
    alias   __aeabi_memmove4, memmove
    alias   __aeabi_memmove8, memmove

// r0: to; r1: bytes
.macro clear name
function \name
    mov     r2, r1
    mov     r1, #0
    b       memset
.endm
    clear   __aeabi_memclr
    clear   __aeabi_memclr4
    clear   __aeabi_memclr8

// r0: to; r1: bytes; r2: what with
.macro set name
function \name
    mov     ip, r1
    mov     r1, r2
    mov     r2, ip
    b       memset
.endm
    set     __aeabi_memset
    set     __aeabi_memset4
    set     __aeabi_memset8
