# SPDX-License-Identifier: BSD-2-Clause
# Corbel's front door.
BOARD   ?= $(or $(shell cat build/board 2>/dev/null),qemu_arm64)
O       := build/$(BOARD)$(if $(LLVM),-clang)
T       ?=
SECONDS ?= 60
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := all
-include $(O)/.config
unquote = $(patsubst "%",%,$(1))
board   := board/$(call unquote,$(CONFIG_BOARD))
arch    := arch/$(if $(CONFIG_ARM),arm,arm64)

# The toolchain: Debian's GCC cross compilers, or Clang with LLVM=1.
triple  := $(if $(CONFIG_ARM),arm-none-eabi,aarch64-linux-gnu)
CROSS   ?= $(triple)-
CC      := $(if $(LLVM),clang-19 --target=$(triple),$(CROSS)gcc)
CXX     := $(if $(LLVM),clang++-19 --target=$(triple),$(CROSS)g++)
LD      := $(if $(LLVM),ld.lld-19,$(CROSS)ld)
OBJCOPY := $(if $(LLVM),llvm-objcopy-19,$(CROSS)objcopy)
SIZE    := $(if $(LLVM),llvm-size-19,$(CROSS)size)

include tools/deps/deps.mk

warn    := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror
cpp     := -I. -I$(O) -isystem $(LIBFDT) $(lwip_cpp) $(mbedtls_cpp) -isystem lib/libc -include $(O)/config.h -MMD -MP
flags   := -g -ffreestanding -fno-common -ffunction-sections -fdata-sections -fpie -fvisibility=hidden \
           -fno-asynchronous-unwind-tables -fno-unwind-tables -ffile-prefix-map=$(CURDIR)/= $(if $(LLVM),,-fstack-usage)
ifdef CONFIG_ARM
# Thumb keeps no chain of frames that could be followed. TPIDRURO has the address of the stack protector's secret, which
# a global offset table would cost five instructions to find.
# Of 32 bits there are two types here, int and long; everywhere else uint32_t is the first. (The C++ headers want all of
# stdlib.h for what is deprecated.)
cpp     += -U__UINT32_TYPE__ -U__INT32_TYPE__ '-D__UINT32_TYPE__=unsigned int' -D__INT32_TYPE__=int \
           -D_GLIBCXX_USE_DEPRECATED=0
flags   += -march=armv7ve -mthumb -mfloat-abi=soft -fomit-frame-pointer -mtp=cp15 -mstack-protector-guard=tls \
           -mstack-protector-guard-offset=0
strict  := -mno-unaligned-access
# Clang takes the C++ headers of GCC's, and Newlib's for what they want.
gnu     := $(if $(LLVM),$(shell $(CROSS)g++ -march=armv7ve -mthumb -mfloat-abi=soft -E -v -x c++ /dev/null 2>&1 | grep '^ /'))
cpp     += $(if $(LLVM),$(patsubst %,-isystem %,$(foreach d,$(gnu),$(if $(findstring /c++/,$d),$d))) \
           -idirafter $(lastword $(gnu)))
else
flags   += -fno-omit-frame-pointer -mcmodel=tiny -mgeneral-regs-only $(if $(LLVM),-mno-outline-atomics)
strict  := -mstrict-align
endif
# GCC 12 takes the empty half of a std::optional in a std::expected for one that is read.
cxx     := -std=c++23 -fno-exceptions -fno-rtti -fno-threadsafe-statics $(warn) \
           $(if $(LLVM),,-Wno-maybe-uninitialized $(if $(CONFIG_ARM),-Wno-psabi))
# The path that every message takes is worth its bytes: these are built for speed. scmi/ and efi/ keep no frames of their
# own: a crash there shows its PC and LR, and then its callers.
fast    := lib/mem scmi/exchange scmi/shmem $(addprefix scmi/platform/,platform clock smt) \
           $(addprefix board/qemu_monitor/,service smc) \
           $(if $(CONFIG_VIRTIO),scmi/wait scmi/virtio $(addprefix virtio/,queue split packed block))
