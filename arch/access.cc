// SPDX-License-Identifier: BSD-2-Clause
#include "arch/access.hh"

#include "arch/smccc.hh"

extern "C" {
intptr_t arch_peek1(uintptr_t address, uint64_t* value);
intptr_t arch_peek2(uintptr_t address, uint64_t* value);
intptr_t arch_peek4(uintptr_t address, uint64_t* value);
intptr_t arch_peek8(uintptr_t address, uint64_t* value);
intptr_t arch_poke1(uintptr_t address, uint64_t value);
intptr_t arch_poke2(uintptr_t address, uint64_t value);
intptr_t arch_poke4(uintptr_t address, uint64_t value);
intptr_t arch_poke8(uintptr_t address, uint64_t value);
void arch_call(uint64_t* registers, uintptr_t conduit);
}

namespace arch {

Result<uint64_t> peek(uint64_t where, unsigned width) {
  const auto address = uintptr_t(where);
  if (address != where || (address & (width - 1))) return failure(Error::NotMapped);
  uint64_t value = 0;
  intptr_t failed;
  switch (width) {
    case 1: failed = arch_peek1(address, &value); break;
    case 2: failed = arch_peek2(address, &value); break;
    case 4: failed = arch_peek4(address, &value); break;
    case 8: failed = arch_peek8(address, &value); break;
    default: return failure(Error::NotMapped);
  }
  if (failed) return failure(Error::NotMapped);
  return value;
}

Result<void> poke(uint64_t where, unsigned width, uint64_t value) {
  const auto address = uintptr_t(where);
  if (address != where || (address & (width - 1))) return failure(Error::NotMapped);
  intptr_t failed;
  switch (width) {
    case 1: failed = arch_poke1(address, value); break;
    case 2: failed = arch_poke2(address, value); break;
    case 4: failed = arch_poke4(address, value); break;
    case 8: failed = arch_poke8(address, value); break;
    default: return failure(Error::NotMapped);
  }
  if (failed) return failure(Error::NotMapped);
  return {};
}

Registers call(Conduit conduit, const Registers& in) {
  Registers registers = in;
  arch_call(registers.data(), conduit == Conduit::Hvc);
  return registers;
}

}  // namespace arch
