# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/interop.mk - the counterparts that others wrote, and the tests against them.
include tests/interop/tfa.mk tests/interop/vhost-device.mk tests/interop/linux.mk
include tests/interop/u-boot.mk tests/interop/capsules.mk tests/interop/state.mk
include tests/interop/disk.mk tests/interop/macchiatobin.mk
include tests/model/model.mk

#? make interop             the system tests on platforms that others wrote, and their capsules; slow
.PHONY: interop
interop_env   := qemu-tfa qemu-tfa-el1 qemu-vhost-device-pci qemu-vhost-device-mmio
# The longest first, for the others run beside it.
interop_tests := macchiatobin-model $(ARCH:%=tests/interop/capsules:%) tests/interop/macchiatobin tests/model \
                 tests/interop/state $(foreach env,$(interop_env),$(call system_on,$(env))) tests/interop/linux
interop: setup-interop model tfa linux scmi-vhost-user $(vhost_device) $(capsule_peers) $(state_made) \
         $(mcbin_peers) capsule build/system/libpower_cut.so build/venv/.done
	@EDK2=$(EDK2) tests/system/run "$(T)" $(interop_tests)
