/* SPDX-License-Identifier: BSD-2-Clause */
/* board/qemu_monitor/link.ld.S - linked for secure RAM; start.S copies it there out of the flash that it begins in. */
#ifdef CONFIG_ARM64
#define RELOCATIONS .rela.dyn
#else
#define RELOCATIONS .rel.dyn  /* GNU ld overwrites memory of its own when the name is another */
#endif

ENTRY(_start)
PHDRS {
  code PT_LOAD FLAGS(5);
  data PT_LOAD FLAGS(6);
}
SECTIONS {
  . = CONFIG_TEXT_BASE;
  .text : { KEEP(*(.text.start)) *(.text .text.* .glue_7 .glue_7t .vfp11_veneer .v4_bx) } :code
  .rodata : ALIGN(16) { *(.rodata .rodata.*) } :code
  RELOCATIONS : ALIGN(8) { __rela_start = .; *(.rela .rela.* .rel .rel.*) __rela_end = .; } :code
  .data : ALIGN(16) { *(.data .data.* .got .got.plt) . = ALIGN(16); } :data
  .init_array : { KEEP(*(.init_array .init_array.*)) } :data
  ASSERT(SIZEOF(.init_array) == 0, "a global needs construction at run time: make it constinit")
  __load_end = .;
  .bss (NOLOAD) : ALIGN(16) { __bss_start = .; *(.bss .bss.*) . = ALIGN(16); __bss_end = .; } :data
  .stack (NOLOAD) : ALIGN(16) { . += 0x4000; __stack_end = .; } :data
  /DISCARD/ : {
    *(.interp .dynamic .dynsym .dynstr .hash .gnu.hash .gnu.version*)
    *(.eh_frame* .comment .note* .ARM.exidx* .ARM.extab*)
  }
}
