# SPDX-License-Identifier: BSD-2-Clause
# tests/bench/bench.mk - figures. Instructions under -icount are exact, so a figure is the same on every machine.

#? make bench               every figure beside what it is held against
.PHONY: bench
bench: setup-bench images scmi-vhost-user capsule tfa model flash-image macchiatobin-u-boot build/bench/libsmcprof.so
	@$(MAKE) BOARD=qemu_arm64_min
	@$(MAKE) BOARD=qemu_arm
	@$(MAKE) BOARD=qemu_arm_monitor
	@$(MAKE) BOARD=qemu_arm_min
	@/usr/bin/python3 tests/bench/bench.py

include tests/bench/peers/peers.mk

build/bench/libsmcprof.so: tests/bench/smcprof.c $(QEMU_PLUGIN_H)
	@mkdir -p $(@D); gcc -O2 -shared -fPIC -o $@ $< -I$(dir $(QEMU_PLUGIN_H)) $$(pkg-config --cflags --libs glib-2.0)
