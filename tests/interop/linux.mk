# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/linux.mk - a small Linux with its own SCMI client over virtio, made of the distribution's kernel source.
# LINUX_SOURCE=tarball takes one of yours. Of the tree only the image and the archiver stay.

LINUX_SOURCE ?= /usr/src/linux-source-6.12.tar.xz
linux := build/interop/linux
# Of the source half is not even unpacked: what is read of it is how it is configured.
linux_unread := $(patsubst %,%/*.[ch],$(addprefix drivers/,gpu infiniband media net scsi staging) sound) arch/[b-z]*/*.[chS] \
                arch/*.dts* Documentation/*.[rty]* tools/perf tools/testing
# Linux gets none of our make's variables either: LLVM means the same to it, but it is not what was asked for.
linux_make := MAKEFLAGS= $(MAKE) -j$(shell nproc) -s -C $(linux)/tree O=$(CURDIR)/$(linux)/build ARCH=arm64 \
              CROSS_COMPILE=aarch64-linux-gnu- LLVM=

$(linux)/Image: tests/interop/linux/config tests/interop/linux.mk | setup-interop
	@echo "  LINUX $@ ($(notdir $(LINUX_SOURCE)))"; rm -rf $(linux)/tree $(linux)/build; mkdir -p $(linux)/tree
	@tar -xf $(LINUX_SOURCE) -C $(linux)/tree --strip-components=1 $(linux_unread:%=--exclude='*/%')
	@{ $(linux_make) KCONFIG_ALLCONFIG=$(CURDIR)/$< allnoconfig && \
	  ! grep '^CONFIG' $< | grep -vxFf $(linux)/build/.config && $(linux_make) Image; } >$(linux)/log 2>&1 || \
	  { tail -n 30 $(linux)/log; exit 1; }
	@cp $(linux)/build/usr/gen_init_cpio $(linux)/; cp $(linux)/build/arch/arm64/boot/Image $@
	@rm -rf $(linux)/tree $(linux)/build

$(linux)/init: tests/interop/linux/init.c | setup-interop
	@mkdir -p $(@D); aarch64-linux-gnu-gcc -static -Os -Wall -Wextra -Werror -o $@ $<
$(linux)/initramfs: $(linux)/init $(linux)/Image
	@echo 'file /init $< 0755 0 0' | $(linux)/gen_init_cpio - > $@.part && mv $@.part $@

# QEMU's own tree with the SCMI node added. It has the sockets of virtio-mmio and the PCI bridge in it.
$(linux)/scmi.dtb: tests/interop/linux/scmi.dtso | setup-interop
	@mkdir -p $(@D); dtc -I dts -O dtb -o $@.dtbo $<
	@timeout --kill-after=5 60 qemu-system-aarch64 -M virt,dtb-randomness=off,dumpdtb=$@.qemu -cpu cortex-a57 -m 128 \
	  -nic none -display none 2>/dev/null
	@fdtoverlay -i $@.qemu -o $@ $@.dtbo; rm $@.dtbo $@.qemu

.PHONY: linux
linux: $(linux)/Image $(linux)/initramfs $(linux)/scmi.dtb
