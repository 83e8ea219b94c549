// SPDX-License-Identifier: BSD-2-Clause
// drivers/mmc_card.hh - an eMMC (JESD84-B51) or an SD card (Physical Layer 3.01) behind a host controller. It is
// identified at the lowest clock and then taken to the fastest mode in which it reads back what it read before; when
// the wires garble what is read or written, it starts over in the next slower one.
#pragma once
#include "drivers/mmc_area.hh"
#include "drivers/mmc_registers.hh"
#include "drivers/sdhci.hh"
#include "lib/mmc.hh"

namespace drivers {

class MmcSlot final : public MmcCard {
 public:
  /// All stay the caller's. `name`: "mmc0", at most 6 characters.
  constexpr MmcSlot(Sdhci& host, const Time& time, std::string_view name) : host_(&host), time_(&time), name_(name) {}

  std::string_view name() const override { return name_; }
  /// As of MmcCard, and those of Sdhci. Of its areas, those that the same card had stay where they were.
  Result<void> start() override;
  const Identity& identity() const override { return identity_; }
  const Bus& bus() const override { return bus_; }
  BlockDevice* area(size_t index) override { return index < area_count_ ? &areas_[index] : nullptr; }
  Result<BootPartition> boot_partition() override;
  Result<void> set_boot_partition(BootPartition boot) override;
  Result<BootBus> boot_bus() override;
  Result<void> set_boot_bus(BootBus bus) override;

  /// Before somebody else takes the card over: what it kept back is written, and the user area is selected.
  Result<void> hand_over();

 private:
  friend class MmcArea;
  using Access = MmcArea::Access;
  using Answer = MmcCommand::Answer;
  static constexpr uint8_t kUnknown = 0xff;

  // mmc_card.cc: from power to a card that is selected and in a mode.
  Result<void> bring_up();
  Result<void> identify();
  Result<bool> find_sd();
  Result<void> find_emmc();
  Result<uint32_t> wait_power_up(bool sd, uint32_t argument);
  Result<void> enter(MmcMode mode);
  bool slowest() const;
  MmcMode mode_at(size_t step) const;
  bool offers(MmcMode mode) const;
  void list_areas();
  // mmc_emmc.cc, mmc_sd.cc: what each kind tells, and how it changes its mode. Afterwards it was read, in that mode.
  Result<void> open_emmc();
  Result<void> enter_emmc(MmcMode mode);
  Result<void> read_ext_csd() { return inquire(8, 0, 0, 512); }
  Result<void> set_ext_csd(uint8_t index, uint8_t value);
  Result<void> switch_byte(uint8_t index, uint8_t value, uint32_t milliseconds);
  Result<void> open_sd();
  Result<void> enter_sd(MmcMode mode);
  Result<void> read_scr(size_t to);
  Result<void> switch_function(uint32_t argument);
  // mmc_boot.cc
  Result<uint8_t> boot_byte(uint8_t index, uint8_t mask, uint8_t value);
  // mmc_transfer.cc: what areas are made of.
  Result<void> transfer(Access access, uint64_t sector, std::byte* data, size_t size, bool write);
  Result<void> move(Access access, uint64_t sector, const MmcBlocks& blocks);
  Result<void> select(Access access);
  Result<void> mend(Error error, bool& again);
  Error recover(Error error);
  Result<void> flush();
  // mmc_wire.cc: commands and the card's status.
  Result<uint32_t> ask(uint8_t index, uint32_t argument, Answer answer = Answer::Short);
  Result<void> order(uint8_t index, uint32_t argument);
  Result<void> order(uint8_t index, uint32_t argument, const MmcBlocks& blocks);
  Result<void> inquire(uint8_t index, uint32_t argument, size_t to, uint32_t size);
  Result<void> application();
  Result<void> settle(uint32_t milliseconds);
  void pause(uint32_t milliseconds);
  uint32_t card_address() const { return uint32_t{address_} << 16; }

  Sdhci* host_;
  const Time* time_;
  std::string_view name_;
  Identity identity_{};
  Bus bus_{};
  std::array<MmcArea, 7> areas_{};
  size_t area_count_ = 0;

  bool up_ = false;
  bool known_ = false;      // identity_ is that of the card that start() found
  bool by_sector_ = false;  // addresses of the card's are sectors, not bytes
  bool counts_ = false;     // CMD23
  bool dual_ = false;
  uint8_t widest_ = 1;
  uint8_t step_ = 0;      // in the table of modes
  uint8_t selected_ = 0;  // PARTITION_ACCESS; kUnknown: to be asked before anything is moved
  uint16_t address_ = 0;  // relative card address
  uint32_t high_hertz_ = 0;
  MmcCsd csd_{};
  MmcExtCsd described_{};
  alignas(64) std::array<uint8_t, 512> ext_csd_{};  // as read last; of an SD card what its CMD6 said, and its SCR
};

}  // namespace drivers
