// SPDX-License-Identifier: BSD-2-Clause
// board/qemu_virt/board.cc - QEMU's machine "virt": which devices of its tree are used, and how they are joined.
#include <memory>
#include <optional>

#include "arch/access.hh"
#include "arch/boot.hh"
#include "arch/crash.hh"
#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/keys.hh"
#include "board/qemu_virt/options.hh"
#include "board/qemu_virt/pci.hh"
#include "board/qemu_virt/scmi.hh"
#include "board/qemu_virt/text.hh"
#include "board/qemu_virt/tree.hh"
#include "board/qemu_virt/update.hh"
#include "board/qemu_virt/virtio.hh"
#include "crypto/mbedtls.hh"
#include "drivers/pl011.hh"
#include "drivers/psci.hh"
#include "lib/version.hh"
#include "scmi/instance.hh"
#include "shell/machine.hh"
#include "shell/update_boot.hh"
#include "virtio/block.hh"
#include "virtio/device.hh"
#include "virtio/entropy.hh"

using namespace std::string_view_literals;

namespace board {
namespace {

// Of the machine, whatever a tree says: a console for the case that there is none, and where RAM starts.
constexpr uint64_t kUart = 0x0900'0000, kRam = 0x4000'0000;

constinit DeviceTree the_tree;
constinit drivers::Pl011 uart(kUart);
constinit std::optional<drivers::Psci> psci;

class QemuVirt final : public shell::Machine {
 public:
  const Time& time() const override { return arch::time(); }
  const DeviceTree& device_tree() const override { return the_tree; }
  std::string_view board() const override { return name_; }
  Registers firmware_call(const Registers& in, bool hvc) override {
    return arch::call(hvc ? arch::Conduit::Hvc : arch::Conduit::Smc, in);
  }
  Result<uint64_t> read(uintptr_t address, Width width) override { return arch::peek(address, unsigned(width)); }
  Result<void> write(uintptr_t address, Width width, uint64_t value) override {
    return arch::poke(address, unsigned(width), value);
  }
#ifdef CONFIG_VIRTIO
  Result<std::span<std::byte>> memory(uint64_t address, uint64_t size) override {
    if (size == 0 || address > UINT64_MAX - size) return failure(Error::NotMapped);
    if (arch::image().overlaps({address, size})) return failure(Error::InUse);
    if (!arch::is_mapped(address, size, arch::Memory::Ram)) return failure(Error::NotMapped);
    return std::span(reinterpret_cast<std::byte*>(address), size);
  }
#endif
#ifdef CONFIG_VIRTIO
  std::span<const PciFunction> pci() const override { return pci_functions(); }
  BlockDevice* disk(size_t number) override { return virtio::Block::find(number); }
#endif
#ifdef CONFIG_CAPSULE
  uint64_t load_address() const override { return kRam + (256 << 20); }
  Result<efi::Platform*> updates() override { return board::updates(); }
#endif
  Error reset() override { return last(&drivers::Psci::reset); }
  Error power_off() override { return last(&drivers::Psci::power_off); }

  void set_level(unsigned level) { name_ = level == 2 ? "qemu_virt at EL2" : "qemu_virt at EL1"; }

 private:
  static Error last(Error (drivers::Psci::*order)() const) {
    if (!psci) return Error::NoDevice;
#ifdef CONFIG_VIRTIO
    if (const auto stopped = virtio::stop_all(); !stopped) print("virtio: {}\n", stopped.error());
    stop_pci();  // no device writes into memory that is somebody else's next
#endif
    uart.flush();
    return ((*psci).*order)();
  }

