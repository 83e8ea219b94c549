// SPDX-License-Identifier: BSD-2-Clause
#include "board/macchiatobin/devices.hh"

#include <optional>

#include "arch/mmu.hh"
#include "arch/timer.hh"
#include "board/common/machine.hh"
#include "board/common/text.hh"
#include "board/macchiatobin/pins.hh"
#include "drivers/armada_spi.hh"
#include "drivers/mmc_card.hh"
#include "drivers/spi_nor.hh"
#include "drivers/xenon.hh"
#include "lib/console.hh"

using namespace std::string_view_literals;

namespace board {
namespace {

// What these clocks are is no property of a controller's node. Both are fixed.
constexpr uint32_t kSpiHertz = 250'000'000, kCardHertz = 400'000'000;

// Descriptors and a buffer for each of two controllers, which are coherent and reach what lies below 4 GiB.
alignas(4096) [[gnu::section(".bss..noinit")]] std::byte dma_memory[40 << 10];
constinit Arena dma_arena{dma_memory};
constinit const Dma dma{dma_arena};

/// Where the tree has none.
class NoFlash final : public Flash {
 public:
  std::string_view name() const override { return "spi"sv; }
  Result<void> start() override { return failure(Error::NoDevice); }
  const Identity& identity() const override { return identity_; }
  uint64_t size() const override { return 0; }
  Result<uint32_t> sector_size(uint64_t, uint64_t) const override { return failure(Error::NoDevice); }
  Result<void> read(uint64_t, std::span<std::byte>) override { return failure(Error::NoDevice); }
  Result<void> erase(uint64_t, uint64_t) override { return failure(Error::NoDevice); }
  Result<void> write(uint64_t, std::span<const std::byte>) override { return failure(Error::NoDevice); }

 private:
  static constexpr Identity identity_{};
};
class NoCard final : public MmcCard {
 public:
  explicit constexpr NoCard(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  Result<void> start() override { return failure(Error::NoDevice); }
  const Identity& identity() const override { return identity_; }
  const Bus& bus() const override { return bus_; }
  BlockDevice* area(size_t) override { return nullptr; }

 private:
  static constexpr Identity identity_{};
  static constexpr Bus bus_{};
  std::string_view name_;
};

struct SpiFlash {
  explicit SpiFlash(uintptr_t base, uint32_t most)
      : line(base, 0, kSpiHertz, most, arch::time()), flash(line, arch::time()) {}
  drivers::ArmadaSpi line;
  drivers::SpiNor flash;
};
struct Slot {
  Slot(uintptr_t base, const drivers::Sdhci::Wiring& wiring, bool slow, std::string_view name)
      : host(base, arch::time(), dma, wiring, slow), card(host, arch::time(), name) {}
  drivers::Xenon host;
  drivers::MmcSlot card;
};
constinit NoFlash no_flash;
constinit NoCard no_emmc("mmc0"sv), no_sd("mmc1"sv);
constinit std::optional<SpiFlash> spi;
constinit std::optional<Slot> emmc_slot, sd_slot;

/// The registers of a controller that is the first of its kind, with the pins behind it; says why it cannot be used.
template <class T>
std::optional<uintptr_t> registers_of(const Device& device, const std::optional<T>& already, const PinGroup& pins) {
  if (already) return std::nullopt;
  auto mapped =
      device.reg ? arch::map(device.reg->address, device.reg->size, arch::Memory::Device) : failure(device.reg.error());
  if (mapped) mapped = select_pins(pins);
  if (mapped) return uintptr_t(device.reg->address);
  print("{}: {}\n", shown(device.name), mapped.error());
  return std::nullopt;
}

void bind_card(const Device& device, std::optional<Slot>& slot, std::string_view name, bool embedded,
               const PinGroup& pins) {
  const DeviceTree& tree = the_machine().tree;
  const auto has = [&](std::string_view property) { return tree.property(device.node, property).has_value(); };
  const auto base = registers_of(device, slot, pins);
  if (!base) return;
  if (!has("dma-coherent"sv)) {
    print("{}: not dma-coherent, which it is on this board: not used\n", shown(device.name));
    return;
  }
  const drivers::Sdhci::Wiring wiring{.input_hertz = kCardHertz,
                                      .width = uint8_t(tree.cell(device.node, "bus-width"sv).value_or(4)),
                                      .embedded = embedded,
                                      .detects = !embedded && !has("broken-cd"sv) && !has("cd-gpios"sv)};
  slot.emplace(*base, wiring, has("marvell,xenon-phy-slow-mode"sv), name);
}

}  // namespace

void bind_spi(const Device& device) {
  const DeviceTree& tree = the_machine().tree;
  // Of several controllers the one with a flash behind it.
  for (auto child = tree.first_child(device.node); child; child = tree.next_sibling(*child)) {
    if (!tree.compatible(*child, "jedec,spi-nor"sv)) continue;
    if (const auto base = registers_of(device, spi, kSpiPins))
      spi.emplace(*base, tree.cell(*child, "spi-max-frequency"sv).value_or(10'000'000));
    return;
  }
}

void bind_emmc(const Device& device) { bind_card(device, emmc_slot, "mmc0"sv, true, kEmmcPins); }
void bind_sd(const Device& device) { bind_card(device, sd_slot, "mmc1"sv, false, kSdPins); }

Flash& spi_flash() {
  if (spi) return spi->flash;
  return no_flash;
}
MmcCard& emmc() {
  if (emmc_slot) return emmc_slot->card;
  return no_emmc;
}
MmcCard& sd_card() {
  if (sd_slot) return sd_slot->card;
  return no_sd;
}

void release_storage() {
  for (auto* const slot : {&emmc_slot, &sd_slot})
    if (*slot)
      if (const auto done = (*slot)->card.hand_over(); !done) print("{}: {}\n", (*slot)->card.name(), done.error());
}

}  // namespace board
