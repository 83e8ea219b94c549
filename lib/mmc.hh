// SPDX-License-Identifier: BSD-2-Clause
// lib/mmc.hh - an eMMC (JESD84-B51) or SD card as its users see it: areas that are disks of their own, and the setting
// of an eMMC that tells a boot ROM which of them to start from.
#pragma once
#include <array>
#include <string_view>

#include "lib/block.hh"

class MmcCard {
 public:
  enum class Kind : uint8_t { Emmc, Sd };
  struct Identity {
    Kind kind = Kind::Emmc;
    uint8_t manufacturer = 0, revision = 0;  // of the product, two digits: 0x10 is 1.0
    uint32_t serial = 0;
    std::array<char, 7> product{};  // "QEMU!" and so on, ended by zeros; printable
    uint16_t year = 0;
    uint8_t month = 0;
    std::array<uint32_t, 4> cid{};  // as it came, the highest word first
  };
  struct Bus {
    uint8_t width = 1;        // data lines
    uint32_t hertz = 0;       // of the clock
    std::string_view timing;  // "legacy", "high speed", "DDR52"
    bool reduced = false;     // a faster mode was tried, and did not work
  };
  /// PARTITION_CONFIG, EXT_CSD [179], without the bits of access: no caller depends on which area was used last.
  struct BootPartition {
    bool ack = false;       // the card acknowledges that it begins to send
    uint8_t partition = 0;  // 0: none; 1, 2: boot0, boot1; 7: the user area
  };
  /// BOOT_BUS_CONDITIONS, EXT_CSD [177].
  struct BootBus {
    uint8_t width = 1;  // data lines: 1 (also 4 in DDR), 4, 8
    bool keep = false;  // the mode of the bus survives the boot
    uint8_t mode = 0;   // 0: single rate, 1: single rate at high speed, 2: dual rate
  };

  virtual std::string_view name() const = 0;  // "mmc0", for people and for the commands
  /// Finds out what is there; again only after a failure, for a card may have been put in. All else comes after this.
  /// Errors: NoDevice: no card; Timeout: a card that does not answer; Malformed: it says what no card can;
  /// NotSupported.
  virtual Result<void> start() = 0;
  virtual const Identity& identity() const = 0;
  virtual const Bus& bus() const = 0;
  /// The user area first ("mmc0"), then "mmc0boot0", "mmc0boot1", "mmc0gp0" ... as far as the card has them; nullptr
  /// behind the last. Writing one cannot touch another: each transfer selects its own.
  virtual BlockDevice* area(size_t index) = 0;

  /// Of an eMMC; NotSupported: this is none, or it has no boot areas. InvalidParameters: no such partition or width;
  /// IoError: read back, it is not what was set.
  virtual Result<BootPartition> boot_partition() { return failure(Error::NotSupported); }
  virtual Result<void> set_boot_partition(BootPartition) { return failure(Error::NotSupported); }
  virtual Result<BootBus> boot_bus() { return failure(Error::NotSupported); }
  virtual Result<void> set_boot_bus(BootBus) { return failure(Error::NotSupported); }

 protected:
  ~MmcCard() = default;
};
