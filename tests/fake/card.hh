// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/card.hh - an eMMC or SD card as its users see it: areas in memory, and settings that are read back.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "lib/mmc.hh"
#include "tests/fake/disk.hh"

namespace fake {

class Card final : public MmcCard {
 public:
  /// A disk under a name of its own.
  struct Part final : BlockDevice {
    Part(std::string called, uint64_t sectors) : disk(sectors), called_(std::move(called)) {}
    std::string_view name() const override { return called_; }
    uint64_t sectors() const override { return disk.sectors(); }
    uint32_t sector_size() const override { return disk.sector_size(); }
    bool read_only() const override { return disk.read_only(); }
    Result<void> read(uint64_t sector, std::span<std::byte> to) override { return disk.read(sector, to); }
    Result<void> write(uint64_t sector, std::span<const std::byte> from) override { return disk.write(sector, from); }
    Result<void> flush() override { return disk.flush(); }

    Disk disk;

   private:
    std::string called_;
  };

  explicit Card(std::string name, Kind kind = Kind::Emmc) : name_(std::move(name)) {
    who.kind = kind;
    parts.push_back(std::make_unique<Part>(name_, 2048));
    if (kind == Kind::Sd) return;
    parts.push_back(std::make_unique<Part>(name_ + "boot0", 256));
    parts.push_back(std::make_unique<Part>(name_ + "boot1", 256));
  }

  Identity who{.manufacturer = 0xaa,
               .revision = 0x10,
               .serial = 0xdeadbeef,
               .product = {'Q', 'E', 'M', 'U', '!'},
               .year = 2024,
               .month = 3};
  Bus mode{.width = 8, .hertz = 52'000'000, .timing = "high speed"};
  BootPartition boot{.ack = true, .partition = 1};
  BootBus boot_mode{.width = 8, .keep = false, .mode = 2};
  std::vector<std::unique_ptr<Part>> parts;
  Error on_start{}, on_set{};
  unsigned sets = 0;

  std::string_view name() const override { return name_; }
  Result<void> start() override { return on_start == Error{} ? Result<void>() : failure(on_start); }
  const Identity& identity() const override { return who; }
  const Bus& bus() const override { return mode; }
  BlockDevice* area(size_t index) override { return index < parts.size() ? parts[index].get() : nullptr; }
  Result<BootPartition> boot_partition() override { return of_emmc(boot); }
  Result<void> set_boot_partition(BootPartition wanted) override { return set(boot, wanted); }
  Result<BootBus> boot_bus() override { return of_emmc(boot_mode); }
  Result<void> set_boot_bus(BootBus wanted) override { return set(boot_mode, wanted); }

 private:
  template <class T>
  Result<T> of_emmc(const T& setting) const {
    if (who.kind != Kind::Emmc) return failure(Error::NotSupported);
    return setting;
  }
  template <class T>
  Result<void> set(T& setting, const T& wanted) {
    if (on_set != Error{}) return failure(on_set);
    ++sets;
    setting = wanted;
    return {};
  }

  std::string name_;
};

}  // namespace fake
