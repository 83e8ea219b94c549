// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_monitor/below.hh - the world below the monitor as it is entered, on the CPU that it is built for.
#pragma once
#ifdef CONFIG_ARM
#include "board/qemu_monitor/arm/below.hh"
#else
#include "board/qemu_monitor/arm64/below.hh"
#endif