bare    := -fstack-protector -fomit-frame-pointer $(if $(LLVM),,-fno-tree-loop-distribute-patterns) $(if $(LLVM)$(CONFIG_ARM),,-ffixed-x29)
optimise = $(if $(filter $(1),$(fast)),-O2 $(bare),-Os $(if $(filter scmi/% efi/%,$(1)),$(bare),-fstack-protector-strong))
# What runs before the MMU, or without one, may not access memory off its natural alignment. What a device sees is
# volatile words everywhere, which no compiler merges.
aligned  = $(if $(or $(own_start),$(filter arch/% lib/mem,$(1))),$(strict))

# What is built: every source of these folders; the linker drops what nothing uses. A board with a start of its own
# runs where arch/ does not; what it needs there lies in a folder of arch's name.
own       := $(board)/$(notdir $(arch))
own_start := $(wildcard $(own)/start.S)
dirs    := lib $(if $(own_start),$(own),arch $(arch) drivers board/common) $(board) $(if $(CONFIG_SCMI),scmi) \
           $(if $(CONFIG_SCMI_PLATFORM),scmi/platform) $(if $(CONFIG_VIRTIO),virtio) $(if $(CONFIG_NET),net) \
           $(if $(CONFIG_CAPSULE),efi disk crypto) $(if $(CONFIG_SHELL),shell)
