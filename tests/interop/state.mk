# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/state.mk - what is kept on storage: variables beside virt-firmware and EDK2's template of them, firmware
# update metadata beside U-Boot's mkfwumdata.

state_dir  := build/interop/state
mkfwumdatas := $(state_dir)/mkfwumdata-v1 $(state_dir)/mkfwumdata-v2
state_made := $(H)/check/state-tool $(state_dir)/AAVMF_VARS.fd $(mkfwumdatas)
$(H)/check/state-tool: $(H)/check/tests/interop/state/tool.o $(H)/check/board_keys.o $(check_objects)
	@echo "  LINK  $@"; $(CHECKCXX) $(check_flags) $^ -lgtest -lpthread -o $@
$(state_dir)/AAVMF_VARS.fd: tools/deps/pins | setup-interop
	@echo "  FETCH $@"; tools/deps/source qemu-efi-aarch64 $(@D) usr/share/AAVMF/AAVMF_VARS.fd
	@head -c 786432 $(@D)/usr/share/AAVMF/AAVMF_VARS.fd >$@.part && mv $@.part $@; rm -r $(@D)/usr
# The tool alone, once for each version of the metadata, without U-Boot's configuration: it uses nothing else of it.
mkfwumdata = $(HOSTCC) -w -O1 $(1) -DUSE_HOSTCC -D__KERNEL_STRICT_NAMES -D_GNU_SOURCE -include include/linux/kconfig.h \
             -Inone -idirafter include -idirafter arch/arm/include tools/mkfwumdata.c lib/crc32.c -luuid
$(mkfwumdatas) &: tools/deps/pins tests/interop/state.mk | setup-interop
	@echo "  U-BOOT $(mkfwumdatas)"; mkdir -p $(state_dir)/u-boot/none/generated
	@: >$(state_dir)/u-boot/none/generated/autoconf.h
	@tools/deps/source u-boot $(state_dir)/u-boot include arch/arm/include tools/mkfwumdata.c lib/crc32.c
	@cd $(state_dir)/u-boot && $(call mkfwumdata,-DCONFIG_FWU_MDATA_V1) -o ../mkfwumdata-v1 && \
	  $(call mkfwumdata) -o ../mkfwumdata-v2
	@rm -r $(state_dir)/u-boot

#? make interop-state [T=name]      variables and FWU metadata beside those of virt-firmware, EDK2 and U-Boot
.PHONY: interop-state
interop-state: setup-interop $(state_made) build/venv/.done
	@tests/system/run "$(T)" tests/interop/state
-include $(H)/check/tests/interop/state/tool.d
