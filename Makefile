# SPDX-License-Identifier: BSD-2-Clause
# Corbel's front door; `make help` lists what it does.
BOARD   ?= $(or $(shell cat build/board 2>/dev/null),qemu_arm64)
O       := build/$(BOARD)$(if $(LLVM),-clang)
T       ?=
SECONDS ?= 60
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all

-include $(O)/.config
unquote = $(patsubst "%",%,$(1))
kconfig := KCONFIG_CONFIG=$(O)/.config CONFIG_= /usr/bin/python3 -m

# The toolchain: Debian's GCC cross compiler, or Clang with LLVM=1.
CROSS   ?= aarch64-linux-gnu-
CC      := $(if $(LLVM),clang-19 --target=aarch64-linux-gnu,$(CROSS)gcc)
CXX     := $(if $(LLVM),clang++-19 --target=aarch64-linux-gnu,$(CROSS)g++)
LD      := $(if $(LLVM),ld.lld-19,$(CROSS)ld)
OBJCOPY := $(if $(LLVM),llvm-objcopy-19,$(CROSS)objcopy)
SIZE    := $(if $(LLVM),llvm-size-19,$(CROSS)size)

include tools/deps/deps.mk

arch    := $(if $(CONFIG_ARM64),arm64,arm)
warn    := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror
cpp     := -I. -I$(O) -include $(O)/config.h -MMD -MP
flags   := -g -ffreestanding -fno-common -ffunction-sections -fdata-sections -fno-omit-frame-pointer -fpie \
           -fstack-protector-strong -fno-asynchronous-unwind-tables -fno-unwind-tables -fmacro-prefix-map=$(CURDIR)/= \
           $(if $(LLVM),,-fstack-usage) -mgeneral-regs-only -mstrict-align $(if $(LLVM),-mno-outline-atomics)
cxx     := -std=c++23 -fno-exceptions -fno-rtti -fno-threadsafe-statics $(warn)
size    := -Os
speed   := -O2

# What is built: every source of these folders; the linker drops what nothing uses.
dirs    := lib arch/$(arch) drivers board/$(call unquote,$(CONFIG_BOARD)) $(if $(CONFIG_SCMI),scmi) \
           $(if $(CONFIG_SCMI_PLATFORM),scmi/platform) $(if $(CONFIG_SHELL),shell)
sources := $(foreach d,$(dirs),$(wildcard $(d)/*.cc $(d)/*.S))
objects := $(addprefix $(O)/,$(addsuffix .o,$(basename $(sources)))) $(libfdt:%=$(O)/libfdt/%.o)
# The path that every message takes, and the memory functions, are worth their bytes.
fast    := scmi/client scmi/shmem lib/mem

all: $(O)/firmware.bin size
$(O)/firmware.bin: $(O)/firmware.elf ; @$(OBJCOPY) -O binary $< $@
$(O)/firmware.elf: $(objects) $(O)/link.ld
	@echo "  LINK  $@"
	@$(LD) -pie --no-dynamic-linker -z text -z noexecstack --gc-sections --build-id=none -Map $@.map \
	  -T $(O)/link.ld -o $@ $(objects)
# Renewed only when it changes, so that a build with nothing new in it builds nothing.
$(O)/version.h: force
	@mkdir -p $(@D); v='#define CORBEL_VERSION "'$$(git describe --always --dirty --tags 2>/dev/null || echo unknown)'"'; \
	  echo "$$v" | cmp -s - $@ || echo "$$v" > $@
$(O)/lib/version.o: $(O)/version.h
$(O)/link.ld: arch/link.ld.S $(O)/config.h ; @$(CXX) -E -P -x c $(cpp) -MT $@ -MF $@.d $< -o $@
$(O)/%.o: %.cc $(O)/config.h | $(LIBFDT)/libfdt.h
	@mkdir -p $(@D); echo "  CXX   $<"
	@$(CXX) $(cpp) -isystem $(LIBFDT) -isystem lib/libc $(flags) $(cxx) $(if $(filter $*,$(fast)),$(speed),$(size)) -c $< -o $@
$(O)/%.o: %.S $(O)/config.h
	@mkdir -p $(@D); echo "  AS    $<"
	@$(CC) $(cpp) $(flags) -c $< -o $@
$(O)/libfdt/%.o: $(LIBFDT)/%.c $(O)/config.h
	@mkdir -p $(@D); echo "  CC    $<"
	@$(CC) $(cpp) -isystem lib/libc $(flags) $(size) -c $< -o $@

# A board's configuration. `make` and `make run` make one when there is none.
%_defconfig: configs/%_defconfig | setup-build
	@mkdir -p build/$*; KCONFIG_CONFIG=build/$*/.config /usr/bin/python3 -m defconfig $<; echo $* > build/board
$(O)/.config: configs/$(BOARD)_defconfig Kconfig
	@tools/setup build; mkdir -p $(O); KCONFIG_CONFIG=$@ /usr/bin/python3 -m defconfig $<
$(O)/config.h: $(O)/.config ; @$(kconfig) genconfig --header-path $@ --sync-deps $(O)/deps 2>/dev/null || $(kconfig) genconfig --header-path $@
menuconfig: $(O)/.config ; @$(kconfig) menuconfig
setup-%: ; @tools/setup $*
size: $(O)/firmware.bin
	@$(SIZE) $(O)/firmware.elf | awk 'NR==2 {printf "  $(BOARD): text %d, data %d, bss %d", $$1, $$2, $$3}'; \
	  stat -c ', image %s bytes (%n)' $(O)/firmware.bin
clean: ; rm -rf build/$(BOARD) build/host
distclean: ; rm -rf build compile_commands.json

include tests/tests.mk

help:
	@sed -n 's/^#? //p' Makefile tests/*.mk tests/*/*.mk
.PHONY: force all size clean distclean help menuconfig setup-%
-include $(objects:.o=.d)
