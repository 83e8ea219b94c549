// SPDX-License-Identifier: BSD-2-Clause
#include "board/common/machine.hh"

#include "arch/access.hh"
#include "arch/boot.hh"
#include "arch/crash.hh"
#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/common/scmi.hh"
#include "board/common/text.hh"
#include "board/keys.hh"
#include "lib/console.hh"

using namespace std::string_view_literals;

namespace board {

const Time& ArchMachine::time() const { return arch::time(); }

ArchMachine::Registers ArchMachine::firmware_call(const Registers& in, bool hvc) {
  return arch::call(hvc ? arch::Conduit::Hvc : arch::Conduit::Smc, in);
}

Result<uint64_t> ArchMachine::read(uint64_t address, Width width) { return arch::peek(address, unsigned(width)); }

Result<void> ArchMachine::write(uint64_t address, Width width, uint64_t value) {
  return arch::poke(address, unsigned(width), value);
}

#ifdef CONFIG_LOAD
Result<std::span<std::byte>> ArchMachine::memory(uint64_t address, uint64_t size) {
  if (size == 0 || address > UINT64_MAX - size) return failure(Error::NotMapped);
  if (arch::image().overlaps({address, size})) return failure(Error::InUse);
  if (!arch::is_mapped(address, size, arch::Memory::Ram)) return failure(Error::NotMapped);
  return std::span(reinterpret_cast<std::byte*>(uintptr_t(address)), size_t(size));
}
#endif

Error ArchMachine::last(Error (drivers::Psci::*order)() const) {
  if (!psci) return Error::NoDevice;
  quiesce();
  return ((*psci).*order)();
}

void bind_psci(const Device& device) {
  ArchMachine& machine = the_machine();
  if (machine.psci) return;
  if (const auto bound = drivers::Psci::bind(machine.tree, device.node)) {
    machine.psci = *bound;
    arch::set_restart([] { the_machine().reset(); });
  } else {
    print("{}: method is neither smc nor hvc\n", shown(device.name));
  }
}

void bind_area(const Device& device) { add_area({device.phandle, shown(device.name), device.reg}); }

void bind_scmi(const Device& device) {
  const ArchMachine& machine = the_machine();
  add_scmi(machine.tree, device.node, machine.psci ? machine.psci->conduit() : arch::Conduit::Smc);
}

void reserve(const Device& device) {
  if (!device.reg) {
    if (device.reg.error() != Error::NotFound)  // without reg it is an allocation to be made, by who uses it
      print("{}: {}\n", shown(device.name), device.reg.error());
    return;
  }
  if (const auto mapped = arch::map(device.reg->address, device.reg->size, arch::Memory::Reserved); !mapped)
    print("{}: {}\n", shown(device.name), mapped.error());
}

#ifdef CONFIG_BANNER
void print_psci() {
  const auto& psci = the_machine().psci;
  if (!psci) return;
  const auto is = psci->version();
  if (!is) {
    print("psci: {}\n", is.error());
    return;
  }
  const auto smccc = psci->smccc_version();
  print("psci: {}.{} by {}, SMCCC {}.{}\n", is->major, is->minor, psci->conduit() == arch::Conduit::Hvc ? "hvc" : "smc",
        smccc.major, smccc.minor);
}
#endif

#ifdef CONFIG_CAPSULE
void print_test_keys() {
  bool any = false;
  for (const efi::TrustedKey& key : board_keys().trusted)
    if (key.is_test) print("{} {}", any ? ""sv : "test keys:"sv, key.name), any = true;
  if (any) print("\n");
}
#endif

}  // namespace board
