// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/cfi_flash.hh"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdio>

namespace fake {
namespace {

constexpr uint8_t kReady = 0x80, kEraseFailed = 0x20, kProgramFailed = 0x10, kNoVoltage = 0x08, kLocked = 0x02;

uint64_t bytes_of(const CfiFlash::Shape& shape) {
  uint64_t bytes = 0;
  for (const auto& region : shape.regions) bytes += uint64_t{region.blocks} * region.bytes;
  return bytes * (shape.width / shape.chip);
}

}  // namespace

CfiFlash::CfiFlash(uintptr_t where, const Shape& is)
    : Device(where, bytes_of(is)), shape(is), data(bytes_of(is), std::byte{0xff}), chips_(is.width / is.chip) {}

void CfiFlash::restart() {
  for (Chip& chip : chips_) chip = Chip{};
  stuck = false;
  power = SIZE_MAX;
}

bool CfiFlash::reads_array() const {
  return std::all_of(chips_.begin(), chips_.end(), [](const Chip& c) { return c.mode == Mode::Array; });
}

void CfiFlash::complain(const char* what, uint64_t at) {
  char line[160];
  std::snprintf(line, sizeof line, "%s at 0x%llx", what, (unsigned long long)at);
  complaints.push_back(line);
}

// The first chip speaks for all of them.
void CfiFlash::note(size_t number, const char* what, uint64_t at, size_t bytes) {
  if (number != 0) return;
  char line[80];
  std::snprintf(line, sizeof line, bytes ? "%s 0x%llx +%zu" : "%s 0x%llx", what, (unsigned long long)at, bytes);
  log.push_back(line);
}

uint64_t CfiFlash::block_of(uint64_t at, uint64_t* bytes) const {
  uint64_t begin = 0;
  for (const Region& region : shape.regions) {
    const uint64_t block = uint64_t{region.bytes} * chips_.size(), end = begin + block * region.blocks;
    if (bytes) *bytes = block;
    if (at < end) return begin + (at - begin) / block * block;
    begin = end;
  }
  return begin;
}

uint8_t CfiFlash::answer(unsigned index) const {
  if (const auto other = query.find(index); other != query.end()) return other->second;
  const uint64_t chip = data.size() / chips_.size();
  switch (index) {
    case 0x10: return 'Q';
    case 0x11: return 'R';
    case 0x12: return 'Y';
    case 0x13: return uint8_t(shape.commands);
    case 0x14: return uint8_t(shape.commands >> 8);
    case 0x1f: return 7;
    case 0x20: return shape.buffer ? 7 : 0;
    case 0x21: return 10;
    case 0x23:
    case 0x24:
    case 0x25: return 4;
    case 0x27: return uint8_t(std::countr_zero(chip));
    case 0x28: return 1;
    case 0x2a: return uint8_t(shape.buffer);
    case 0x2c: return uint8_t(shape.regions.size());
    default: break;
  }
  if (index < 0x2d || index >= 0x2d + 4 * shape.regions.size()) return 0;
  const Region& region = shape.regions[(index - 0x2d) / 4];
  const uint32_t word = (region.blocks - 1) | (region.bytes / 256) << 16;
  return uint8_t(word >> 8 * ((index - 0x2d) % 4));
}

uint64_t CfiFlash::read(uintptr_t offset, unsigned bytes) {
  if (reads_array()) {
    uint64_t value = 0;
    for (unsigned i = bytes; i; --i) value = value << 8 | uint8_t(data[offset + i - 1]);
    return value;
  }
  if (bytes != shape.width) complain("a read that is no word of the bus, out of array mode", offset);
  uint64_t value = 0;
  for (size_t i = 0; i < chips_.size(); ++i) value |= uint64_t{see(i, offset / shape.width)} << 8 * shape.chip * i;
  return value;
}

uint32_t CfiFlash::see(size_t number, uint64_t word) {
  Chip& chip = chips_[number];
  switch (chip.mode) {
    case Mode::Array: {
      uint32_t value = 0;
      for (unsigned i = shape.chip; i; --i)
        value = value << 8 | uint8_t(data[word * shape.width + number * shape.chip + i - 1]);
      return value;
    }
    case Mode::Query: return answer(unsigned(word));
    case Mode::Status: break;
  }
  if (chip.busy && !stuck) --chip.busy;
  return chip.busy || chip.no_buffer ? 0 : chip.status;
}

void CfiFlash::write(uintptr_t offset, unsigned bytes, uint64_t value) {
  if (bytes != shape.width) complain("a write that is no word of the bus", offset);
  for (size_t i = 0; i < chips_.size(); ++i)
    hear(i, offset, uint32_t(value >> 8 * shape.chip * i & (shape.chip == 4 ? ~0u : (1u << 8 * shape.chip) - 1)));
}

void CfiFlash::finish(Chip& chip) {
  chip.mode = Mode::Status;
  chip.step = Step::Command;
  chip.busy = shape.busy;
}

// At `at`: a place in the bank, the same for all chips.
void CfiFlash::hear(size_t number, uint64_t at, uint32_t value) {
  Chip& chip = chips_[number];
  const auto command = uint8_t(value);
  if (chip.busy) {
    if (command != 0x70 && command != 0xe8 && !stuck) complain("a command for a chip that is busy", at);
    return;
  }
  switch (chip.step) {
    case Step::Command: begin(number, at, command); return;
    case Step::Word:
      note(number, "word", at);
      program(number, at, value);
      finish(chip);
      return;
    case Step::Erase:
      if (command == 0xd0 && block_of(at) == block_of(chip.at))
        erase(number, block_of(at));
      else
        chip.status |= kEraseFailed | kProgramFailed;
      finish(chip);
      return;
    case Step::Locks:
      if (command == 0xd0) {
        note(number, "unlock", block_of(at));
        if (!locked_down.contains(block_of(at))) chip.unlocked.insert(block_of(at));
      }
      finish(chip);
      return;
    case Step::Count:
      chip.count = value + 1;
      chip.step = Step::Data;
      if (!shape.buffer || chip.count * shape.chip > 1u << shape.buffer) {
        complain("more words than the buffer holds", at);
        chip.status |= kEraseFailed | kProgramFailed;
        finish(chip);
      }
      return;
    case Step::Data: {
      const uint64_t buffer = (uint64_t{1} << shape.buffer) * chips_.size();
      if (at / buffer != chip.at / buffer) complain("a word that lies beyond the buffer", at);
      chip.buffer[at] = value;
      if (--chip.count == 0) chip.step = Step::Confirm;
      return;
    }
    case Step::Confirm:
      if (command == 0xd0) {
        note(number, "buffer", chip.buffer.begin()->first, chip.buffer.size() * shape.width);
        for (const auto& [place, word] : chip.buffer) program(number, place, word);
      } else {
        chip.status |= kEraseFailed | kProgramFailed;
      }
      chip.buffer.clear();
      finish(chip);
      return;
  }
}

void CfiFlash::begin(size_t number, uint64_t at, uint8_t command) {
  Chip& chip = chips_[number];
  chip.at = at;
  chip.no_buffer = false;
  switch (command) {
    case 0xf0:
    case 0xff: chip.mode = Mode::Array; return;
    case 0x70: chip.mode = Mode::Status; return;
    case 0x50: chip.status = kReady; return;
    case 0x98: chip.mode = Mode::Query; return;
    case 0x10:
    case 0x40: chip.step = Step::Word; break;
    case 0x20: chip.step = Step::Erase; break;
    case 0x60: chip.step = Step::Locks; break;
    case 0xe8:
      chip.no_buffer = waits != 0;
      if (waits == 0) chip.step = Step::Count;
      if (waits != 0 && number == chips_.size() - 1) --waits;
      break;
    default: complain("no command", at); return;
  }
  chip.mode = Mode::Status;
}

bool CfiFlash::permitted(Chip& chip, uint64_t block, uint8_t failure) {
  if (power == 0) return false;
  if (!voltage) chip.status |= kNoVoltage | failure;
  if (shape.locked && !chip.unlocked.contains(block)) chip.status |= kLocked | failure;
  if (worn.contains(block)) chip.status |= failure;
  return !(chip.status & failure);
}

void CfiFlash::program(size_t number, uint64_t at, uint32_t value) {
  if (!permitted(chips_[number], block_of(at), kProgramFailed)) return;
  if (--power == 0) {
    value |= 0x55;  // half of what it was about to do
    stuck = true;
  }
  for (unsigned i = 0; i < shape.chip; ++i) {
    std::byte& cell = data[at / shape.width * shape.width + number * shape.chip + i];
    cell = shape.literal ? std::byte(value >> 8 * i) : cell & std::byte(value >> 8 * i);
  }
}

void CfiFlash::erase(size_t number, uint64_t block) {
  note(number, "erase", block);
  if (!permitted(chips_[number], block, kEraseFailed)) return;
  if (--power == 0) stuck = true;
  uint64_t bytes = 0;
  block_of(block, &bytes);
  for (uint64_t at = block + number * shape.chip; at < block + bytes; at += shape.width)
    for (unsigned i = 0; i < shape.chip; ++i) data[at + i] |= std::byte(power == 0 ? 0xa5 : 0xff);
}

}  // namespace fake