  std::string_view name_;
};
constinit QemuVirt machine;

struct Device {
  DeviceTree::Node node;
  std::string_view name;
  Result<DeviceTree::Region> reg;
  uint32_t phandle;
};

// False: it is none, or not usable. Looks at the last register first: reading the one of data would take a character.
bool start_uart(uint64_t address) {
  static constinit uint64_t started = 0;
  if (address == started) return true;
  drivers::Pl011 candidate(address);
  if (!arch::map(address, 0x1000, arch::Memory::Device) || !arch::peek(address + 0xffc, 4) || !candidate.present())
    return false;
  uart = candidate;
  uart.start();
  set_console(uart);
  started = address;
  return true;
}

void bind_uart(const Device& device) {
  static constinit bool chosen = false;
  if (chosen) return;
  if (device.reg && start_uart(device.reg->address))
    chosen = true;
  else
    print("{}: not a PL011 that can be used\n", shown(device.name));
}

void bind_psci(const Device& device) {
  if (psci) return;
  if (const auto bound = drivers::Psci::bind(the_tree, device.node)) {
    psci = *bound;
    arch::set_restart([] { machine.reset(); });
  } else {
    print("{}: method is neither smc nor hvc\n", shown(device.name));
  }
}

void bind_area(const Device& device) { add_area({device.phandle, shown(device.name), device.reg}); }

void bind_scmi(const Device& device) { add_scmi(the_tree, device.node, psci ? psci->conduit() : arch::Conduit::Smc); }

void reserve(const Device& device) {
  if (!device.reg) {
    if (device.reg.error() != Error::NotFound)  // without reg it is an allocation to be made, by who uses it
      print("{}: {}\n", shown(device.name), device.reg.error());
    return;
  }
  if (const auto mapped = arch::map(device.reg->address, device.reg->size, arch::Memory::Reserved); !mapped)
    print("{}: {}\n", shown(device.name), mapped.error());
}

#ifdef CONFIG_CAPSULE
void bind_flash(const Device&) { set_flash(); }

// Everybody has the private half of these.
void print_test_keys() {
  bool any = false;
  for (const efi::TrustedKey& key : board_keys().trusted)
    if (key.is_test) print("{} {}", any ? ""sv : "test keys:"sv, key.name), any = true;
  if (any) print("\n");
}
#endif

#ifdef CONFIG_VIRTIO
void bind_scmi_virtio(const Device& device) { set_scmi_virtio(the_tree, device.node); }

void bind_virtio(const Device& device) {
  if (device.reg) add_virtio_mmio(device.reg->address);
}

void bind_bridge(const Device& device) {
  bind_pci(the_tree, device.node, device.name, device.reg);
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
  const auto [address, size] = *device.reg;
  if (const auto mapped = arch::map(address, size, arch::Memory::Ram); !mapped)
    print("{}: {:#x} bytes at {:#x}: {}\n", shown(device.name), size, address, mapped.error());
#ifdef CONFIG_BANNER
  else
    print("memory: {} MiB at {:#x}\n", size >> 20, address);
#endif
}

// Bound in this order, whatever the order of the tree: each may use what stands above it. Memory that others must have
// without a cacheable view is mapped before the RAM around it.
struct Row {
  std::string_view compatible;
  void (*bind)(const Device& device);
  uint8_t most = 6;  // that are used: many of one kind leave room for the others
};
constexpr Row kRows[] = {
    {"arm,pl011", bind_uart},
    {"arm,psci-0.2", bind_psci},
    {"arm,psci-1.0", bind_psci},
    {"arm,scmi-shmem", bind_area},
    {"arm,scmi-smc", bind_scmi},
    {"arm,scmi-smc-param", bind_scmi},
    {"", reserve},      // what /reserved-memory has
    {"", bind_memory},  // what calls itself memory
#ifdef CONFIG_CAPSULE
    {"cfi-flash", bind_flash},
#endif
#ifdef CONFIG_VIRTIO
    {"arm,scmi-virtio", bind_scmi_virtio},
    {"virtio,mmio", bind_virtio, 32},
    {"pci-host-ecam-generic", bind_bridge},
#endif
};
constexpr const Row &kUarts = kRows[0], &kReserve = kRows[6], &kMemory = kRows[7];

// By the first of the names that it goes by for which there is one.
const Row* row_of(const TreeWalk& walk) {
  std::string_view name;
  for (size_t i = 0; !(name = walk.compatible(i)).empty(); ++i)
    for (const Row& row : kRows)
      if (row.compatible.size() == name.size() && row.compatible == name) return &row;
  return nullptr;
}

// One walk over the tree: what matches a row, in the order of the tree.
class Findings {
 public:
  [[gnu::noinline]] explicit Findings(const DeviceTree& tree) {
    TreeWalk walk(tree);
    while (walk.next()) {
      if (walk.depth() == 1 && walk.name() == "chosen"sv) chosen_ = walk.node();
      if (!walk.enabled()) continue;
      if (const Row* const row = row_of(walk)) add(walk, *row);
      if (walk.depth() == 2 && walk.parent_name() == "reserved-memory"sv) add(walk, kReserve);
      if (walk.depth() == 1 && walk.type() == "memory"sv) add(walk, kMemory);
    }
    error_ = walk.error();
  }

