# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/tfa/plat/corbel/sp_min/sp_min-corbel.mk - what sp_min is made of here, AArch32's counterpart of BL31.
# TF-A's own list for QEMU names files that moved away long ago, and its setup has stayed behind what it calls.

PLAT_INCLUDES += -I$(PLAT_QEMU_COMMON_PATH)
BL32_SOURCES += $(QEMU_CPU_LIBS) $(QEMU_GIC_SOURCES) $(corbel)/sp_min/sp_min_platform.c \
                $(addprefix $(PLAT_QEMU_COMMON_PATH)/,aarch32/plat_helpers.S qemu_pm.c topology.c) \
                $(addprefix plat/common/,aarch32/platform_mp_stack.S plat_psci_common.c) \
                drivers/arm/pl061/pl061_gpio.c drivers/gpio/gpio.c

# qemu_pm.c calls this by the name that it has on AArch64.
BL32_CPPFLAGS += -Ddisable_mmu_el3=disable_mmu_secure
