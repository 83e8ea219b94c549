# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/tfa/scmi.mk - what a platform whose folder is $(corbel) adds to what stays resident, BL31 or on AArch32
# BL32: the server, its tables, a way in.
scmi := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
resident := $(if $(filter aarch32,$(ARCH)),BL32,BL31)

PLAT_INCLUDES += -I$(corbel) -I$(scmi)
$(resident)_SOURCES += $(addprefix drivers/scmi-msg/,base.c clock.c entry.c reset_domain.c smt.c) \
                       $(scmi)/scmi_service.c $(scmi)/scmi_domains.c $(corbel)/scmi_table.c $(corbel)/sip.c

# The console belongs to BL33 once it runs: what is reported of a refused message must not land in its output.
$(resident)_CPPFLAGS += -ULOG_LEVEL -DLOG_LEVEL=0
