// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/ecam.hh"

#include "lib/console.hh"
#include "lib/reg.hh"

using namespace std::string_view_literals;

namespace drivers {
namespace {

// Configuration space (PCI Local Bus 3.0, 6.1; of bridges: PCI-to-PCI Bridge 1.2, 3.2).
constexpr Reg<uint32_t, 0x00, Right::ReadOnly> kId;
constexpr Reg<uint16_t, 0x04> kCommand;
constexpr Reg<uint32_t, 0x08, Right::ReadOnly> kClass;
constexpr Reg<uint8_t, 0x0e, Right::ReadOnly> kHeaderType;
constexpr uint32_t kBars = 0x10;
constexpr Reg<uint16_t, 0x2e, Right::ReadOnly> kSubsystem;
constexpr Reg<uint32_t, 0x30, Right::WriteOnly> kRom;
constexpr Reg<uint32_t, 0x18, Right::WriteOnly> kBusNumbers;
constexpr Reg<uint32_t, 0x20, Right::WriteOnly> kWindow;
constexpr Reg<uint32_t, 0x24, Right::WriteOnly> kPrefetchable;
constexpr Reg<uint32_t, 0x28, Right::WriteOnly> kPrefetchableBase;
constexpr Reg<uint32_t, 0x2c, Right::WriteOnly> kPrefetchableLimit;
constexpr Reg<uint32_t, 0x38, Right::WriteOnly> kBridgeRom;
constexpr Reg<uint16_t, 0x3e, Right::WriteOnly> kBridgeControl;

constexpr uint16_t kMemory = 1 << 1, kMaster = 1 << 2, kNoInterrupt = 1 << 10;  // kCommand
constexpr uint8_t kManyFunctions = 0x80;                                        // kHeaderType
constexpr uint32_t kClosed = 0x0000'fff0;                                       // a window: limit below base

constexpr uint64_t kBusSize = 1 << 20;     // of configuration space
constexpr uint64_t kWindowUnit = 1 << 20;  // of what a bridge passes on
constexpr uint64_t kBlock = 2 << 20;       // costs one entry of a page table where a bus alone would cost 256

constexpr uint64_t up(uint64_t value, uint64_t unit) { return (value + (unit - 1)) & ~(unit - 1); }

// #address-cells is 3 there: flags, and the address in two.
constexpr uint32_t kPciCells = 3, kSizeCells = 2;
constexpr uint32_t kSpace = 3 << 24, kMemory32 = 2 << 24, kPrefetch = 1 << 30;

}  // namespace

Result<Ecam> Ecam::bind(const DeviceTree& tree, DeviceTree::Node node, const DeviceTree::Region& ecam) {
  // One look at the properties: there are many, and each look reads the names of all.
  DeviceTree::Bytes ranges;
  uint64_t address_cells = 0, size_cells = 0, first = 0, last = 0xff;
  int cursor;
  for (auto property = tree.first_property(node, cursor); property; property = tree.next_property(cursor)) {
    const auto [name, value] = *property;
    if (name == "ranges"sv)
      ranges = value;
    else if (name == "#address-cells"sv && value.size() == 4)
      address_cells = cells_at(value, 0);
    else if (name == "#size-cells"sv && value.size() == 4)
      size_cells = cells_at(value, 0);
    else if (name == "bus-range"sv && value.size() == 8)
      first = cells_at(value, 0), last = cells_at(value, 1);
  }
  const uint32_t cpu_cells = tree.cell(DeviceTree::Node::Root, "#address-cells"sv).value_or(2);
  if (address_cells != kPciCells || size_cells != kSizeCells || cpu_cells < 1 || cpu_cells > 2)
    return failure(Error::BadTree);
  if (first > last || last > 0xff || ecam.address % kBusSize || ecam.size < kBusSize) return failure(Error::BadTree);

  const size_t row = kPciCells + cpu_cells + kSizeCells;
  if (ranges.size() % (row * 4)) return failure(Error::BadTree);
  for (size_t at = 0; at < ranges.size() / 4; at += row) {
    if ((cells_at(ranges, at) & (kSpace | kPrefetch)) != kMemory32) continue;
    const uint64_t pci = cells_at(ranges, at + 1, 2), cpu = cells_at(ranges, at + kPciCells, cpu_cells);
    const uint64_t size = cells_at(ranges, at + kPciCells + cpu_cells, kSizeCells);
    if (pci >> 32 || size > (uint64_t{1} << 32) - pci || cpu > UINT64_MAX - size || (cpu - pci) % 4096)
      return failure(Error::BadTree);
    Ecam found;
    found.ecam_ = ecam.address;
    found.first_bus_ = uint8_t(first);
    found.last_bus_ = uint8_t(last - first < ecam.size / kBusSize ? last : first + ecam.size / kBusSize - 1);
    found.next_ = up(pci ? pci : 1, kWindowUnit);  // a BAR at 0 is one that was never set
    found.end_ = (pci + size) & ~(kWindowUnit - 1);
    found.offset_ = cpu - pci;
    return found;
  }
  return failure(Error::NotFound);
}

// One scan: depth first, without recursion.
class Ecam::Scan {
 public:
  Scan(Ecam& ecam, std::span<PciFunction> room, Map map) : ecam_(ecam), room_(room), map_(map) {}

