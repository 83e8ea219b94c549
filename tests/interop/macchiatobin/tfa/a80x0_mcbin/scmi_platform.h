// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/macchiatobin/tfa/a80x0_mcbin/scmi_platform.h - what the board's device tree says too.
// The page lies between the window that TF-A closes to the normal world and the memory reserved for a trusted OS.
#define SCMI_FUNCTION 0x82002000U
#define SCMI_PAGE 0x04200000U
#define SCMI_SUB_VENDOR "macchiatobin"
