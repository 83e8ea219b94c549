// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/plat/corbel/scmi_platform.h - what scmi.dtso says too.
#define SCMI_FUNCTION 0x82000010U
#define SCMI_PAGE 0x5ffff000U
#define SCMI_SUB_VENDOR "qemu"
