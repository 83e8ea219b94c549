// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_virt/board.cc - QEMU's machine "virt": which devices of its tree are used, and how they are joined.
#include "arch/boot.hh"
#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/common/machine.hh"
#include "board/common/options.hh"
#include "board/common/text.hh"
#include "board/common/tree.hh"
#include "board/common/uart.hh"
#include "board/qemu_virt/pci.hh"
#include "board/qemu_virt/update.hh"
#include "board/qemu_virt/virtio.hh"
#include "crypto/mbedtls.hh"
#include "drivers/pl011.hh"
#include "lib/console.hh"
#include "lib/version.hh"
#include "scmi/instance.hh"
#include "shell/update_boot.hh"
#include "virtio/block.hh"
#include "virtio/device.hh"
#include "virtio/entropy.hh"

using namespace std::string_view_literals;

namespace board {
namespace {

// Of the machine, whatever a tree says: a console for the case that there is none, and where RAM starts.
constexpr uint64_t kUart = 0x0900'0000, kRam = 0x4000'0000;

constinit drivers::Pl011 uart(kUart);

class QemuVirt final : public ArchMachine {
 public:
#ifdef CONFIG_VIRTIO
  std::span<const PciFunction> pci() const override { return pci_functions(); }
  BlockDevice* disk(size_t number) override { return virtio::Block::find(number); }
#endif
#ifdef CONFIG_CAPSULE
  uint64_t load_address() const override { return kRam + (256 << 20); }
  Result<efi::Platform*> updates() override { return board::updates(); }
  Flash* flash(size_t number) override { return number == 0 ? flash_chips() : nullptr; }
#endif

 private:
  void quiesce() override {
#ifdef CONFIG_VIRTIO
    if (const auto stopped = virtio::stop_all(); !stopped) print("virtio: {}\n", stopped.error());
    stop_pci();  // no device writes into memory that is somebody else's next
#endif
    uart.flush();
  }
};
constinit QemuVirt machine;

bool start_uart(uint64_t address) {
  using drivers::Pl011;
  return start_console(uart, Pl011(uintptr_t(address)), {address, Pl011::kSize, Pl011::kHarmless, 4});
}

void bind_uart(const Device& device) {
  if (!choose_uart(device, start_uart)) print("{}: not a PL011 that can be used\n", shown(device.name));
}

#ifdef CONFIG_CAPSULE
void bind_flash(const Device&) { set_flash(); }
#endif

#ifdef CONFIG_VIRTIO
void bind_scmi_virtio(const Device& device) { set_scmi_virtio(machine.tree, device.node); }

void bind_virtio(const Device& device) {
  if (device.reg) add_virtio_mmio(device.reg->address);
}

void bind_bridge(const Device& device) {
  bind_pci(machine.tree, device.node, device.name, device.reg);
  for (const PciFunction& function : pci_functions()) add_virtio_pci(function);
}

// The console of an operating system's command line, and randomness for what start.S had to guess.
[[gnu::no_stack_protector]] void use_virtio(std::string_view arguments) {
  if (option(arguments, "corbel.console"sv) == "virtio"sv) {
    if (Console* const found = virtio_console())
      set_console(*found);
    else
      print("corbel.console=virtio: no such device\n");
  }
  uint64_t secret;
  if (virtio::random(std::as_writable_bytes(std::span(&secret, 1)))) arch::set_stack_guard(secret);
}
#endif

void bind_memory(const Device& device) {
  if (!device.reg || device.reg->size == 0 || device.reg->address < kRam) {
    print("{}: not RAM of this machine\n", shown(device.name));
    return;
  }
  auto [address, size] = *device.reg;
  if constexpr (sizeof(void*) == 4) {  // what cannot be named is left alone
    const uint64_t named = address >> 32 ? 0 : std::min(size, (uint64_t{1} << 32) - address);
    if (named != size) print("{}: {} MiB beyond 4 GiB are out of reach\n", shown(device.name), (size - named) >> 20);
    if (!named) return;
    size = named;
  }
  if (const auto mapped = arch::map(address, size, arch::Memory::Ram); !mapped)
    print("{}: {:#x} bytes at {:#x}: {}\n", shown(device.name), size, address, mapped.error());
#ifdef CONFIG_BANNER
  else
    print("memory: {} MiB at {:#x}\n", size >> 20, address);
#endif
}

constexpr Row kRows[] = {
    {"arm,pl011", bind_uart},
    {"arm,psci-0.2", bind_psci},
    {"arm,psci-1.0", bind_psci},
    {"arm,scmi-shmem", bind_area},
    {"arm,scmi-smc", bind_scmi},
    {"arm,scmi-smc-param", bind_scmi},
    {.compatible = "", .bind = reserve, .by = Row::By::Reserved},
    {.compatible = "", .bind = bind_memory, .by = Row::By::Memory},
#ifdef CONFIG_CAPSULE
    {"cfi-flash", bind_flash},
#endif
#ifdef CONFIG_VIRTIO
    {"arm,scmi-virtio", bind_scmi_virtio},
    {"virtio,mmio", bind_virtio, 32},
    {"pci-host-ecam-generic", bind_bridge},
#endif
};
static_assert(std::size(kRows) <= Findings::kMostRows);

void find_tree(uint64_t first) {
  for (const uint64_t address : {first, kRam}) {
    const auto tree = tree_at(address);
    if (tree) {
      machine.tree = *tree;
      return;
    }
    if (tree.error() == Error::BadTree) print("device tree at {:#x}: {}\n", address, tree.error());
  }
  print("no device tree: going on without\n");
}

}  // namespace

ArchMachine& the_machine() { return machine; }

}  // namespace board

void board_main(const arch::BootInfo& boot) {
  using namespace board;
  static_cast<void>(start_uart(kUart));  // so that what goes wrong until the tree's own is found is seen
  machine.name = boot.level == 2 ? "qemu_virt at EL2"sv : "qemu_virt at EL1"sv;
  print("Corbel {}\n", version());
#ifdef CONFIG_BANNER
  print("{}, entered at EL{}, image at {:#x}\n", machine.name, boot.entry_level, boot.load_address);
#endif
  if (arch::time_is_guessed()) print("timer: CNTFRQ is 0, taken for {} Hz\n", arch::time().hertz);
  find_tree(boot.argument[arch::kTreeArgument]);
  const std::string_view arguments = discover(machine.tree, kRows);
  if (scmi::instances().empty()) print("scmi: no platform found\n");
#ifdef CONFIG_BANNER
  print_psci();
#endif
#ifdef CONFIG_VIRTIO
  use_virtio(arguments);
#endif
#ifdef CONFIG_CAPSULE
  if (option(arguments, "corbel.sha2"sv) == "plain"sv) crypto::use_extensions(false);  // to see what they are worth
  print_test_keys();
  if (updates_in_use()) shell::begin_updates(machine);
#endif
  shell::run(machine, option(arguments, "corbel.run"sv));
}