  Error error() const { return error_; }
  bool overflowed() const { return overflowed_; }
  std::optional<DeviceTree::Node> chosen() const { return chosen_; }
  /// That node's UART comes before all others.
  void prefer(DeviceTree::Node node) {
    for (size_t i = 1; i < count_; ++i)
      if (list_[i].device.node == node) std::swap(list_[0], list_[i]);
  }
  size_t count(const Row& row) const { return counts_[&row - kRows]; }
  void bind() const {
    for (const Row& row : kRows)
      for (size_t i = 0; i < count_; ++i)
        if (list_[i].row == &row) row.bind(list_[i].device);
  }

 private:
  struct Finding {
    const Row* row;
    Device device;
  };

  void add(const TreeWalk& walk, const Row& row) {
    for (size_t index = 0;; ++index) {  // memory may have several regions; all else has one
      const auto reg = walk.reg(index);
      if (index && !reg) return;
      if (count(row) == row.most) {
        overflowed_ = true;
        return;
      }
      ++counts_[&row - kRows];
      list_[count_++] = {&row, {walk.node(), walk.name(), reg, walk.phandle()}};
      if (&row != &kMemory) return;
    }
  }

  static constexpr size_t kMost = [] {
    size_t most = 0;
    for (const Row& row : kRows) most += row.most;
    return most;
  }();
  Finding list_[kMost];
  uint8_t counts_[std::size(kRows)]{};
  size_t count_ = 0;
  bool overflowed_ = false;
  Error error_{};
  std::optional<DeviceTree::Node> chosen_;
};

void find_tree(uint64_t first) {
  for (const uint64_t address : {first, kRam}) {
    const auto tree = tree_at(address);
    if (tree) {
      the_tree = *tree;
      return;
    }
    if (tree.error() == Error::BadTree) print("device tree at {:#x}: {}\n", address, tree.error());
  }
  print("no device tree: going on without\n");
}

// Finds and binds everything. Returns /chosen/bootargs.
[[gnu::noinline]] std::string_view discover() {
  // Too large for the stack.
  alignas(Findings) [[gnu::section(".bss..noinit")]] static std::byte memory[sizeof(Findings)];
  Findings& found = *std::construct_at(reinterpret_cast<Findings*>(memory), the_tree);
  if (found.error() != Error{}) print("{}: going on with what comes before\n", found.error());
  if (found.overflowed()) print("device tree: more devices of a kind than there is room for\n");
  std::string_view arguments;
  if (const auto chosen = found.chosen()) {
    arguments = the_tree.string(*chosen, "bootargs"sv);
    if (found.count(kUarts) > 1) {
      std::string_view path = the_tree.string(*chosen, "stdout-path"sv);
      if (const auto node = the_tree.find(take_until(path, ':'))) found.prefer(*node);
    }
  }
  found.bind();
  return arguments;
}

#ifdef CONFIG_BANNER
void print_psci() {
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

}  // namespace
}  // namespace board

void board_main(const arch::BootInfo& boot) {
  using namespace board;
  static_cast<void>(start_uart(kUart));  // so that what goes wrong until the tree's own is found is seen
  machine.set_level(boot.level);
  print("Corbel {}\n", version());
#ifdef CONFIG_BANNER
  print("{}, entered at EL{}, image at {:#x}\n", machine.board(), boot.entry_level, boot.load_address);
#endif
  if (arch::time_is_guessed()) print("timer: CNTFRQ is 0, taken for {} Hz\n", arch::time().hertz);
  find_tree(boot.argument[0]);
  const std::string_view arguments = discover();
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
