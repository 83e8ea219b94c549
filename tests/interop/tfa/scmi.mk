# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/tfa/scmi.mk - what a platform whose folder is $(corbel) adds to its BL31: the server, its tables, a way in.
scmi := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))

PLAT_INCLUDES += -I$(corbel) -I$(scmi)
BL31_SOURCES += $(addprefix drivers/scmi-msg/,base.c clock.c entry.c reset_domain.c smt.c) \
                $(scmi)/scmi_service.c $(scmi)/scmi_domains.c $(corbel)/scmi_table.c $(corbel)/sip.c

# The console belongs to BL33 once it runs: what BL31 would report of a refused message must not land in its output.
BL31_CPPFLAGS += -ULOG_LEVEL -DLOG_LEVEL=0
