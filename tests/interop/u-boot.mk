# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/u-boot.mk - U-Boot for QEMU virt that updates itself from signed capsules, with each of the PKCS#7
# parsers that it has, and its tool that makes capsules. U_BOOT_SOURCE=dir takes a source tree of yours. Of the tree
# only these files stay.

u_boot := build/interop/u-boot
u_boot_made := $(u_boot)/u-boot-mbedtls.bin $(u_boot)/u-boot-legacy.bin $(u_boot)/mkeficapsule
u_boot_configs := $(addprefix tests/interop/u-boot/,config legacy)
# U-Boot gets none of our make's variables.
u_boot_make := MAKEFLAGS= $(MAKE) -j$(shell nproc) -s -C $(u_boot)/tree O=$(CURDIR)/$(u_boot)/build \
               CROSS_COMPILE=aarch64-linux-gnu-
# The defconfig with those files on top. U-Boot drops what it cannot have without a word.
u_boot_configure = { mkdir -p $(u_boot)/build && cat $(u_boot)/tree/configs/qemu_arm64_defconfig $(1) \
                     >$(u_boot)/build/.config && $(u_boot_make) olddefconfig && \
                     ! cat $(1) | grep '^CONFIG' | grep -vxFf $(u_boot)/build/.config; }

$(u_boot_made) &: $(u_boot_configs) tests/interop/u-boot.mk tools/deps/pins | setup-interop
	@echo "  U-BOOT $(u_boot) (twice, a minute and more)"; rm -rf $(u_boot)
	@$(if $(U_BOOT_SOURCE),mkdir -p $(u_boot) && ln -s $(abspath $(U_BOOT_SOURCE)) $(u_boot)/tree, \
	  tools/deps/source u-boot $(u_boot)/tree)
	@{ $(call u_boot_configure,tests/interop/u-boot/config) && $(u_boot_make) u-boot.bin tools && \
	  cp $(u_boot)/build/u-boot.bin $(u_boot)/u-boot-mbedtls.bin && \
	  $(call u_boot_configure,$(u_boot_configs)) && $(u_boot_make) u-boot.bin && \
	  cp $(u_boot)/build/u-boot.bin $(u_boot)/u-boot-legacy.bin && \
	  cp $(u_boot)/build/tools/mkeficapsule $(u_boot)/; } >$(u_boot)/log 2>&1 || \
	  { tail -n 30 $(u_boot)/log; rm -f $(u_boot_made); exit 1; }
	@rm -rf $(u_boot)/tree $(u_boot)/build

.PHONY: u-boot
u-boot: $(u_boot_made)
