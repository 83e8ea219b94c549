# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/tfa/plat/corbel/platform.mk - TF-A's QEMU platform, with TF-A's SCMI server behind an SMC.
# TF-A finds a platform by its folder (TF_PLATFORM_ROOT), so nothing of its tree is copied or changed.

corbel := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))

include plat/qemu/qemu/platform.mk
include $(corbel)/../../scmi.mk

# The shared page is mapped when the service starts, after the platform's own table.
$(eval $(call add_define,PLAT_XLAT_TABLES_DYNAMIC))
