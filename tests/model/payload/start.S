// SPDX-License-Identifier: BSD-2-Clause
// tests/model/payload/start.S - where the boot ROM enters at EL3; each core gets a stack of its own.
  .section .text.start, "ax"
  .globl _start
_start:
  mrs x0, mpidr_el1
  and x1, x0, #1
  ubfx x2, x0, #8, #1
  add x1, x1, x2, lsl #1
  mov x3, #0x04200000
  sub x3, x3, x1, lsl #14
  mov sp, x3
  adr x2, vectors
  msr vbar_el3, x2
  and x0, x0, #0xffff
  bl run
1:
  wfi
  b 1b

  .balign 2048
vectors:
  .rept 16
  .balign 128
  mrs x0, far_el3
  b fault
  .endr
