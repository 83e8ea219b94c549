// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/pci.hh - a PCI host bridge with what is plugged into it: cards and bridges whose configuration space and
// address decoding behave, written from the PCI specifications. It counts what a driver may not do.
#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/pci.hh"
#include "lib/result.hh"
#include "tests/fake/bus.hh"
#include "tests/fake/virtio_core.hh"

namespace fake {

class PciBridge;

/// A function: by default without BARs.
class PciCard {
 public:
  PciCard(uint16_t vendor, uint16_t device, uint32_t class_code);
  PciCard(const PciCard&) = delete;
  virtual ~PciCard() = default;

  enum Kind : uint32_t { Memory = 0, Io = 1, Wide = 4, Prefetchable = 8 };
  /// `size`: a power of two.
  void add_bar(unsigned index, uint64_t size, uint32_t kind = Memory);
  uint64_t bar(unsigned index) const;  // the address that was set
  uint64_t bar_size(unsigned index) const { return bars_[index].size; }

  uint32_t get(uint32_t at, unsigned bytes = 4) const;
  void put(uint32_t at, uint32_t value, unsigned bytes = 4);
  void put_mask(uint32_t at, uint32_t value, unsigned bytes = 4);  // which bits can be written

  bool memory_on() const { return get(4, 2) & 2; }
  bool master_on() const { return get(4, 2) & 4; }

  // The bus's side.
  virtual PciBridge* bridge() { return nullptr; }
  virtual uint32_t read_config(uint32_t at, unsigned bytes);
  virtual void write_config(uint32_t at, unsigned bytes, uint32_t value);
  /// The BAR that decodes the address, or -1.
  int claims(uint64_t address) const;
  virtual uint64_t read(unsigned bar, uint64_t offset, unsigned bytes);
  virtual void write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value);

  std::function<void(uint32_t at)> on_read = [](uint32_t) {};  // before each read of the configuration space
  unsigned sized_while_on = 0;                                 // a BAR was moved while the card answered at it
  std::map<std::pair<unsigned, uint64_t>, uint64_t> memory;    // of its BARs: what was written there

 protected:
  std::array<uint8_t, 4096> space_{}, mask_{};

 private:
  struct Bar {
    uint64_t size = 0;
    bool wide = false, io = false;
  };
  std::array<Bar, 6> bars_{};
};

using PciBus = std::map<unsigned, PciCard*>;  // by device << 3 | function

/// PCI to PCI, as after power on: passes nothing on.
class PciBridge final : public PciCard {
 public:
  PciBridge();
  PciBridge* bridge() override { return this; }
  void add(PciCard& card, unsigned device, unsigned function = 0) { behind[device << 3 | function] = &card; }
  bool leads_to(unsigned bus) const { return secondary() && bus >= secondary() && bus <= subordinate(); }
  bool passes(uint64_t address) const;
  unsigned primary() const { return get(0x18, 1); }
  unsigned secondary() const { return get(0x19, 1); }
  unsigned subordinate() const { return get(0x1a, 1); }

  PciBus behind;
};

/// Addresses of the CPU. `buses` of configuration space, and a window that is seen as PCI address `pci` on the bus.
class PciHost {
 public:
  struct Window {
    uint64_t cpu, pci, size;
  };
  PciHost(uint64_t ecam, unsigned first_bus, unsigned buses, Window window);
  PciHost(const PciHost&) = delete;
  ~PciHost();
  void add(PciCard& card, unsigned device, unsigned function = 0) { root[device << 3 | function] = &card; }

  /// What a driver is given to map with; the one of the host made last. Fails as often as `map_failures` says, after as
  /// many calls as `map_successes` says.
  static Result<void> map(uint64_t address, uint64_t size);
  std::vector<std::pair<uint64_t, uint64_t>> mapped;
  int map_successes = 1000;

  PciBus root;
  unsigned conflicts = 0;   // several answered at once
  unsigned unmapped = 0;    // accesses to what was not mapped
  unsigned unanswered = 0;  // accesses to the window that no BAR decodes
  unsigned config_reads = 0;

 private:
  class Ecam final : public Device {
   public:
    Ecam(PciHost& host, uintptr_t where, uintptr_t length) : Device(where, length), host_(host) {}
    uint64_t read(uintptr_t offset, unsigned bytes) override;
    void write(uintptr_t offset, unsigned bytes, uint64_t value) override;

   private:
    PciHost& host_;
  };
  class Memory final : public Device {
   public:
    Memory(PciHost& host, Window window) : Device(window.cpu, window.size), host_(host), pci_(window.pci) {}
    uint64_t read(uintptr_t offset, unsigned bytes) override;
    void write(uintptr_t offset, unsigned bytes, uint64_t value) override;

   private:
    PciHost& host_;
    uint64_t pci_;
  };

  void touch(uint64_t address);
  PciCard* card_of(unsigned bus, unsigned devfn);
  std::pair<PciCard*, unsigned> decoder_of(uint64_t address);

  unsigned first_bus_;
  Ecam ecam_;
  Memory memory_;
};

/// A virtio device behind the structures of 4.1.4, all in BAR 4.
class VirtioPci : public PciCard {
 public:
  VirtioPci(virtio::Type type, uint64_t features, std::vector<uint16_t> limits, bool transitional = false);

  /// A capability at `at`, whose next is `next`.
  void put_capability(uint32_t at, uint8_t kind, uint8_t bar, uint32_t offset, uint32_t length, uint8_t next,
                      uint8_t bytes = 16);
  static constexpr uint32_t kCommonAt = 0x40, kNotifyAt = 0x50, kIsrAt = 0x64, kConfigAt = 0x74;
  static constexpr uint32_t kCommon = 0, kIsr = 0x1000, kConfig = 0x2000, kNotify = 0x3000;  // in the BAR
  static constexpr unsigned kBar = 4;

  VirtioCore core;
  uint32_t multiplier() const { return get(kNotifyAt + 16); }
  std::function<uint16_t(uint16_t)> notify_off = [](uint16_t queue) { return queue; };
  bool never_enabled = false, always_enabled = false;
  unsigned looks = 0;  // accesses to the BAR

  uint64_t read(unsigned bar, uint64_t offset, unsigned bytes) override;
  void write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value) override;

 private:
  uint64_t read_common(uint64_t offset, unsigned bytes);
  void write_common(uint64_t offset, unsigned bytes, uint32_t value);
  virtio::QueueArea& area() { return areas_[queue_select_]; }

  uint32_t device_select_ = 0, driver_select_ = 0;
  uint16_t queue_select_ = 0;
  std::map<uint16_t, virtio::QueueArea> areas_;
};

}  // namespace fake
