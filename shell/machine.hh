// SPDX-License-Identifier: BSD-2-Clause
// shell/machine.hh - what the shell needs of the machine below it. The board implements it: the shell itself knows no
// CPU and no driver, and runs in host tests over a fake one.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/fdt.hh"
#include "lib/pci.hh"
#include "lib/print.hh"
#include "lib/result.hh"
#include "lib/time.hh"

namespace efi {
class Platform;
}
class BlockDevice;
class Flash;
class MmcCard;

namespace shell {

class Machine;

/// One thing that `selftest` looks at.
struct SelfCheck {
  std::string_view name;  // "spi flash"
  /// Says in a few words what it has found, without a new line. NoDevice: there is none to be looked at.
  Result<void> (*run)(Machine& machine, Output& says);
};

class Machine {
 public:
  enum class Width : uint8_t { Byte = 1, Half = 2, Word = 4, Double = 8 };
  using Registers = std::array<uint64_t, 8>;

  virtual const Time& time() const = 0;
  virtual const DeviceTree& device_tree() const = 0;
  virtual std::string_view board() const = 0;  // "qemu_virt at EL2", for people
  /// One call over `hvc` or SMC; x0 - x7 in and out.
  virtual Registers firmware_call(const Registers& in, bool hvc) = 0;
  /// Error::NotMapped: nothing answers there, or not to an access of that kind.
  virtual Result<uint64_t> read(uint64_t address, Width width) = 0;
  virtual Result<void> write(uint64_t address, Width width, uint64_t value) = 0;
  /// RAM that nobody uses, for data that a command brings. Errors: NotMapped: no RAM there, or not all of it; InUse: it
  /// is ours, or somebody else's.
  virtual Result<std::span<std::byte>> memory([[maybe_unused]] uint64_t address, [[maybe_unused]] uint64_t size) {
    return failure(Error::NotMapped);
  }
  /// Where to load what a person named no place for.
  virtual uint64_t load_address() const { return 0; }
  /// Firmware update. Error::NoDevice: this machine has nothing to update.
  virtual Result<efi::Platform*> updates() { return failure(Error::NoDevice); }
  /// The disks that may have file systems, from 0 on; nullptr behind the last. One that is not usable is not there.
  virtual BlockDevice* disk([[maybe_unused]] size_t number) { return nullptr; }
  /// Flashes and slots for cards, from 0 on, started or not; nullptr behind the last.
  virtual Flash* flash([[maybe_unused]] size_t number) { return nullptr; }
  virtual MmcCard* mmc([[maybe_unused]] size_t number) { return nullptr; }
  /// Why bytes must not be written there unless a person insists: a boot ROM or a boot loader starts from that place,
  /// and they are no image that it takes, or reach beyond the place. In a few words; empty: they may. `storage`: the
  /// name of a flash or of an area of a card. No bytes: they are to be erased.
  virtual std::string_view objection([[maybe_unused]] std::string_view storage, [[maybe_unused]] uint64_t offset,
                                     [[maybe_unused]] std::span<const std::byte> bytes) {
    return {};
  }
  virtual std::span<const SelfCheck> self_checks() const { return {}; }
  /// MIDR of the CPU that runs this; 0: not known.
  virtual uint32_t cpu() const { return 0; }
  /// Functions of the PCI bus.
  virtual std::span<const PciFunction> pci() const { return {}; }
  /// Both return only when they failed: Error::NoDevice without PSCI, or what PSCI answered.
  virtual Error reset() = 0;
  virtual Error power_off() = 0;

 protected:
  ~Machine() = default;
};

/// Never returns: runs `script` (commands separated by ';', may be empty), then the prompt for ever.
[[noreturn]] void run(Machine& machine, std::string_view script);

}  // namespace shell