  /// How many functions there are in the room.
  size_t run() {
    Level* level = levels_;
    *level = {.bus = ecam_.first_bus_};
    enter(*level);
    while (true) {
      if (level->next < level->end) {
        const PciFunction& function = room_[level->next++];
        if (function.header == kBridge && function.assigned && open(function, level)) ++level;
      } else if (level != levels_) {
        close(level--);
      } else {
        break;
      }
    }
    if (full_) print("pci: more functions than there is room for\n");
    return count_;
  }

 private:
  static constexpr uint8_t kBridge = 1;
  static constexpr size_t kMostLevels = 8;
  static constexpr std::string_view kNoRoom = "no room for it";
  struct Level {  // a bus, and what there is still to do about it
    uint8_t bus = 0;
    size_t next = 0, end = 0;  // its functions in room_; those before `next` have been looked behind
    uintptr_t bridge = 0;      // configuration space of the one that leads there
    uint64_t base = 0;         // of that one's window
  };

  void enter(Level& level);
  void map_window(const Level& level, uint64_t from);
  void list(uint16_t address, uintptr_t config, uint8_t header);
  void assign(PciFunction& function);
  Result<void> assign_bar(PciFunction& function, unsigned index, uint32_t low, bool wide);
  bool open(const PciFunction& bridge, Level* above);
  void close(const Level* level);

  static void complain(const PciFunction& function, std::string_view what, unsigned index, std::string_view why) {
    print("pci ");
    print_pci_address(console(), function.address);
    print(": {} {}: {}\n", what, index, why);
  }

