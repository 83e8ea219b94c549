// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/cpu.hh - the CPU that the monitor is built for. "EL3" is Monitor mode on 32-bit Arm, "EL2" Hyp and
// "EL1" Supervisor mode.
#pragma once
#ifdef CONFIG_ARM
#include "board/qemu_monitor/arm/cpu.hh"
#else
#include "board/qemu_monitor/arm64/cpu.hh"
#endif
