// SPDX-License-Identifier: BSD-2-Clause
// board/macchiatobin/board.cc - SolidRun's MACCHIATObin (Marvell Armada 8040): which of its devices are used, and how
// they are joined. TF-A starts it as BL33 at address 0.
#include "arch/boot.hh"
#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/common/machine.hh"
#include "board/common/options.hh"
#include "board/common/text.hh"
#include "board/common/uart.hh"
#include "board/macchiatobin/boot_place.hh"
#include "board/macchiatobin/devices.hh"
#include "board/macchiatobin/dram.hh"
#include "board/macchiatobin/interrupts.hh"
#include "board/macchiatobin/self_checks.hh"
#include "board/macchiatobin/tree.hh"
#include "board/macchiatobin/update.hh"
#include "drivers/ns16550.hh"
#include "lib/console.hh"
#include "lib/version.hh"
#include "scmi/instance.hh"
#include "shell/update_boot.hh"

using namespace std::string_view_literals;

namespace board {
namespace {

// Of the board, whatever a tree says: a console for the case that there is none.
constexpr uint64_t kUart = 0xf051'2000;
constexpr unsigned kUartShift = 2;

constinit drivers::Ns16550 uart(kUart, kUartShift);
constinit Dram dram{};

class Macchiatobin final : public ArchMachine {
 public:
  Error power_off() override {
    print("this board cannot switch itself off, and its TF-A panics when it is asked to: use reset, or the supply\n");
    return Error::NotSupported;
  }
  BlockDevice* disk(size_t number) override {
    // Those that have file systems: of the eMMC the user area, and the card.
    for (size_t slot = 0; MmcCard* const card = mmc(slot); ++slot)
      if (card->start() && number-- == 0) return card->area(0);
    return nullptr;
  }
  Flash* flash(size_t number) override { return number == 0 ? &spi_flash() : nullptr; }
  MmcCard* mmc(size_t number) override { return number == 0 ? &emmc() : number == 1 ? &sd_card() : nullptr; }
  std::string_view objection(std::string_view storage, uint64_t offset, std::span<const std::byte> bytes) override {
    return boot_place_objection(storage, offset, bytes);
  }
  uint32_t cpu() const override { return arch::cpu(); }
  std::span<const shell::SelfCheck> self_checks() const override { return board::self_checks(); }
  uint64_t load_address() const override { return 0x1000'0000; }
  Result<efi::Platform*> updates() override { return &board::updates(); }

 private:
  void quiesce() override {
    release_storage();
    quiet_interrupts();
    uart.flush();
  }
};
constinit Macchiatobin machine;

bool start_uart(uint64_t address, unsigned shift, unsigned width) {
  using drivers::Ns16550;
  return start_console(uart, Ns16550(address, shift, width),
                       {address, Ns16550::size(shift), Ns16550::harmless(shift), width});
}

void bind_uart(const Device& device) {
  const bool usable = choose_uart(device, [&](uint64_t address) {
    const unsigned shift = machine.tree.cell(device.node, "reg-shift").value_or(0);
    const unsigned width = machine.tree.cell(device.node, "reg-io-width").value_or(1);
    return shift <= 2 && (width == 1 || width == 2 || width == 4) && start_uart(address, shift, width);
  });
  if (!usable) print("{}: not an 8250 that can be used\n", shown(device.name));
}

void map_dram(uint64_t size, std::string_view who) {
  const auto found = dram_of(size);
  if (!found) {
    print("dram: {:#x} bytes ({}): {}\n", size, who, found.error());
    return;
  }
  dram = *found;
  for (const auto& [address, bytes] : dram.parts)
    if (const auto mapped = arch::map(address, bytes, arch::Memory::Ram); !mapped)
      print("dram: {:#x} bytes at {:#x}: {}\n", bytes, address, mapped.error());
#ifdef CONFIG_BANNER
  print("dram: {} MiB ({})\n", dram.size() >> 20, who);
#endif
}

// The tree says what some boards have. Who trained the DIMM knows better.
void bind_memory(const Device& device) {
  constexpr uint64_t kDramSize = 0x8200'0010, kRegisters = 0xf000'0000;  // MV_SIP_DRAM_SIZE
  if (dram.size() != 0) return;
  const int64_t trained = arch::smc(kDramSize, kRegisters, 0);
  if (trained > 0) map_dram(uint64_t(trained), "says TF-A"sv);
  if (dram.size() == 0 && device.reg) map_dram(device.reg->size, "says the device tree"sv);
}

constexpr Row kRows[] = {
    {"snps,dw-apb-uart", bind_uart},
    {"arm,psci-0.2", bind_psci},
    {"arm,psci-1.0", bind_psci},
    {"arm,scmi-shmem", bind_area},
    {"arm,scmi-smc", bind_scmi},
    {.compatible = "", .bind = reserve, .by = Row::By::Reserved},
    {.compatible = "", .bind = bind_memory, .by = Row::By::Memory},
    {"arm,gic-400", bind_gic},
    {"marvell,armada-380-spi", bind_spi},
    {"marvell,armada-ap806-sdhci", bind_emmc},
    {"marvell,armada-cp110-sdhci", bind_sd},
};
static_assert(std::size(kRows) <= Findings::kMostRows);

}  // namespace

ArchMachine& the_machine() { return machine; }
const Dram& installed_dram() { return dram; }

}  // namespace board

void board_main(const arch::BootInfo& boot) {
  using namespace board;
  static_cast<void>(start_uart(kUart, kUartShift, 1));
  machine.name = boot.level == 2 ? "macchiatobin at EL2"sv : "macchiatobin at EL1"sv;
  print("Corbel {}\n", version());
#ifdef CONFIG_BANNER
  print("{}, entered at EL{}, image at {:#x}\n", machine.name, boot.entry_level, boot.load_address);
#endif
  if (arch::time_is_guessed()) print("timer: CNTFRQ is 0, taken for {} Hz\n", arch::time().hertz);
  machine.tree = choose_tree(boot.argument[0]);
  const std::string_view arguments = discover(machine.tree, kRows);
  if (scmi::instances().empty()) print("scmi: no platform found\n");
#ifdef CONFIG_BANNER
  print_psci();
#endif
  print_test_keys();
  if (updates_in_use()) shell::begin_updates(machine);
  shell::run(machine, option(arguments, "corbel.run"sv));
}
