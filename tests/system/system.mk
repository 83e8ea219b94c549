# SPDX-License-Identifier: BSD-2-Clause
# tests/system/system.mk - the tests that talk to the firmware's shell, in QEMU or on a board.

#? make system [T=name] [ARCH=arm] [ENV=qemu-bare-el1]    the QEMU tests named, on one architecture or on both
#? make system [T=name] ENV=tests/system/serial.yaml     those of another machine
# The longest first, for the others run beside it.
ENV  ?= qemu-bare-el1 qemu-monitor qemu-monitor-el1 qemu-virtio-pci qemu-virtio-mmio qemu-bare-el2 qemu-bare-el3
ARCH ?= arm64 arm
# Each of QEMU's machines, which are named and no file, once for each architecture unless one is named with it.
system_on  = $(if $(filter qemu-%,$(1)),$(if $(findstring :,$(1)),$(1),$(ARCH:%=$(1):%)),$(1))
system_env = $(foreach env,$(ENV),$(call system_on,$(env)))
.PHONY: system images
system: images capsule build/system/libpower_cut.so build/venv/.done ; @tests/system/run "$(T)" $(system_env)

# The images that the environments name, whichever board is configured.
images: | setup-build
	@$(MAKE) BOARD=qemu_arm64
	@$(MAKE) BOARD=qemu_monitor
	@$(MAKE) BOARD=qemu_arm
	@$(MAKE) BOARD=qemu_arm_monitor
	@$(MAKE) scmi-vhost-user

# Ends QEMU at an instruction.
build/system/libpower_cut.so: tests/system/power_cut.c $(QEMU_PLUGIN_H)
	@mkdir -p $(@D); gcc -O2 -Wall -Wextra -shared -fPIC -o $@ $< -I$(dir $(QEMU_PLUGIN_H)) \
	  $$(pkg-config --cflags --libs glib-2.0)
