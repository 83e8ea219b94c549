// SPDX-License-Identifier: BSD-2-Clause
// arch/cpu.hh - what differs between the two architectures, for the sources beside this header.
#pragma once

#ifdef CONFIG_ARM64
#include "arch/arm64/cpu.hh"
#include "arch/arm64/frame.hh"
#include "arch/arm64/paging.hh"
#else
#include "arch/arm/cpu.hh"
#include "arch/arm/frame.hh"
#include "arch/arm/paging.hh"
#endif
