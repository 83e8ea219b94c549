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
/// doorbell of a shared memory.
int64_t smc(uint64_t function, uint64_t argument1, uint64_t argument2) asm("arch_smc");
int64_t hvc(uint64_t function, uint64_t argument1, uint64_t argument2) asm("arch_hvc");
/// x0 - x7 in and out.
Registers call(Conduit conduit, const Registers& in);

}  // namespace arch
