// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/pci.hh"

#include <cstdio>
#include <cstdlib>

namespace fake {
namespace {

PciHost* current = nullptr;

constexpr uint32_t ones(unsigned bytes) { return bytes == 4 ? ~0u : (1u << 8 * bytes) - 1; }

}  // namespace

PciCard::PciCard(uint16_t vendor, uint16_t device, uint32_t class_code) {
  put(0x00, uint32_t(device) << 16 | vendor);
  put(0x08, class_code << 8);
  put_mask(0x04, 0x0547, 2);
  put_mask(0x3c, 0xff, 1);
}

uint32_t PciCard::get(uint32_t at, unsigned bytes) const {
  uint32_t value = 0;
  for (unsigned i = bytes; i-- > 0;) value = value << 8 | space_[at + i];
  return value;
}
void PciCard::put(uint32_t at, uint32_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) space_[at + i] = uint8_t(value >> 8 * i);
}
void PciCard::put_mask(uint32_t at, uint32_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) mask_[at + i] = uint8_t(value >> 8 * i);
}

void PciCard::add_bar(unsigned index, uint64_t size, uint32_t kind) {
  const uint64_t mask = ~(size - 1);
  bars_[index] = {size, (kind & Wide) != 0, (kind & Io) != 0};
  put(0x10 + 4 * index, kind);
  put_mask(0x10 + 4 * index, uint32_t(mask) & (kind & Io ? ~3u : ~15u));
  if (kind & Wide) put_mask(0x14 + 4 * index, uint32_t(mask >> 32));
}

uint64_t PciCard::bar(unsigned index) const {
  const uint64_t low = get(0x10 + 4 * index) & ~(bars_[index].io ? 3u : 15u);
  return bars_[index].wide ? uint64_t{get(0x14 + 4 * index)} << 32 | low : low;
}

uint32_t PciCard::read_config(uint32_t at, unsigned bytes) {
  on_read(at);
  return get(at, bytes);
}

void PciCard::write_config(uint32_t at, unsigned bytes, uint32_t value) {
  for (unsigned i = 0; i < 6; ++i)
    if (at < 0x10 + 4 * i + (bars_[i].wide ? 8 : 4) && at + bytes > 0x10 + 4 * i && bars_[i].size && memory_on())
      ++sized_while_on;
  for (unsigned i = 0; i < bytes; ++i) {
    const uint8_t mask = mask_[at + i];
    space_[at + i] = uint8_t((space_[at + i] & ~mask) | (uint8_t(value >> 8 * i) & mask));
  }
}

int PciCard::claims(uint64_t address) const {
  for (int i = 0; i < 6; ++i)
    if (memory_on() && bars_[i].size && !bars_[i].io && address >= bar(i) && address - bar(i) < bars_[i].size) return i;
  return -1;
}

uint64_t PciCard::read(unsigned bar, uint64_t offset, unsigned) {
  const auto found = memory.find({bar, offset});
  return found == memory.end() ? 0 : found->second;
}
void PciCard::write(unsigned bar, uint64_t offset, unsigned, uint64_t value) { memory[{bar, offset}] = value; }

