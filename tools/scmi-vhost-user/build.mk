# SPDX-License-Identifier: BSD-2-Clause
# tools/scmi-vhost-user/build.mk - the host program that serves the reference platform to QEMU's vhost-user-scmi devices.
#? make scmi-vhost-user                 build/host/scmi-vhost-user, an SCMI platform for QEMU's virtio devices
vhost_dir     := tools/scmi-vhost-user
vhost_sources := $(wildcard $(vhost_dir)/*.cc scmi/platform/*.cc) lib/print.cc lib/result.cc lib/text.cc shell/names.cc
vhost_objects := $(vhost_sources:%.cc=$(H)/vhost/%.o)
vhost_flags   := -std=c++23 -O2 -g -DCONFIG_HOST -I. -ffunction-sections -MMD -MP $(warn)

.PHONY: scmi-vhost-user
scmi-vhost-user: ; @$(MAKE) $(jobs) $(H)/scmi-vhost-user
$(H)/scmi-vhost-user: $(vhost_objects)
	@echo "  LINK  $@"; $(HOSTCXX) -Wl,--gc-sections $^ -o $@
# CLI11, which main.cc alone uses, reports by exceptions.
$(H)/vhost/%.o: %.cc | setup-host
	@mkdir -p $(@D); echo "  HOST  $<"
	@$(HOSTCXX) $(vhost_flags) $(if $(filter %/main.cc,$<),,-fno-exceptions -fno-rtti) -c $< -o $@
-include $(vhost_objects:.o=.d)