sources := $(filter-out %.ld.S,$(foreach d,$(dirs),$(wildcard $(d)/*.cc $(d)/*.S))) \
           $(if $(own_start),$(wildcard $(arch)/eabi.S))
script  := $(firstword $(wildcard $(board)/link.ld.S) arch/link.ld.S)
objects := $(addprefix $(O)/,$(addsuffix .o,$(basename $(sources)))) $(libfdt_files:%=$(O)/libfdt/%.o) \
           $(if $(CONFIG_NET),$(lwip_files:%=$(O)/lwip/%.o)) $(if $(CONFIG_CAPSULE),$(mbedtls_files:%=$(O)/mbedtls/%.o) \
           $(O)/board_keys.o)

#? make [BOARD=qemu_arm64] [LLVM=1]     build build/BOARD/firmware.elf and firmware.bin
all: $(O)/firmware.bin size
$(O)/firmware.bin: $(O)/firmware.elf ; @$(OBJCOPY) -O binary $< $@
$(O)/firmware.elf: $(objects) $(O)/link.ld
	@echo "  LINK  $@"
	@$(LD) -pie --no-dynamic-linker -z text -z noexecstack --gc-sections --build-id=none -Map $@.map \
	  -T $(O)/link.ld -o $@ $(objects)
$(O)/link.ld: $(script) $(O)/config.h ; @$(CC) -E -P -x c $(cpp) -MT $@ -MF $@.d $< -o $@
$(O)/%.o: %.cc $(O)/config.h | $(LIBFDT)/libfdt.h $(if $(CONFIG_NET),$(lwip_ready)) $(if $(CONFIG_CAPSULE),$(mbedtls_ready))
	@mkdir -p $(@D); echo "  CXX   $<"
	@$(CXX) $(cpp) $(flags) $(call aligned,$*) $(call optimise,$*) $(cxx) -c $< -o $@
$(O)/%.o: %.S $(O)/config.h
	@mkdir -p $(@D); echo "  AS    $<"
	@$(CC) $(cpp) -DTREE='"$(O)/tree.dtb"' $(flags) -c $< -o $@
$(O)/libfdt/%.o: $(LIBFDT)/%.c $(O)/config.h
	@mkdir -p $(@D); echo "  CC    $<"
	@$(CC) $(cpp) $(flags) $(call aligned,libfdt) -Os -c $< -o $@
$(O)/lwip/%.o: $(LWIP)/src/%.c $(O)/config.h $(lwip_port)
	@mkdir -p $(@D); echo "  CC    $<"
	@$(CC) $(cpp) $(flags) $(call aligned,lwip) -Os -fstack-protector-strong -c $< -o $@
# Digests have code for SIMD registers, which nothing else touches: whoever interrupts it has none to save.
$(O)/mbedtls/%.o: $(MBEDTLS)/library/%.c $(O)/config.h $(mbedtls_port)
	@mkdir -p $(@D); echo "  CC    $<"
	@$(CC) -isystem crypto/libc $(cpp) $(if $(filter sha%,$*),$(filter-out -mgeneral-regs-only,$(flags)),$(flags)) \
	  -O2 -fstack-protector-strong -c $< -o $@
# A device tree of the board's own, with room for other boot arguments (tools/bootargs).
$(O)/tree.dtb: $(wildcard $(board)/*.dts) ; @mkdir -p $(@D); dtc -q -I dts -O dtb -p 512 -o $@ $<
$(O)/$(board)/built_in.o: $(O)/tree.dtb
# The keys that a firmware trusts.
$(O)/board_keys.cc: tools/keys $(or $(call unquote,$(CONFIG_CAPSULE_KEYS)),$(board)/keys) $(O)/config.h
	@echo "  KEYS  $(word 2,$^)"; tools/keys $(word 2,$^) $@
$(O)/board_keys.o: $(O)/board_keys.cc ; @$(CXX) $(cpp) $(flags) -Os $(cxx) -c $< -o $@
# Renewed only when it changes, so that a build with nothing new in it builds nothing.
$(O)/version.h: force
	@mkdir -p $(@D); v='#define CORBEL_VERSION "'$$(git describe --always --dirty --tags 2>/dev/null || echo unknown)'"'; \
	  echo "$$v" | cmp -s - $@ || echo "$$v" > $@
$(O)/lib/version.o: $(O)/version.h

#? make BOARD_defconfig                 configure that board from configs/ and build it from now on
%_defconfig: configs/%_defconfig | setup-build
	@mkdir -p build/$*; KCONFIG_CONFIG=build/$*/.config /usr/bin/python3 -m defconfig $< >/dev/null
	@echo $* > build/board; echo "$* is configured in build/$*/.config"
$(O)/.config: configs/$(BOARD)_defconfig Kconfig | setup-build
	@mkdir -p $(O); KCONFIG_CONFIG=$@ /usr/bin/python3 -m defconfig $< >/dev/null
$(O)/config.h: $(O)/.config ; @KCONFIG_CONFIG=$< /usr/bin/python3 -m genconfig --header-path $@
#? make menuconfig                      change the configuration
menuconfig: $(O)/.config ; @KCONFIG_CONFIG=$< /usr/bin/python3 -m menuconfig
#? make size                            what the image weighs
size: $(O)/firmware.bin
	@$(SIZE) $(O)/firmware.elf | awk 'NR == 2 {printf "  $(BOARD): text %d, data %d, bss %d", $$1, $$2, $$3}'; \
	  stat -c ', image %s bytes (%n)' $<
#? make run [BOOTARGS='corbel.run="scmi info"'] [QEMU='-device ...']   boot it in QEMU, with an SCMI platform or two
run:
	@$(MAKE) BOARD=$(BOARD)
	@$(if $(filter qemu%,$(BOARD)),$(MAKE) BOARD=qemu_$(if $(CONFIG_ARM),arm_)monitor && $(MAKE) scmi-vhost-user)
	@$(if $(filter macchiatobin,$(BOARD)),$(MAKE) flash-image model)
	@board/$$(sed -n 's/^CONFIG_BOARD="\(.*\)"/\1/p' $(O)/.config)/run $(O)/firmware.bin $(QEMU)
#? make clean                           drop what was built for BOARD and for the host
clean: ; rm -rf $(O) build/host
distclean: ; rm -rf build compile_commands.json
# Every goal installs what it needs; silent when nothing is missing.
setup-%: ; @tools/setup $*
help: ; @sed -n 's/^#? //p' $(MAKEFILE_LIST)
.PHONY: all force size run clean distclean help menuconfig

include tests/tests.mk tests/system/system.mk tests/interop/interop.mk tests/system/console.mk tests/bench/bench.mk \
  tools/scmi-vhost-user/build.mk tools/capsule/build.mk
-include $(objects:.o=.d) $(O)/link.ld.d $(O)/board_keys.cc.d
