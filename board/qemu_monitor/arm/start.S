// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/arm/start.S - from reset in flash to C++ in Monitor mode in secure RAM; the exceptions that come
// back to it; and the way down.
#include "arch/arm/asm.hh"

    .syntax unified
    .arch   armv7-a
    .arch_extension virt
    .arch_extension sec
    .arm

#define SPSR_THUMB (1 << 5)
#define SCR_NS (1 << 0)

    .section .text.start, "ax"
    .balign 4
    .global _start
_start:
    mrc     p15, 0, r0, c0, c0, 5   // MPIDR
    lsls    r0, r0, #8
    beq     2f
1:  wfi                             // one CPU does it all
    b       1b
2:  adr     r0, _start
    movw    r1, #(CONFIG_TEXT_BASE & 0xffff)
    movt    r1, #(CONFIG_TEXT_BASE >> 16)
    address r2, __load_end
    mov     r3, r0
    mov     r4, r1
3:  ldm     r3!, {r5 - r8}
    stm     r4!, {r5 - r8}
    cmp     r3, r2
    blo     3b
    mov     r2, #0
    mcr     p15, 0, r2, c7, c5, 0   // ICIALLU
    mcr     p15, 0, r2, c7, c5, 6   // BPIALL
    dsb     sy
    isb
    adr     r3, 4f
    sub     r3, r3, r0
    add     pc, r3, r1
4:  address r0, __bss_start         // relocations are done: what is relative has its value in place, linked for here
    address r1, __bss_end
    mov     r3, #0
    b       6f
5:  strd    r2, r3, [r0], #8
6:  cmp     r0, r1
    blo     5b
    address r0, own_vectors
    mcr     p15, 0, r0, c12, c0, 0  // VBAR, of the Secure world
    address r0, monitor_vectors
    mcr     p15, 0, r0, c12, c0, 1  // MVBAR
    address r0, __stack_chk_guard
    mcr     p15, 0, r0, c13, c0, 3  // TPIDRURO, of the Secure world: where the compiler looks for the guard
    cps     #MODE_MONITOR
    address r0, __stack_end
    mov     sp, r0
    isb
    bl      monitor_main
    b       .

// void descend(uintptr_t tree, uintptr_t pc, uintptr_t status): to the world below, as a loader hands over. The stack
// is empty from then on: each exception begins with it anew.
    .section .text.descend, "ax"
    .balign 4
    .global descend
    .type   descend, %function
descend:
    msr     spsr_cxsf, r2
    mov     lr, r1
    mov     r2, r0
    address r0, __stack_end
    mov     sp, r0
    mrc     p15, 0, r0, c1, c1, 0
    orr     r0, r0, #SCR_NS
    mcr     p15, 0, r0, c1, c1, 0
    mov     r0, #0
    mvn     r1, #0                  // the machine has no number: it has a device tree
    isb
    movs    pc, lr

// From below the Secure world's banked registers are not those that are seen.
.macro enter
    push    {r0 - r12, lr}
    mrc     p15, 0, r4, c1, c1, 0
    bic     r4, r4, #SCR_NS
    mcr     p15, 0, r4, c1, c1, 0
    isb
.endm
.macro leave
    orr     r4, r4, #SCR_NS
    mcr     p15, 0, r4, c1, c1, 0
    isb
    pop     {r0 - r12, lr}
    movs    pc, lr
.endm

    .section .text.vectors, "ax"
    .balign 32
monitor_vectors:
    b       .
    b       .
    b       call
    b       .
    b       .                       // aborts stay below
    b       .
    b       .                       // and interrupts
fast_interrupt:
    sub     lr, lr, #4
    enter
    bl      monitor_interrupt
    leave
call:
    enter
    mov     r0, sp
    bl      monitor_smc
    leave

    .balign 32
own_vectors:
    b       .
    b       own_undefined
    b       .
    b       own_fetch
    b       own_data
    b       .
    b       .
    b       .
own_undefined:
    mrs     r0, spsr
    tst     r0, #SPSR_THUMB
    subeq   r1, lr, #4
    subne   r1, lr, #2
    mov     r0, #0
    mov     r2, #0
    b       crash
own_fetch:
    mrc     p15, 0, r0, c5, c0, 1   // IFSR
    sub     r1, lr, #4
    mrc     p15, 0, r2, c6, c0, 2   // IFAR
    b       crash
own_data:
    mrc     p15, 0, r0, c5, c0, 0   // DFSR
    sub     r1, lr, #8
    mrc     p15, 0, r2, c6, c0, 0   // DFAR
crash:
    address r3, __stack_end
    mov     sp, r3
    bl      monitor_crash

// Hyp mode's vectors, copied out of here to a page of their own: what Supervisor mode calls by HVC goes on by SMC.
// Nothing else comes, for no trap is switched on.
    .section .rodata.forwarder, "a"
    .balign 32
    .global forwarder, forwarder_end
forwarder:
    .rept   5
    b       .
    .endr
    b       1f                      // from the modes below
    b       .
    b       .
1:  smc     #0
    eret
forwarder_end:
