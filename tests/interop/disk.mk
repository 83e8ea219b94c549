# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/disk.mk - disk/ against mkfs.fat and fsck.fat of dosfstools, mtools, sfdisk and sgdisk; without QEMU.
#? make disk-test [T=name]              file systems and partition tables of others' making
disk_tool_sources := tests/interop/disk/disk_tool.cc $(wildcard disk/*.cc) \
                     $(addprefix lib/,crc32.cc guid.cc print.cc result.cc text.cc)
disk_tool_objects := $(disk_tool_sources:%.cc=$(H)/disk-tool.d/%.o)

.PHONY: disk-test
disk-test: build/venv/.done | setup-test
	@$(MAKE) $(jobs) $(H)/disk-tool
	@tests/system/run "$(T)" tests/interop/disk
$(H)/disk-tool: $(disk_tool_objects) ; @$(HOSTCXX) -fsanitize=address,undefined $^ -o $@
$(H)/disk-tool.d/%.o: %.cc
	@mkdir -p $(@D); echo "  HOST  $<"
	@$(HOSTCXX) -std=c++23 -O1 -g -DCONFIG_HOST -I. -MMD -MP $(test_warn) -fno-exceptions -fsanitize=address,undefined \
	  -fno-sanitize-recover=all -c $< -o $@
-include $(disk_tool_objects:.o=.d)
