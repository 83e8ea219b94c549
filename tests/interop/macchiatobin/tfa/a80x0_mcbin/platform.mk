# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/macchiatobin/tfa/a80x0_mcbin/platform.mk - TF-A's platform for the board, with TF-A's SCMI server behind
# an SMC. TF-A finds a platform by its folder (TF_PLATFORM_ROOT): nothing of its tree is copied or changed. The name is
# the board's own, for the code that trains DRAM goes by it.

corbel := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))

include plat/marvell/armada/a8k/a80x0_mcbin/platform.mk
include $(corbel)/../../../tfa/scmi.mk

# sip.c includes it.
PLAT_INCLUDES += -Iplat/marvell/armada/common
BL31_SOURCES := $(filter-out %/mrvl_sip_svc.c,$(BL31_SOURCES))
