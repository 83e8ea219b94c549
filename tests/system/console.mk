# SPDX-License-Identifier: BSD-2-Clause
# tests/system/console.mk - docs/console.md, the main job on real input, made anew by a command and never by hand.

console_machine  := -cpu cortex-a57 -kernel build/qemu_arm64/firmware.bin -M virt,secure=on,virtualization=on
# $(1): a clock that each platform calls serdes, and that goes beyond 4 GHz.
console_commands = help 'scmi info' 'scmi agents' 'scmi clock list' 'scmi clock rate $(1)' 'scmi clock rates $(1)' \
                   'scmi clock set $(1) 2500M' 'scmi clock rate $(1)' 'scmi clock rate 99' 'scmi reset list' \
                   'scmi reset assert 1' 'scmi reset deassert 1' 'scmi raw 0x14 6 $(1)' 'scmi stats' \
                   'smc 0x84000000' 'scmi check'

console_virtio := -cpu cortex-a57 -kernel build/qemu_arm64/firmware.bin -M virt,virtualization=on,memory-backend=ram -m 512M \
                  -object memory-backend-memfd,id=ram,size=512M,share=on \
                  -chardev socket,id=scmi,path=build/console.socket,server=on,wait=on -device vhost-user-scmi-pci,chardev=scmi \
                  -netdev user,id=net,tftp=docs -device virtio-net-pci,netdev=net,romfile= -device virtio-rng-pci \
                  -drive file=build/qemu_arm64/firmware.bin,format=raw,if=none,id=disk,readonly=on \
                  -device virtio-blk-pci,drive=disk,packed=on

#? make console             write docs/console.md: what the shell shows on our platform and on TF-A's
.PHONY: console
console: images tfa
	@$(MAKE) scmi-vhost-user
	@build/host/scmi-vhost-user --socket build/console.socket --wait 300 2>/dev/null & { echo '# The shell at work'; echo; \
	  echo 'Written by `make console`: the same image on three platforms.'; echo; \
	  tools/console "Behind the monitor of this repository" $(call console_commands,6) -- \
	    $(console_machine) -m 512 -bios build/qemu_monitor/firmware.bin; \
	  tools/console "Behind TF-A, with the server of its own" $(call console_commands,4) -- \
	    $(console_machine) -m 1G -bios build/interop/tfa/arm64/flash.bin -dtb build/interop/tfa/arm64/el2.dtb; \
	  tools/console "With virtio devices, and the platform behind one of them" pci 'virtio info' 'scmi info' \
	    'scmi clock rate 6' 'virtio blk info' 'virtio blk read 0 0 64 0x50000000' 'md 0x50000000 8' dhcp 'net info' \
	    'ping 10.0.2.2 2' 'tftp 0x50000000 design.md' -- $(console_virtio); } > build/console.md
	@mv build/console.md docs/console.md; echo "docs/console.md is written"
