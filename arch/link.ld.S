/* SPDX-License-Identifier: BSD-2-Clause */
/* arch/link.ld.S - the image: code, constants, data, each on pages of its own; then what only occupies memory. */
#define PAGE . = ALIGN(0x1000)
#ifdef CONFIG_ARM64
#define RELOCATIONS .rela.dyn
#else
#define RELOCATIONS .rel.dyn  /* GNU ld overwrites memory of its own when the name is another */
#endif

/* From the commands on there may be something to relocate. */
#define TABLES(segment) \
  RELOCATIONS : ALIGN(8) { __rela_start = .; *(.rela .rela.* .rel .rel.*) __rela_end = .; } segment \
  .commands : ALIGN(64) { __relocated_start = .; __commands_start = .; KEEP(*(SORT(.commands*))) __commands_end = .; } segment

ENTRY(_start)
PHDRS {
  code PT_LOAD FLAGS(5);
  constants PT_LOAD FLAGS(4);
  data PT_LOAD FLAGS(6);
}
SECTIONS {
  . = CONFIG_TEXT_BASE;
  .text : {
    _start = .;
    KEEP(*(.text.start.head))
    /* A difference that the assembler does not know and no relocation may carry. */
#ifdef CONFIG_ARM64
    QUAD(__image_end - _start)
#else
    LONG(__data_end - _start)  /* of the file; what lies behind it a zImage brings for itself */
#endif
    KEEP(*(.text.start))
    /* The table of vectors wants 2 KiB: what fills the gap before it is chosen, not left to chance. */
    *lib/mem.o(.text .text.*)
    *(.text.vectors)
    *(.text .text.* .glue_7 .glue_7t .vfp11_veneer .v4_bx)
  } :code
#ifdef CONFIG_ARM
  TABLES(:code)  /* where there is room: these must not cost the constants another page */
#endif
  PAGE;
  __constants_start = .;
  .rodata : { *(.rodata .rodata.*) } :constants
#ifdef CONFIG_ARM64
  TABLES(:constants)
#endif
  /* Constants that hold addresses: written once, by the relocation, before the MMU makes them read-only. */
  .data.rel.ro : { *(.data.rel.ro .data.rel.ro.*) } :constants
  .got : { *(.got .got.plt) } :constants
  PAGE;
  __data_start = .;
  .data : { *(.data .data.*) __data_end = .; } :data
  .init_array : { KEEP(*(.init_array .init_array.*)) } :data
  ASSERT(SIZEOF(.init_array) == 0, "a global needs construction at run time: make it constinit")
  .bss (NOLOAD) : ALIGN(16) { __bss_start = .; *(.bss .bss.[!.]*) . = ALIGN(16); __bss_end = .; } :data
  /* Memory that its user initialises: clearing it would only write pages that nobody needs. */
  .noinit (NOLOAD) : ALIGN(64) { *(.bss..noinit) } :data
  PAGE;
  __guard_start = .;
  . += 0x1000;
  __stack_start = .;
  .stack (NOLOAD) : { . += 0x6000; } :data
  __stack_end = .;
  __image_end = .;
  /DISCARD/ : {
    *(.interp .dynamic .dynsym .dynstr .hash .gnu.hash .gnu.version*)
    *(.eh_frame* .comment .note* .ARM.exidx* .ARM.extab*)
  }
}