  Ecam& ecam_;
  std::span<PciFunction> room_;
  const Map map_;
  size_t count_ = 0;
  bool full_ = false;
  uint8_t used_bus_ = ecam_.first_bus_;
  uint64_t mapped_ = ecam_.ecam_;  // configuration space below is
  Level levels_[kMostLevels];
};

// Lists the functions of a bus and gives them addresses, the next ones of the window.
void Ecam::Scan::enter(Level& level) {
  const uint64_t bus = ecam_.ecam_ + uint64_t(level.bus - ecam_.first_bus_) * kBusSize;
  if (bus >= mapped_) {
    const uint64_t all = ecam_.ecam_ + uint64_t(ecam_.last_bus_ - ecam_.first_bus_ + 1) * kBusSize;
    const uint64_t end = up(bus + 1, kBlock) < all ? up(bus + 1, kBlock) : all;
    if (const auto mapped = map_(bus, end - bus); !mapped) {
      print("pci: configuration space at {:#x}: {}\n", bus, mapped.error());
      return;
    }
    mapped_ = end;
  }

  level.next = count_;
  const uint64_t from = ecam_.next_;
  for (unsigned device = 0; device < 32 * 8; device += 8) {
    for (unsigned function = 0, count = 1; function < count; ++function) {
      const uintptr_t config = uintptr_t(bus) + ((device | function) << 12);
      const uint32_t id = Mmio(config).read(kId);
      if (uint16_t(id) == 0xffff || id == 0) continue;
      const uint8_t header = Mmio(config).read(kHeaderType);
      if (header & kManyFunctions) count = 8;
      list(uint16_t(level.bus << 8 | device | function), config, header & uint8_t(~kManyFunctions));
    }
  }
  level.end = count_;
  if (ecam_.next_ != from) map_window(level, from);
}

void Ecam::Scan::map_window(const Level& level, uint64_t from) {
  const auto mapped = map_(from + ecam_.offset_, ecam_.next_ - from);
  if (mapped) return;
  print("pci: window at {:#x}: {}\n", from + ecam_.offset_, mapped.error());
  for (PciFunction& function : room_.subspan(level.next, level.end - level.next)) {
    function.assigned = false;
    function.bars = {};
  }
}

void Ecam::Scan::list(uint16_t address, uintptr_t config, uint8_t header) {
  // What it decodes or passes on of an earlier configuration would be in the way of the new one.
  const Mmio registers(config);
  registers.write(kCommand, kNoInterrupt);
  if (header == kBridge) registers.write(kBusNumbers, 0);
  if (count_ == room_.size()) {
    full_ = true;
    return;
  }
  PciFunction& function = room_[count_++] = {};
  const uint32_t id = registers.read(kId), class_code = registers.read(kClass);
  function.address = address;
  function.vendor = uint16_t(id);
  function.device = uint16_t(id >> 16);
  function.class_code = class_code >> 8;
  function.revision = uint8_t(class_code);
  function.header = header;
  function.config = config;
  if (header == 0) {
    function.subsystem = registers.read(kSubsystem);
    registers.write(kRom, 0);
  } else if (header == kBridge) {
    registers.write(kBridgeRom, 0);
    registers.write(kBridgeControl, 0);
  } else {
    function.assigned = false;
    return;
  }
  assign(function);
}

void Ecam::Scan::assign(PciFunction& function) {
  const unsigned count = function.header == kBridge ? 2 : 6;
  for (unsigned index = 0; index < count; ++index) {
    const uintptr_t at = function.config + kBars + index * 4;
    mmio_write(at, ~uint32_t{0});
    const uint32_t low = mmio_read<uint32_t>(at);
    if (low == 0 || low & 1) continue;  // none, or one for I/O
    const bool wide = low & 4;
    const bool sound = !(low & 2) && index + wide < count;
    const auto done = sound ? assign_bar(function, index, low, wide) : failure(Error::Malformed);
    if (!done) {
      function.assigned = false;
      complain(function, "BAR"sv, index, done.error() == Error::NoSpace ? kNoRoom : text(done.error()));
    }
    index += wide;
  }
}

// `low`: what the BAR reads when all ones were written to it, which tells its size.
Result<void> Ecam::Scan::assign_bar(PciFunction& function, unsigned index, uint32_t low, bool wide) {
  const uintptr_t at = function.config + kBars + index * 4;
  uint64_t high = ~uint32_t{0};
  if (wide) {
    mmio_write(at + 4, ~uint32_t{0});
    high = mmio_read<uint32_t>(at + 4);
  }
  const uint64_t size = -(high << 32 | (low & ~0xfu));
  if (size == 0 || size & (size - 1)) return failure(Error::Malformed);
  const uint64_t address = up(ecam_.next_, size);
  if (size > ecam_.end_ || address > ecam_.end_ - size) return failure(Error::NoSpace);
  mmio_write(at, uint32_t(address));
  if (wide) mmio_write(at + 4, uint32_t{0});
  if ((mmio_read<uint32_t>(at) & ~0xfu) != address || (wide && mmio_read<uint32_t>(at + 4)))
    return failure(Error::Malformed);
  function.bars[index] = {address + ecam_.offset_, size};
  ecam_.next_ = address + size;
  return {};
}

bool Ecam::Scan::open(const PciFunction& bridge, Level* above) {
  if (above + 1 == levels_ + kMostLevels || used_bus_ == ecam_.last_bus_) {
    complain(bridge, "a bus behind bus"sv, above->bus, kNoRoom);
    return false;
  }
  const uint8_t bus = ++used_bus_;
  Mmio(bridge.config).write(kBusNumbers, uint32_t(ecam_.last_bus_ << 16 | bus << 8 | above->bus));
  ecam_.next_ = up(ecam_.next_, kWindowUnit);
  above[1] = {.bus = bus, .bridge = bridge.config, .base = ecam_.next_};
  enter(above[1]);
  return true;
}

void Ecam::Scan::close(const Level* level) {
  const Mmio bridge(level->bridge);
  ecam_.next_ = up(ecam_.next_, kWindowUnit);
  const bool used = ecam_.next_ != level->base;
  const uint32_t window = (uint32_t(ecam_.next_ - 1) & 0xfff0'0000) | uint32_t(level->base >> 16);
  bridge.write(kBusNumbers, uint32_t(used_bus_ << 16 | level->bus << 8 | level[-1].bus));
  bridge.write(kWindow, used ? window : kClosed);
  bridge.write(kPrefetchable, kClosed);
  bridge.write(kPrefetchableBase, ~uint32_t{0});
  bridge.write(kPrefetchableLimit, 0);
  if (used) bridge.write(kCommand, kMemory | kMaster | kNoInterrupt);
}

std::span<const PciFunction> Ecam::scan(std::span<PciFunction> room, Map map) {
  return room.first(Scan(*this, room, map).run());
}

Result<void> enable(const PciFunction& function) {
  if (!function.assigned) return failure(Error::NoSpace);
  constexpr uint16_t kOn = kMemory | kMaster | kNoInterrupt;
  const Mmio registers(function.config);
  registers.write(kCommand, kOn);
  // Read back: what follows reaches the device after the order, and it is one that can be a master.
  if ((registers.read(kCommand) & kOn) != kOn) return failure(Error::IoError);
  return {};
}

void disable(const PciFunction& function) { Mmio(function.config).write(kCommand, 0); }

}  // namespace drivers
