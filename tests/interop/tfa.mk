# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/tfa.mk - the firmware as BL33 of TF-A, with TF-A's own SCMI server at the other end, for arm64 and arm.
# Flash is BL1 and, from 256 KiB on, the FIP; only the FIP holds the firmware, so a new one costs milliseconds.

tfa_build := build/interop/tfa
tfa_scmi  := $(wildcard tests/interop/tfa/*.[ch]) tests/interop/tfa/scmi.mk
tfa_glue  := $(tfa_scmi) $(wildcard $(addprefix tests/interop/tfa/plat/corbel/,*.* sp_min/*))
# TF-A gets none of our make's variables: some mean something else to it.
tfa_make  := MAKEFLAGS= $(MAKE) -j$(shell nproc) -s -C $(TFA)

# For each architecture $*: what TF-A is told of it, what stays resident (BL31, on AArch32 sp_min, which is BL32 there),
# and the machine.
tfa_arm64      := CROSS_COMPILE=aarch64-linux-gnu- bl31
tfa_arm        := CROSS_COMPILE=arm-none-eabi- ARCH=aarch32 ARM_ARCH_MAJOR=7 AARCH32_SP=sp_min bl32
tfa_fip_arm64   = --soc-fw $(tfa_bin)/bl31.bin
tfa_fip_arm     = --tos-fw $(tfa_bin)/bl32.bin
tfa_qemu_arm64 := qemu-system-aarch64 -cpu cortex-a57 -M virt
tfa_qemu_arm   := qemu-system-arm -cpu cortex-a15 -M virt,highmem=off
tfa_bin         = $(tfa_build)/$*/corbel/release

$(addprefix $(tfa_build)/,arm64/bl2 arm/bl2): $(tfa_build)/%/bl2: $(TFA)/Makefile $(tfa_glue)
	@echo "  TF-A  $(@D)"; mkdir -p $(@D)
	@$(tfa_make) $(tfa_$*) TF_PLATFORM_ROOT=$(CURDIR)/tests/interop/tfa/plat/ PLAT=corbel BUILD_BASE=$(CURDIR)/$(@D) \
	  BUILD_STRING=corbel bl1 bl2 >$(@D)/log 2>&1 || { tail -n 30 $(@D)/log; exit 1; }
	@cp $(tfa_bin)/bl2.bin $@

$(tfa_build)/fiptool: $(TFA)/Makefile
	@mkdir -p $(@D); $(tfa_make)/tools/fiptool STATIC=1 >/dev/null && cp $(TFA)/tools/fiptool/fiptool $@

# QEMU's own tree with the SCMI nodes added, for entry at EL2 and at EL1, which are Hyp and Supervisor mode.
$(tfa_build)/scmi.dtbo: tests/interop/tfa/scmi.dtso | setup-interop
	@mkdir -p $(@D); dtc -W no-avoid_unnecessary_addr_size -I dts -O dtb -o $@ $<
$(foreach a,arm64 arm,$(tfa_build)/$a/el1.dtb $(tfa_build)/$a/el2.dtb): $(tfa_build)/scmi.dtbo
	@mkdir -p $(@D); timeout --kill-after=5 60 \
	  $(tfa_qemu_$(notdir $(@D))),secure=on,virtualization=$(if $(filter %/el2.dtb,$@),on,off) \
	  -M dtb-randomness=off,dumpdtb=$@.qemu -m 1G -nic none -display none 2>/dev/null
	@fdtoverlay -i $@.qemu -o $@ $<; rm $@.qemu

#? make tfa                 TF-A with its SCMI server, around the firmware for arm64 and for arm
.PHONY: tfa tfa-arm64 tfa-arm
tfa: tfa-arm64 tfa-arm
tfa-arm64 tfa-arm: tfa-%: images $(tfa_build)/fiptool $(addprefix $(tfa_build)/%/,bl2 el1.dtb el2.dtb)
	@$(tfa_build)/fiptool create --tb-fw $(tfa_bin)/bl2.bin $(tfa_fip_$*) --nt-fw build/qemu_$*/firmware.bin $(tfa_bin)/fip
	@cp $(tfa_bin)/bl1.bin $(tfa_bin)/flash
	@dd if=$(tfa_bin)/fip of=$(tfa_bin)/flash bs=256k seek=1 status=none
	@mv $(tfa_bin)/flash $(tfa_build)/$*/flash.bin
