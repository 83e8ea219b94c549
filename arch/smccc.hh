// SPDX-License-Identifier: BSD-2-Clause
// arch/smccc.hh - calls to firmware (SMC Calling Convention, DEN0028). Where nobody serves the instruction at all (no
// EL3, no hypervisor) a call answers NOT_SUPPORTED, -1, as it does where nobody knows the function.
#pragma once
#include <array>
#include <cstdint>

namespace arch {

enum class Conduit : uint8_t { Smc, Hvc };

using Registers = std::array<uint64_t, 8>;

/// x0 - x2 as given, x3 - x7 zero; returns x0. All stores before are visible to the whole system first: these are the
/// doorbell of a shared memory. On 32-bit Arm these are r0 - r7.
intptr_t smc(uintptr_t function, uintptr_t argument1, uintptr_t argument2) asm("arch_smc");
intptr_t hvc(uintptr_t function, uintptr_t argument1, uintptr_t argument2) asm("arch_hvc");
/// x0 - x7 in and out. On 32-bit Arm the low halves go in; out come r0, a status, with its sign, the others without
/// one.
Registers call(Conduit conduit, const Registers& in);

}  // namespace arch
