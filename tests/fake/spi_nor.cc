// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/spi_nor.hh"

#include <algorithm>
#include <cstdio>

namespace fake {
namespace {

constexpr uint16_t kLatch = 2, kKept = 0x7ffc;  // what a write changes
constexpr uint8_t kRead = 0x03, kRead4 = 0x13, kProgram = 0x02, kProgram4 = 0x12;

/// W25Q32's table of what is protected with CMP = 0 (data sheet, 7.1.10), in KiB from the top, or with TB the bottom.
struct Row {
  bool sector;
  unsigned blocks, kib;
};
constexpr Row kRows[] = {{false, 1, 64},   {false, 2, 128},  {false, 3, 256}, {false, 4, 512}, {false, 5, 1024},
                         {false, 6, 2048}, {false, 7, 4096}, {true, 1, 4},    {true, 2, 8},    {true, 3, 16},
                         {true, 4, 32},    {true, 5, 32},    {true, 7, 4096}};

}  // namespace

void SpiNor::restart() {
  mode = Mode::Commands;
  suspended = four = enabled = reset_enabled_ = stuck = stuck_ = selected_ = false;
  left = 0;
  power = SIZE_MAX;
  in_.clear();
}

void SpiNor::complain(const char* what) {
  char line[120] = "";
  std::snprintf(line, sizeof line, "%s (opcode %02x)", what, in_.empty() ? 0u : in_[0]);
  complaints.push_back(line);
}

void SpiNor::note(const char* what, uint64_t at, uint64_t bytes) {
  char line[80];
  std::snprintf(line, sizeof line, bytes ? "%s 0x%llx +0x%llx" : "%s 0x%llx", what, (unsigned long long)at,
                (unsigned long long)bytes);
  log.push_back(line);
}

void SpiNor::select(bool on) {
  if (on == selected_) complain("selected twice");
  selected_ = on;
  if (!on && !absent) finish();
  in_.clear();
}

unsigned SpiNor::address_bytes(uint8_t opcode) const {
  switch (opcode) {
    case kRead4:
    case kProgram4:
    case 0x21:
    case 0x5c:
    case 0xdc: return 4;
    case 0x5a: return 3;
    default: return four || shape.wide == Wide::Always ? 4 : 3;
  }
}

uint64_t SpiNor::address() const {
  uint64_t at = 0;
  for (unsigned i = 0; i < address_bytes(in_[0]); ++i) at = at << 8 | in_[1 + i];
  return at;
}

uint8_t SpiNor::exchange(uint8_t in) {
  if (absent) return 0xff;
  if (!selected_) complain("clocks without being selected");
  const size_t position = in_.size();
  in_.push_back(in);
  if (mode == Mode::Reading) return uint8_t(0x5a + position);  // what lies at the address that it took our bytes for
  if (position == 0 || mode == Mode::Asleep) return 0xff;
  return answer(in_[0], position);
}

uint8_t SpiNor::look() {
  if (left != 0) --left;
  return is_busy();
}

uint8_t SpiNor::answer(uint8_t opcode, size_t position) {
  switch (opcode) {
    case 0x05: {
      const uint8_t is = shape.flag_status ? is_busy() : look();
      return uint8_t((status & 0xfc) | (enabled ? kLatch : 0) | (shape.flag_status ? 0 : is));
    }
    case 0x70: return shape.flag_status ? uint8_t(look() ? 0 : 0x80) : uint8_t{0};
    case 0x35: return shape.winbond ? uint8_t(status >> 8 | (suspended ? 0x80 : 0)) : uint8_t{0xff};
    case 0x15: return shape.third ? third : uint8_t{0xff};
    default: break;
  }
  if (is_busy()) return 0xff;
  switch (opcode) {
    case 0x9f: return position <= 3 ? shape.id[position - 1] : uint8_t{0};
    case 0x5a: {
      if (position < 5 || shape.sfdp.empty()) return 0;
      const uint64_t at = address() + position - 5;
      return at < shape.sfdp.size() ? shape.sfdp[at] : uint8_t{0xff};
    }
    case kRead:
    case kRead4: {
      const unsigned head = 1 + address_bytes(opcode);
      if (position < head) return 0xff;
      if (position == head && address() >= data.size()) complain("a read behind the end");
      return uint8_t(data[(address() + position - head) % data.size()]);
    }
    default: return 0xff;
  }
}

void SpiNor::finish() {
  if (in_.empty()) return;
  const uint8_t opcode = in_[0];
  if (mode == Mode::Reading) {
    // 16 clocks of ones end it, whether it takes them by two lines or by four.
    if (in_ == std::vector<uint8_t>{0xff, 0xff}) mode = Mode::Commands;
    return;
  }
  if (mode == Mode::Asleep) {
    if (opcode != 0xab) return;
    mode = Mode::Commands;
    log.push_back("wake");
    return;
  }
  const bool was_reset_enabled = reset_enabled_;
  reset_enabled_ = false;
  switch (opcode) {
    case 0x05:
    case 0x15:
    case 0x35:
    case 0x70: return;
    case 0x66: reset_enabled_ = true; return;
    case 0x99:
      if (!was_reset_enabled) return complain("a reset that is not enabled");
      if (left != 0) complain("a reset while it is busy");
      restart();
      log.push_back("reset");
      return;
    case 0x9f:
    case 0x5a:
    case kRead:
    case kRead4:
    case 0xff:
    case 0xab:
      if (left != 0) complain("a command for a chip that is busy");
      if (opcode == kRead4 && shape.wide != Wide::Opcodes) complain("an opcode that it does not have");
      return;
    default: break;
  }
  if (is_busy()) {
    if (!stuck_) complain("a command for a chip that is busy");
    return;
  }
  if (opcode == 0x7a) {
    if (!suspended) complain("nothing to go on with");
    suspended = false;
    left = busy;
    log.push_back("resume");
    return;
  }
  if (suspended && opcode != 0x04) complain("a change while it is suspended");
  switch (opcode) {
    case 0x04: enabled = false; return;
    case 0x06:
      ++enables;
      enabled = !no_latch;
      return;
    case 0x01: set_status(); return;
    case 0xb7:
    case 0xe9:
      if (shape.wide != Wide::Mode && shape.wide != Wide::LatchedMode) return complain("a mode that it does not have");
      if (shape.wide == Wide::LatchedMode && !enabled) return complain("a mode without being enabled");
      four = opcode == 0xb7;
      return;
    case kProgram4:
      if (shape.wide != Wide::Opcodes) complain("an opcode that it does not have");
      [[fallthrough]];
    case kProgram: program(); return;
    default: break;
  }
  for (const Erase& one : shape.erases)
    if (one.opcode == opcode) return erase(one);
  complain("an opcode that it does not have");
}

bool SpiNor::is_protected(uint64_t at) const {
  if (!shape.winbond || shape.bytes != 4 << 20) return false;
  const unsigned blocks = status >> 2 & 7;
  uint64_t bytes = 0;
  for (const Row& row : kRows)
    if (row.blocks == blocks && row.sector == bool(status & 0x40)) bytes = uint64_t{row.kib} * 1024;
  const bool bottom = status & 0x20, within = bottom ? at < bytes : at >= data.size() - bytes;
  return bool(status & 0x4000) != within;
}

bool SpiNor::takes_change(uint64_t at) {
  if (!enabled) complain("a change without being enabled");
  const bool takes = enabled && !is_protected(at) && power != 0;
  enabled = false;
  return takes;
}

void SpiNor::program() {
  const unsigned head = 1 + address_bytes(in_[0]);
  if (in_.size() <= head) return complain("nothing to program");
  const uint64_t at = address(), bytes = in_.size() - head;
  if (at >= data.size()) return complain("programming behind the end");
  if (at % shape.page + bytes > shape.page) complain("programming over the end of a page");
  note("program", at, bytes);
  if (!takes_change(at)) return;
  left = busy;
  stuck_ = stuck;
  for (uint64_t i = 0; i < bytes && power != 0; ++i) {
    std::byte& cell = data[at / shape.page * shape.page + (at + i) % shape.page];
    std::byte is{in_[head + i]};
    if ((is & ~cell) != std::byte{0}) complain("a one over a zero");
    if (--power == 0) {
      is |= std::byte{0x55};  // half of what it was about to do
      stuck_ = true;
    }
    if (!worn.contains(at / 4096 * 4096)) cell &= is;
  }
}

void SpiNor::erase(const Erase& what) {
  const unsigned head = 1 + address_bytes(in_[0]);
  if (in_.size() != head) return complain("an erase that is too long or too short");
  const uint64_t at = address();
  if (at >= data.size() || at % what.bytes != 0) return complain("an erase in the middle of a sector");
  note("erase", at, what.bytes);
  bool takes = true;
  for (uint64_t i = at; i < at + what.bytes; i += 4096) takes = takes && !is_protected(i);
  takes = takes_change(at) && takes;
  if (!takes) return;
  left = busy;
  stuck_ = stuck;
  if (--power == 0) stuck_ = true;
  for (uint64_t i = at; i < at + what.bytes; ++i)
    if (!worn.contains(i / 4096 * 4096)) data[i] |= std::byte(power == 0 ? 0xa5 : 0xff);
}

void SpiNor::set_status() {
  if (!enabled) complain("a change without being enabled");
  if (in_.size() != 3) complain("one register is written, and the other one is cleared by older chips");
  const bool takes = enabled && !(held && status & 0x80);
  enabled = false;
  if (!takes) return;
  const auto wanted = uint16_t(in_[1] | (in_.size() > 2 ? in_[2] : 0) << 8);
  status = uint16_t((wanted | (status & 0x3800)) & kKept & ~shape.fixed);  // some bits are set once and for ever
  note("status", wanted);
  left = busy;
}

Result<void> SpiWire::transfer(std::span<const std::byte> command, std::span<const std::byte> out,
                               std::span<std::byte> in) {
  if (transactions++ >= broken) return failure(Error::Timeout);
  chip_.select(true);
  for (const std::byte byte : command) chip_.exchange(uint8_t(byte));
  for (const std::byte byte : out) chip_.exchange(uint8_t(byte));
  for (std::byte& byte : in) byte = std::byte(chip_.exchange(0));
  chip_.select(false);
  return {};
}

}  // namespace fake
