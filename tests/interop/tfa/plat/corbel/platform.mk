# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/tfa/plat/corbel/platform.mk - TF-A's QEMU platform, with TF-A's SCMI server behind an SMC.
# TF-A finds a platform by its folder (TF_PLATFORM_ROOT), so nothing of its tree is copied or changed.

include plat/qemu/qemu/platform.mk

corbel := $(abspath $(PLAT_DIR)/../..)

BL31_SOURCES += $(addprefix drivers/scmi-msg/,base.c clock.c entry.c reset_domain.c smt.c) \
                $(corbel)/scmi_service.c $(corbel)/scmi_domains.c

# The shared page is mapped when the service starts, after the platform's own table.
$(eval $(call add_define,PLAT_XLAT_TABLES_DYNAMIC))

# The console belongs to BL33 once it runs: what BL31 would report of a refused message must not land in its output.
BL31_CPPFLAGS += -ULOG_LEVEL -DLOG_LEVEL=0
