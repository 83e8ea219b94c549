// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/arm64/start.S - from reset in flash to C++ at EL3 in secure RAM; the exceptions that come back to
// EL3; and the way down.

    .section .text.start, "ax"
    .global _start
_start:
    mrs     x0, mpidr_el1
    and     x0, x0, #0xffffff
    cbz     x0, 2f
1:  wfi                             // one CPU does it all
    b       1b
2:  adr     x0, _start
    ldr     x1, =CONFIG_TEXT_BASE
    adrp    x2, __load_end
    add     x2, x2, :lo12:__load_end
    mov     x3, x0
    mov     x4, x1
3:  ldp     x5, x6, [x3], #16
    stp     x5, x6, [x4], #16
    cmp     x3, x2
    b.lo    3b
    ic      iallu
    dsb     sy
    isb
    adr     x3, 4f
    sub     x3, x3, x0
    add     x3, x3, x1
    br      x3
4:  adrp    x0, __rela_start        // linked for here, so each addend is an address
    add     x0, x0, :lo12:__rela_start
    adrp    x1, __rela_end
    add     x1, x1, :lo12:__rela_end
5:  cmp     x0, x1
    b.hs    6f
    ldp     x2, x3, [x0], #16
    ldr     x4, [x0], #8
    str     x4, [x2]
    b       5b
6:  adrp    x0, __bss_start
    add     x0, x0, :lo12:__bss_start
    adrp    x1, __bss_end
    add     x1, x1, :lo12:__bss_end
7:  cmp     x0, x1
    b.hs    8f
    stp     xzr, xzr, [x0], #16
    b       7b
8:  adr     x0, vectors
    msr     vbar_el3, x0
    adrp    x0, __stack_end
    add     x0, x0, :lo12:__stack_end
    mov     sp, x0
    isb
    b       monitor_main

// void descend(uintptr_t tree, uintptr_t pc, uintptr_t status): to the world below, as a loader hands over. The stack
// is empty from then on: each exception begins with it anew.
    .section .text.descend, "ax"
    .global descend
descend:
    msr     elr_el3, x1
    msr     spsr_el3, x2
    adrp    x1, __stack_end
    add     x1, x1, :lo12:__stack_end
    mov     sp, x1
    mov     x1, xzr
    mov     x2, xzr
    mov     x3, xzr
    mov     x29, xzr
    mov     x30, xzr
    isb
    eret

// What C++ does not keep for its caller: x0 - x18 and the link register. `Frame` in cpu.hh.
.macro save
    stp     x0, x1, [sp, #-160]!
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
.endm

.macro vector at, to
    .org    vectors + \at
    b       \to
.endm

    .section .text.vectors, "ax"
    .balign 0x800
vectors:
    .irp    at, 0x000, 0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380
    vector  \at, own_exception
    .endr
    .org    vectors + 0x400         // synchronous, from below in AArch64: nearly always an SMC
from_below:
    save
    mrs     x2, esr_el3
    lsr     x2, x2, #26
    cmp     x2, #0x17               // SMC, AArch64
    b.ne    other_from_below
    mov     x0, sp
    bl      monitor_smc
restore:
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x30, [sp, #144]
    ldp     x0, x1, [sp], #160
    eret
    vector  0x480, interrupt_from_below
    vector  0x500, interrupt_from_below
    vector  0x580, own_exception    // SErrors stay below
    vector  0x600, from_below
    vector  0x680, interrupt_from_below
    vector  0x700, interrupt_from_below
    vector  0x780, own_exception

other_from_below:
    cmp     x2, #0x13               // SMC, AArch32
    mov     x0, sp
    adr     x30, restore
    b.eq    monitor_smc
    b       monitor_reflect

interrupt_from_below:
    save
    bl      monitor_interrupt
    b       restore

own_exception:
    mrs     x0, esr_el3
    mrs     x1, elr_el3
    mrs     x2, far_el3
    adrp    x3, __stack_end
    add     x3, x3, :lo12:__stack_end
    mov     sp, x3
    b       monitor_crash

// A hypervisor of one page, copied out of here: what EL1 calls by HVC it forwards by SMC; everything else that comes to it
// is an undefined instruction at EL1. It needs no memory: x0 is kept in a register of its own.
    .section .rodata.forwarder, "a"
    .balign 0x800
    .global forwarder
    .global forwarder_end
forwarder:
    .irp    at, 0x000, 0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380
    .org    forwarder + \at
    b       .
    .endr
    .org    forwarder + 0x400
    msr     tpidr_el2, x0
    mrs     x0, esr_el2
    lsr     x0, x0, #26
    cmp     x0, #0x16               // HVC, AArch64
    mrs     x0, tpidr_el2
    b.ne    1f
    smc     #0
    eret
1:  mrs     x0, elr_el2
    msr     elr_el1, x0
    mrs     x0, spsr_el2
    msr     spsr_el1, x0
    mov     x0, #(1 << 25)          // unknown reason
    msr     esr_el1, x0
    mrs     x0, vbar_el1
    add     x0, x0, #0x200
    msr     elr_el2, x0
    mov     x0, #0x3c5              // EL1h, all masked
    msr     spsr_el2, x0
    mrs     x0, tpidr_el2
    eret
forwarder_end:
