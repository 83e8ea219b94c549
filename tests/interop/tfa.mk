# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/tfa.mk - the firmware as BL33 of TF-A, with TF-A's own SCMI server at the other end.
# Flash is BL1 and, from 256 KiB on, the FIP; only the FIP holds the firmware, so a new one costs milliseconds.

tfa_build := build/interop/tfa
tfa_bin   := $(tfa_build)/corbel/release
tfa_scmi  := $(wildcard tests/interop/tfa/*.[ch]) tests/interop/tfa/scmi.mk
tfa_glue  := $(tfa_scmi) $(wildcard tests/interop/tfa/plat/corbel/*)
# TF-A gets none of our make's variables: some mean something else to it.
tfa_make  := MAKEFLAGS= $(MAKE) -j$(shell nproc) -s -C $(TFA)

$(tfa_bin)/bl31.bin: $(TFA)/Makefile $(tfa_glue)
	@echo "  TF-A  $(tfa_build)"; mkdir -p $(tfa_build)
	@$(tfa_make) CROSS_COMPILE=aarch64-linux-gnu- TF_PLATFORM_ROOT=$(CURDIR)/tests/interop/tfa/plat/ PLAT=corbel \
	  BUILD_BASE=$(CURDIR)/$(tfa_build) BUILD_STRING=corbel bl1 bl2 bl31 >$(tfa_build)/log 2>&1 || \
	  { tail -n 30 $(tfa_build)/log; rm -f $@; exit 1; }
	@touch $@

$(tfa_build)/fiptool: $(TFA)/Makefile
	@mkdir -p $(@D); $(tfa_make)/tools/fiptool STATIC=1 >/dev/null && cp $(TFA)/tools/fiptool/fiptool $@

# QEMU's own tree with the SCMI nodes added, for entry at EL2 and at EL1.
$(tfa_build)/scmi.dtbo: tests/interop/tfa/scmi.dtso | setup-interop
	@mkdir -p $(@D); dtc -W no-avoid_unnecessary_addr_size -I dts -O dtb -o $@ $<
$(tfa_build)/el2.dtb: virtualization := on
$(tfa_build)/el1.dtb: virtualization := off
$(tfa_build)/el1.dtb $(tfa_build)/el2.dtb: $(tfa_build)/scmi.dtbo
	@qemu-system-aarch64 -M virt,secure=on,virtualization=$(virtualization),dtb-randomness=off,dumpdtb=$@.qemu \
	  -cpu cortex-a57 -m 1G -nic none -display none 2>/dev/null
	@fdtoverlay -i $@.qemu -o $@ $<; rm $@.qemu

.PHONY: tfa
tfa: images $(tfa_bin)/bl31.bin $(tfa_build)/fiptool $(tfa_build)/el1.dtb $(tfa_build)/el2.dtb
	@$(tfa_build)/fiptool create --tb-fw $(tfa_bin)/bl2.bin --soc-fw $(tfa_bin)/bl31.bin \
	  --nt-fw build/qemu_arm64/firmware.bin $(tfa_build)/fip.bin
	@cp $(tfa_bin)/bl1.bin $(tfa_build)/flash.part
	@dd if=$(tfa_build)/fip.bin of=$(tfa_build)/flash.part bs=256k seek=1 status=none
	@mv $(tfa_build)/flash.part $(tfa_build)/flash.bin
