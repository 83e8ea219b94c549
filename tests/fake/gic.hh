// SPDX-License-Identifier: BSD-2-Clause
// tests/fake/gic.hh - an interrupt controller as IHI 0048B describes it, seen by one CPU from outside the secure world:
// its private interrupts, of which a device may hold the line of one.
#pragma once
#include <array>
#include <optional>

#include "tests/fake/bus.hh"

namespace fake {

class Gic {
 public:
  static constexpr uintptr_t kDistributor = 0xf021'0000, kCpu = 0xf022'0000;
  static constexpr uint32_t kNone = 1023;

  /// A device raises or drops the line of interrupt 16 to 31.
  void line(unsigned interrupt, bool on) {
    const uint32_t bit = 1u << interrupt;
    lines_ = on ? lines_ | bit : lines_ & ~bit;
    if (deaf) return;
    pending_ = on ? pending_ | bit : stuck ? pending_ : pending_ & ~bit;
  }

  // What the part is, and what is wrong with it.
  uint32_t architecture = 2, implementer = 0x0200'143b;
  uint32_t secure = 0x2000'0000;  // interrupts that are not ours to see
  bool deaf = false;              // no line gets through
  bool stuck = false;             // a line that falls is not seen
  bool keeps_active = false;      // ends nothing
  std::optional<uint32_t> acknowledges;
  unsigned delay = 0;  // looks until the CPU interface knows of a pending interrupt

  // What it is set to.
  uint32_t control = 0, enabled = 0, active = 0, cpu_control = 0, mask = 0;
  std::array<uint8_t, 32> priority{};
  uint32_t pending() const { return pending_; }
  void set_pending(uint32_t interrupts) { pending_ = interrupts; }
  unsigned acknowledged = 0, ended = 0;

 private:
  // Without regard to the mask, 4.4.6.
  uint32_t highest() {
    if (!(control & 1) || !(cpu_control & 1) || (delay && --delay)) return kNone;
    uint32_t best = kNone;
    for (unsigned i = 0; i < 32; ++i)
      if (pending_ & enabled & ~active & 1u << i && (best == kNone || priority[i] < priority[best])) best = i;
    return best;
  }
  uint32_t acknowledge() {
    uint32_t interrupt = highest();
    if (interrupt != kNone && (active || priority[interrupt] >= mask)) interrupt = kNone;
    if (interrupt == kNone) return kNone;
    ++acknowledged;
    active |= 1u << interrupt;
    pending_ &= lines_ | ~(1u << interrupt);  // a level stays
    return acknowledges.value_or(interrupt);
  }
  uint32_t read_distributor(uintptr_t offset, unsigned bytes) {
    if (offset >= 0x400 && offset < 0x420 && bytes == 1) return priority[offset - 0x400];
    if (bytes != 4) return 0;
    switch (offset) {
      case 0x000: return control;
      case 0x004: return 0x0000'fc69;  // 320 lines, four CPUs, two worlds
      case 0x008: return implementer;
      case 0x100:
      case 0x180: return enabled;
      case 0x200:
      case 0x280: return pending_ & ~secure;
      case 0x300:
      case 0x380: return active;
      case 0xfe8: return architecture << 4 | 0xb;
      default: return 0;
    }
  }
  void write_distributor(uintptr_t offset, unsigned bytes, uint32_t value) {
    if (offset >= 0x400 && offset < 0x420 && bytes == 1) priority[offset - 0x400] = uint8_t(value);
    if (bytes != 4) return;
    const uint32_t ours = value & ~secure;
    switch (offset) {
      case 0x000: control = value & 1; break;
      case 0x100: enabled |= ours; break;
      case 0x180: enabled &= ~ours; break;
      case 0x200: pending_ |= ours; break;
      case 0x280: pending_ &= ~ours | lines_; break;
      case 0x300: active |= ours; break;
      case 0x380: active &= ~ours; break;
      default: break;
    }
  }
  uint32_t read_cpu(uintptr_t offset) {
    switch (offset) {
      case 0x00: return cpu_control;
      case 0x04: return mask;
      case 0x0c: return acknowledge();
      case 0x18: return highest();
      case 0xfc: return 0x0202'143b;
      default: return 0;
    }
  }
  void write_cpu(uintptr_t offset, uint32_t value) {
    if (offset == 0x00) cpu_control = value & 0x201;
    if (offset == 0x04) mask = value & 0xf0;  // 16 priorities, as we see them
    if (offset != 0x10) return;
    ++ended;
    if (!keeps_active && !(cpu_control & 0x200)) active &= ~(1u << (value & 31));
  }

  struct Part final : Device {
    Part(uintptr_t at, uintptr_t bytes, Gic& gic) : Device(at, bytes), gic_(gic) {}
    uint64_t read(uintptr_t offset, unsigned bytes) override {
      return base == kCpu ? gic_.read_cpu(offset) : gic_.read_distributor(offset, bytes);
    }
    void write(uintptr_t offset, unsigned bytes, uint64_t value) override {
      base == kCpu ? gic_.write_cpu(offset, uint32_t(value)) : gic_.write_distributor(offset, bytes, uint32_t(value));
    }
    Gic& gic_;
  };

  uint32_t lines_ = 0, pending_ = 0;
  Part distributor_{kDistributor, 0x1000, *this}, cpu_{kCpu, 0x2000, *this};
};

}  // namespace fake
