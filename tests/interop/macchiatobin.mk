# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/macchiatobin.mk - the firmware as BL33 of the board's TF-A, packed as its boot ROM wants it. BL1, BL2 and
# BL31 are built once; only the FIP holds the firmware, so a new one costs milliseconds.
# U-Boot for the same board runs behind the same TF-A.
#? make flash-image                     build/macchiatobin/flash-image.bin, for the model of the board

mcbin      := build/interop/macchiatobin
mcbin_bin  := $(mcbin)/a80x0_mcbin/release
mcbin_glue := $(tfa_scmi) $(wildcard tests/interop/macchiatobin/tfa/a80x0_mcbin/*)

$(mcbin_bin)/bl31.bin: $(TFA)/Makefile $(mcbin_glue)
	@echo "  TF-A  $(mcbin)"; mkdir -p $(mcbin)
	@$(tfa_make) CROSS_COMPILE=aarch64-linux-gnu- TF_PLATFORM_ROOT=$(CURDIR)/tests/interop/macchiatobin/tfa/ \
	  PLAT=a80x0_mcbin MSS_SUPPORT=0 USE_COHERENT_MEM=0 BUILD_BASE=$(CURDIR)/$(mcbin) BUILD_STRING=corbel \
	  bl1 bl2 bl31 >$(mcbin)/log 2>&1 || { tail -n 30 $(mcbin)/log; rm -f $@; exit 1; }
	@touch $@

$(mcbin)/doimage: $(TFA)/Makefile
	@mkdir -p $(@D); $(HOSTCC) -O2 -w -o $@ $(TFA)/tools/marvell/doimage/doimage.c
$(mcbin)/ble.bin: tests/interop/macchiatobin/ble.S | setup-build
	@mkdir -p $(@D); aarch64-linux-gnu-gcc -c -o $@.o $< && aarch64-linux-gnu-objcopy -O binary $@.o $@; rm $@.o

mcbin_parts := $(mcbin_bin)/bl31.bin $(mcbin)/doimage $(mcbin)/ble.bin $(tfa_build)/fiptool
.PHONY: flash-image mcbin-tfa
mcbin-tfa: $(mcbin_parts)
build/macchiatobin/flash-image.bin build/macchiatobin-clang/flash-image.bin: %/flash-image.bin: %/firmware.bin \
  $(mcbin_parts) tests/interop/macchiatobin/flash_image
	@tests/interop/macchiatobin/flash_image $< $@
flash-image: $(mcbin_parts)
	@$(MAKE) BOARD=macchiatobin LLVM= all
	@$(MAKE) BOARD=macchiatobin LLVM= build/macchiatobin/flash-image.bin

mcbin_u_boot := $(mcbin)/u-boot
$(mcbin_u_boot)/u-boot.bin: tests/interop/macchiatobin/u-boot.config tests/interop/u-boot.mk tools/deps/pins | setup-interop
	@echo "  U-BOOT $(mcbin_u_boot) (a minute)"; $(call u_boot_source,$(mcbin_u_boot))
	@{ $(call u_boot_configure,$(mcbin_u_boot),mvebu_mcbin-88f8040,$<) && \
	  $(call u_boot_make,$(mcbin_u_boot)) u-boot.bin && mv $(mcbin_u_boot)/build/u-boot.bin $@.part; } \
	  >$(mcbin_u_boot)/log 2>&1 || { tail -n 30 $(mcbin_u_boot)/log; exit 1; }
	@mv $@.part $@; rm -rf $(mcbin_u_boot)/tree $(mcbin_u_boot)/build
$(mcbin_u_boot)/flash-image.bin: $(mcbin_u_boot)/u-boot.bin $(mcbin_parts) tests/interop/macchiatobin/flash_image
	@tests/interop/macchiatobin/flash_image $< $@

.PHONY: macchiatobin-u-boot
macchiatobin-u-boot: $(mcbin_u_boot)/flash-image.bin

#? make interop-macchiatobin [T=name]   what U-Boot and this firmware write on the board's model, each read by the other
.PHONY: interop-macchiatobin
mcbin_peers := flash-image model $(mcbin_u_boot)/flash-image.bin
interop-macchiatobin: setup-interop $(mcbin_peers) build/venv/.done
	@tests/system/run "$(T)" tests/interop/macchiatobin