PciBridge::PciBridge() : PciCard(0x1b36, 0x000c, 0x06'0400) {
  put(0x0e, 1, 1);
  put_mask(0x18, 0xff'ffff);
  put_mask(0x20, 0xfff0'fff0);
  put_mask(0x24, 0xfff0'fff0);
  put(0x24, 0x0001'0001);  // its addresses have 64 bits
  put_mask(0x28, ~0u);
  put_mask(0x2c, ~0u);
  put_mask(0x3e, 0x0fff, 2);
}

bool PciBridge::passes(uint64_t address) const {
  const auto inside = [&](uint64_t base, uint64_t limit) { return address >= base && address <= limit; };
  const auto base = [&](uint32_t at) { return uint64_t{get(at, 2) & 0xfff0u} << 16; };
  return memory_on() &&
         (inside(base(0x20), base(0x22) | 0xf'ffff) ||
          inside(uint64_t{get(0x28)} << 32 | base(0x24), uint64_t{get(0x2c)} << 32 | base(0x26) | 0xf'ffff));
}

PciHost::PciHost(uint64_t ecam, unsigned first_bus, unsigned buses, Window window)
    : first_bus_(first_bus), ecam_(*this, ecam, uintptr_t(buses) << 20), memory_(*this, window) {
  current = this;
}
PciHost::~PciHost() { current = nullptr; }

Result<void> PciHost::map(uint64_t address, uint64_t size) {
  if (current->map_successes-- <= 0) return failure(Error::NoSpace);
  current->mapped.emplace_back(address, size);
  return {};
}

void PciHost::touch(uint64_t address) {
  for (const auto& [start, size] : mapped)
    if (address >= start && address - start < size) return;
  ++unmapped;
}

PciCard* PciHost::card_of(unsigned bus, unsigned devfn) {
  PciBus* cards = &root;
  for (unsigned at = first_bus_; at != bus;) {
    PciBridge* way = nullptr;
    for (const auto& [_, card] : *cards) {
      PciBridge* const bridge = card->bridge();
      if (!bridge || !bridge->leads_to(bus)) continue;
      if (way) ++conflicts;
      way = bridge;
    }
    if (!way || way->secondary() <= at) return nullptr;
    at = way->secondary();
    cards = &way->behind;
  }
  const auto found = cards->find(devfn);
  return found == cards->end() ? nullptr : found->second;
}

std::pair<PciCard*, unsigned> PciHost::decoder_of(uint64_t address) {
  std::pair<PciCard*, unsigned> answer{};
  for (PciBus* cards = &root; cards;) {
    PciBus* further = nullptr;
    for (const auto& [_, card] : *cards) {
      const int bar = card->claims(address);
      PciBridge* const bridge = card->bridge();
      const bool passes = bridge && bridge->passes(address);
      if (bar < 0 && !passes) continue;
      if (answer.first || further) ++conflicts;
      if (bar >= 0) answer = {card, unsigned(bar)};
      if (passes) further = &bridge->behind;
    }
    cards = further;
  }
  if (!answer.first) ++unanswered;
  return answer;
}

uint64_t PciHost::Ecam::read(uintptr_t offset, unsigned bytes) {
  host_.touch(base + offset);
  ++host_.config_reads;
  PciCard* const card = host_.card_of(host_.first_bus_ + unsigned(offset >> 20), unsigned(offset >> 12 & 0xff));
  return card ? card->read_config(offset & 0xfff, bytes) : ones(bytes);
}
void PciHost::Ecam::write(uintptr_t offset, unsigned bytes, uint64_t value) {
  host_.touch(base + offset);
  PciCard* const card = host_.card_of(host_.first_bus_ + unsigned(offset >> 20), unsigned(offset >> 12 & 0xff));
  if (card) card->write_config(offset & 0xfff, bytes, uint32_t(value));
}

uint64_t PciHost::Memory::read(uintptr_t offset, unsigned bytes) {
  host_.touch(base + offset);
  const auto [card, bar] = host_.decoder_of(pci_ + offset);
  return card ? card->read(bar, pci_ + offset - card->bar(bar), bytes) : ones(bytes);
}
void PciHost::Memory::write(uintptr_t offset, unsigned bytes, uint64_t value) {
  host_.touch(base + offset);
  const auto [card, bar] = host_.decoder_of(pci_ + offset);
  if (card) card->write(bar, pci_ + offset - card->bar(bar), bytes, value);
}

VirtioPci::VirtioPci(virtio::Type type, uint64_t features, std::vector<uint16_t> limits, bool transitional)
    : PciCard(0x1af4, uint16_t(transitional ? 0x1000 : 0x1040 + uint32_t(type)), 0x00'ff00),
      core(type, features, std::move(limits)) {
  put(0x06, 0x10, 2);
  put(0x08, transitional ? 0 : 1, 1);
  put(0x2c, 0x1af4, 2);
  put(0x2e, transitional ? uint32_t(type) : 0x1100, 2);
  put(0x34, kCommonAt, 1);
  if (transitional) add_bar(0, 0x20, Io);
  add_bar(1, 0x1000);
  add_bar(kBar, 0x4000, Wide | Prefetchable);
  core.config.resize(0x40);
  put_capability(kCommonAt, 1, kBar, kCommon, 0x1000, kNotifyAt);
  put_capability(kNotifyAt, 2, kBar, kNotify, 0x1000, kIsrAt, 20);
  put(kNotifyAt + 16, 4);
  put_capability(kIsrAt, 3, kBar, kIsr, 0x1000, kConfigAt);
  put_capability(kConfigAt, 4, kBar, kConfig, 0x40, 0);
}

void VirtioPci::put_capability(uint32_t at, uint8_t kind, uint8_t bar, uint32_t offset, uint32_t length, uint8_t next,
                               uint8_t bytes) {
  put(at, uint32_t(kind) << 24 | uint32_t(bytes) << 16 | uint32_t(next) << 8 | 9);
  put(at + 4, bar);
  put(at + 8, offset);
  put(at + 12, length);
}

uint64_t VirtioPci::read(unsigned bar, uint64_t offset, unsigned bytes) {
  ++looks;
  if (!master_on()) core.complain("the device is used and may not access memory");
  if (bar != kBar) return 0;
  if (offset >= kConfig && offset - kConfig + bytes <= core.config.size())
    return core.read_config(uint32_t(offset - kConfig), bytes);
  if (offset < 0x40) return read_common(offset, bytes);
  core.complain("read at " + std::to_string(offset) + ", where nothing is");
  return ones(bytes);
}

void VirtioPci::write(unsigned bar, uint64_t offset, unsigned bytes, uint64_t value) {
  ++looks;
  if (!master_on()) core.complain("the device is used and may not access memory");
  if (bar != kBar) return;
  if (offset >= kConfig && offset - kConfig + bytes <= core.config.size())
    return core.write_config(uint32_t(offset - kConfig), bytes, uint32_t(value));
  if (offset < 0x40) return write_common(offset, bytes, uint32_t(value));
  if (offset >= kNotify) {
    if (bytes != 2) core.complain("a notification has 16 bits");
    const auto queue = uint16_t(value);
    if (queue < core.queues.size() && offset - kNotify != uint64_t(notify_off(queue)) * multiplier())
      core.complain("a queue is notified at the address of another");
    return core.notify(queue);
  }
  core.complain("written at " + std::to_string(offset) + ", where nothing is");
}

uint64_t VirtioPci::read_common(uint64_t offset, unsigned bytes) {
  const auto of = [&](unsigned width, uint64_t value) {
    if (bytes != width) core.complain("a field is not read in its width: " + std::to_string(offset));
    return value;
  };
  const bool there = queue_select_ < core.queues.size();
  switch (offset) {
    case 0x00: return of(4, device_select_);
    case 0x04: return of(4, core.feature_word(device_select_));
    case 0x10: return of(2, 0xffff);
    case 0x12: return of(2, core.queues.size());
    case 0x14: return of(1, core.status());
    case 0x15: return of(1, core.generation() & 0xff);
    case 0x18: return of(2, areas_.contains(queue_select_) && area().size ? area().size : core.limit(queue_select_));
    case 0x1a: return of(2, 0xffff);
    case 0x1c: return of(2, always_enabled || (there && !never_enabled && core.queues[queue_select_].ready));
    case 0x1e: return of(2, notify_off(queue_select_));
    default: core.complain("a field is read that nobody needs: " + std::to_string(offset)); return 0;
  }
}

void VirtioPci::write_common(uint64_t offset, unsigned bytes, uint32_t value) {
  const auto of = [&](unsigned width) {
    if (bytes != width) core.complain("a field is not written in its width: " + std::to_string(offset));
  };
  const auto low = [&](uint64_t& address) { of(4), address = (address & ~0xffff'ffffull) | value; };
  const auto high = [&](uint64_t& address) { of(4), address = uint32_t(address) | uint64_t{value} << 32; };
  const bool ready = queue_select_ < core.queues.size() && core.queues[queue_select_].ready;
  if (ready && offset >= 0x18 && offset < 0x38) core.complain("a queue is changed while it is enabled");
  switch (offset) {
    case 0x00: of(4), device_select_ = value; break;
    case 0x08: of(4), driver_select_ = value; break;
    case 0x0c: of(4), core.accept_word(driver_select_, value); break;
    case 0x14:
      of(1);
      if (value == 0) areas_.clear();
      core.set_status(uint8_t(value));
      break;
    case 0x16: of(2), queue_select_ = uint16_t(value); break;
    case 0x18:
      of(2);
      if (value > core.limit(queue_select_)) core.complain("a queue is made larger");
      area().size = uint16_t(value);
      break;
    case 0x1c:
      of(2);
      if (value != 1) core.complain("queue_enable is only ever set");
      core.enable(queue_select_, area());
      break;
    case 0x20: low(area().descriptors); break;
    case 0x24: high(area().descriptors); break;
    case 0x28: low(area().driver); break;
    case 0x2c: high(area().driver); break;
    case 0x30: low(area().device); break;
    case 0x34: high(area().device); break;
    default: core.complain("a field is written that nobody may write: " + std::to_string(offset));
  }
}

}  // namespace fake
