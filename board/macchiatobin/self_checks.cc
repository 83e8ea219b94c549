// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/self_checks.hh"

#include <memory>

#include "arch/access.hh"
#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/common/machine.hh"
#include "board/macchiatobin/banks.hh"
#include "board/macchiatobin/devices.hh"
#include "board/macchiatobin/dram.hh"
#include "board/macchiatobin/interrupts.hh"
#include "board/macchiatobin/update.hh"
#include "disk/area.hh"
#include "scmi/base.hh"
#include "scmi/clock.hh"
#include "scmi/instance.hh"

using namespace std::string_view_literals;

namespace board {
namespace {

using shell::Machine;

Result<void> check_timer(Machine& machine, Output& says) {
  constexpr uint32_t kHertz = 25'000'000;
  const Time& time = machine.time();
  print_to(says, "{} Hz", time.hertz);
  if (arch::time_is_guessed() || time.hertz != kHertz) return failure(Error::OutOfRange);
  // A counter that stands still would make every wait endless.
  constexpr unsigned kLooks = 1'000'000;
  const Ticks start = time.now();
  for (unsigned i = 0; i < kLooks; ++i)
    if (time.now() - start >= time.microseconds(100)) return {};
  return failure(Error::HardwareError);
}

Result<void> check_interrupts(Machine& machine, Output& says) {
  const drivers::Gic controller = TRY(interrupt_controller());
  const auto is = TRY(controller.identify());
  print_to(says, "GIC {:#x}, {} lines, {} CPUs, timer interrupt {}", is.id, is.lines, is.cpus, arch::timer_interrupt());
  return controller.check(machine.time(), arch::timer_interrupt(), arch::raise_timer_interrupt);
}

// A word near the end of each part keeps what is written, and is put back.
Result<void> check_dram(Machine& machine, Output& says) {
  const Dram& dram = installed_dram();
  print_to(says, "{} MiB", dram.size() >> 20);
  if (dram.size() == 0) return failure(Error::NotFound);
  for (const auto& [address, size] : dram.parts) {
    if (size == 0) continue;
    const auto at = uintptr_t(address + size - (1 << 20));
    const uint64_t before = TRY(machine.read(at, Machine::Width::Double));
    for (const uint64_t pattern : {0x5555'aaaa'3333'ccccu, 0xaaaa'5555'cccc'3333u}) {
      CHECK(machine.write(at, Machine::Width::Double, pattern));
      const uint64_t back = TRY(machine.read(at, Machine::Width::Double));
      if (back == pattern) continue;
      print_to(says, ", {:#x}: {:#x} instead of {:#x}", uint64_t{at}, back, pattern);
      return failure(Error::HardwareError);
    }
    CHECK(machine.write(at, Machine::Width::Double, before));
  }
  return {};
}

// What the secure world keeps for itself is nobody's here.
Result<void> check_secure_memory(Machine&, Output& says) {
  constexpr uint64_t kSecure = 0x0400'0000, kPage = 4096;
  print_to(says, "{:#x}", kSecure);
  if (arch::is_mapped(kSecure, kPage, arch::Memory::Ram)) return failure(Error::InUse);
  CHECK(arch::map(kSecure, kPage, arch::Memory::Device));
  const bool answers = arch::peek(kSecure, 4).has_value();
  CHECK(arch::map(kSecure, kPage, arch::Memory::Nothing));
  CHECK(arch::map(kSecure, kPage, arch::Memory::Reserved));
  print_to(says, " {}", answers ? "can be read"sv : "aborts"sv);
  return answers ? failure(Error::Denied) : Result<void>();
}

Result<void> check_psci(Machine&, Output& says) {
  const auto& psci = the_machine().psci;
  if (!psci) return failure(Error::NoDevice);
  const auto is = TRY(psci->version());
  const auto smccc = psci->smccc_version();
  print_to(says, "{}.{}, SMCCC {}.{}", is.major, is.minor, smccc.major, smccc.minor);
  return {};
}

Result<void> check_scmi(Machine&, Output& says) {
  if (scmi::instances().empty()) return failure(Error::NoDevice);
  const scmi::Instance& instance = scmi::instances()[0];
  const auto vendor = TRY(scmi::base::Base(instance.client(scmi::Protocol::Base)).vendor());
  scmi::clock::Clock clock(instance.client(scmi::Protocol::Clock));
  const auto counts = TRY(clock.counts());
  print_to(says, "{}, {} clocks", vendor.text(), counts.clocks);
  const uint64_t rate = TRY(clock.rate(scmi::clock::Id{0}));
  print_to(says, ", the first at {} Hz", rate);
  return {};
}

// What has none is as good as what has a sound one: the board may start from another medium.
Result<void> check_image(Area& area, Output& says) {
  le32 magic;
  CHECK(area.read(0, std::as_writable_bytes(std::span(&magic, 1))));
  if (magic != kBootImageMagic) {
    print_to(says, "no boot image");
    return failure(Error::NoDevice);
  }
  const auto header = check_boot_image(area, updates().memory());
  if (!header) {
    print_to(says, "{} {}", header.error().check(), header.error().why());
    return failure(header.error().error() == Error{} ? Error::Malformed : header.error().error());
  }
  print_to(says, "boot image of {} bytes, checksum {:#x}", header->size(), uint32_t(header->image_checksum));
  return {};
}

Result<void> check_flash(Machine&, Output& says) {
  Flash& flash = spi_flash();
  CHECK(flash.start());
  const auto& is = flash.identity();
  print_to(says, "{} ({:02x} {:02x} {:02x}), {} KiB", is.part, is.id[0], is.id[1], is.id[2], flash.size() >> 10);
  if (const auto kept = flash.protected_range(); kept && kept->size)
    print_to(says, ", {} KiB at {:#x} protected", kept->size >> 10, kept->offset);
  FlashArea place = TRY(FlashArea::of(flash, kBootCopy.offset, kBootCopy.size, "spi boot image"sv));
  print_to(says, ", ");
  return check_image(place, says);
}

Result<void> check_card(MmcCard& card, Output& says) {
  CHECK(card.start());
  const auto& is = card.identity();
  const auto& bus = card.bus();
  print_to(says, "{}, {} MiB, {} bit, {} kHz {}{}", std::string_view(is.product.data()),
           card.area(0)->sectors() * card.area(0)->sector_size() >> 20, bus.width, bus.hertz / 1000, bus.timing,
           bus.reduced ? " (slower than it could be)"sv : ""sv);
  // The first sector is read; what it holds is nobody's business here.
  alignas(64) std::array<std::byte, 512> sector;
  CHECK(card.area(0)->read(0, sector));
  return {};
}

Result<void> check_emmc(Machine&, Output& says) {
  CHECK(check_card(emmc(), says));
  const auto boot = TRY(emmc().boot_partition());
  print_to(says, ", boots {}", boot.partition == 1 ? "boot0"sv : boot.partition == 2 ? "boot1"sv : "neither"sv);
  return {};
}

Result<void> check_boot_area(size_t index, Output& says) {
  CHECK(emmc().start());
  BlockDevice* const area = emmc().area(index);
  if (!area) return failure(Error::NoDevice);
  // Too large for the stack.
  alignas(disk::DiskArea) [[gnu::section(".bss..noinit")]] static std::byte memory[sizeof(disk::DiskArea)];
  return check_image(*std::construct_at(reinterpret_cast<disk::DiskArea*>(memory), *area), says);
}
Result<void> check_boot0(Machine&, Output& says) { return check_boot_area(1, says); }
Result<void> check_boot1(Machine&, Output& says) { return check_boot_area(2, says); }
Result<void> check_sd(Machine&, Output& says) { return check_card(sd_card(), says); }

constexpr shell::SelfCheck kChecks[] = {
    {"timer"sv, check_timer},      {"interrupts"sv, check_interrupts},
    {"dram"sv, check_dram},        {"secure memory"sv, check_secure_memory},
    {"psci"sv, check_psci},        {"scmi"sv, check_scmi},
    {"spi flash"sv, check_flash},  {"emmc"sv, check_emmc},
    {"emmc boot0"sv, check_boot0}, {"emmc boot1"sv, check_boot1},
    {"sd card"sv, check_sd},
};

}  // namespace

std::span<const shell::SelfCheck> self_checks() { return kChecks; }

}  // namespace board
