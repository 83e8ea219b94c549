# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/u-boot.mk - U-Boot for QEMU virt that updates itself from signed capsules, with each of the PKCS#7
# parsers that it has, and its tool that makes capsules. U_BOOT_SOURCE=dir takes a source tree of yours. Of the tree
# only these files stay.

u_boot := build/interop/u-boot
u_boot_made := $(u_boot)/u-boot-mbedtls.bin $(u_boot)/u-boot-legacy.bin $(u_boot)/mkeficapsule
u_boot_configs := $(addprefix tests/interop/u-boot/,config legacy)
# For any folder $(1). U-Boot gets none of our make's variables.
u_boot_source = rm -rf $(1); $(if $(U_BOOT_SOURCE),mkdir -p $(1) && ln -s $(abspath $(U_BOOT_SOURCE)) $(1)/tree,\
                tools/deps/source u-boot $(1)/tree)
u_boot_make   = MAKEFLAGS= $(MAKE) -j$(shell nproc) -s -C $(1)/tree O=$(CURDIR)/$(1)/build \
                CROSS_COMPILE=aarch64-linux-gnu-
# The defconfig $(2) with the files $(3) on top. U-Boot drops what it cannot have without a word.
u_boot_configure = { mkdir -p $(1)/build && cat $(1)/tree/configs/$(2)_defconfig $(3) >$(1)/build/.config && \
                     $(call u_boot_make,$(1)) olddefconfig && ! cat $(3) | grep '^CONFIG' | grep -vxFf $(1)/build/.config; }

$(u_boot_made) &: $(u_boot_configs) tests/interop/u-boot.mk tools/deps/pins | setup-interop
	@echo "  U-BOOT $(u_boot) (twice, a minute and more)"; $(call u_boot_source,$(u_boot))
	@{ $(call u_boot_configure,$(u_boot),qemu_arm64,tests/interop/u-boot/config) && \
	  $(call u_boot_make,$(u_boot)) u-boot.bin tools && cp $(u_boot)/build/u-boot.bin $(u_boot)/u-boot-mbedtls.bin && \
	  $(call u_boot_configure,$(u_boot),qemu_arm64,$(u_boot_configs)) && \
	  $(call u_boot_make,$(u_boot)) u-boot.bin && cp $(u_boot)/build/u-boot.bin $(u_boot)/u-boot-legacy.bin && \
	  cp $(u_boot)/build/tools/mkeficapsule $(u_boot)/; } >$(u_boot)/log 2>&1 || \
	  { tail -n 30 $(u_boot)/log; rm -f $(u_boot_made); exit 1; }
	@rm -rf $(u_boot)/tree $(u_boot)/build

.PHONY: u-boot
u-boot: $(u_boot_made)
