// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fake/sdhci.hh"

#include <algorithm>
#include <cstring>

#include "tests/fake/low_memory.hh"

namespace fake {
namespace {

constexpr uint32_t kBlocks = 0x04, kArgument = 0x08, kCommand = 0x0c, kResponse = 0x10, kPort = 0x20, kPresent = 0x24,
                   kControl = 0x28, kClock = 0x2c, kStatus = 0x30, kEnable = 0x34, kControl2 = 0x3c,
                   kCapabilities = 0x40, kAdma = 0x58, kVersion = 0xfc, kPhy = 0x170;
constexpr uint32_t kCommandDone = 1, kTransferDone = 2, kWriteReady = 16, kReadReady = 32, kErrorSummary = 1 << 15;
constexpr uint32_t kCommandTimeout = 1 << 16, kDataTimeout = 1 << 20, kDataCrc = 1 << 21, kAdmaError = 1 << 25;

}  // namespace

Sdhci::Sdhci(uintptr_t where, bool xenon) : Device(where, xenon ? 0x200 : 0x100), registers_(xenon ? 0x200 : 0x100) {}

uint32_t Sdhci::word(uint32_t offset) const {
  uint32_t value = 0;
  std::memcpy(&value, &registers_[offset], sizeof value);
  return value;
}
void Sdhci::put(uint32_t offset, uint32_t value, unsigned bytes) { std::memcpy(&registers_[offset], &value, bytes); }

uint64_t Sdhci::read(uintptr_t offset, unsigned bytes) {
  if (broken) return ~0ull;
  const auto at = uint32_t(offset & ~3u);
  uint32_t value = word(at);
  if (at == kPort) {
    if (bytes != 4 || !port_reads_ || port_at_ + 4 > port_.size()) {
      complain("the port is read, and there is nothing");
      return 0;
    }
    std::memcpy(&value, &port_[port_at_], 4);
    if (port_at_ += 4; port_at_ == port_.size()) next_by_port();
    return value;
  }
  if (at == kPresent) value = (card ? 1u << 16 : 0) | (writable ? 1u << 19 : 0);
  if (at == kCapabilities) value = capabilities;
  if (at == kVersion) value = uint32_t{version} << 16;
  if (at == kStatus && pending_ != 0 && ++looks_ >= patience) {
    value |= pending_ & (word(kEnable) | kErrorSummary);
    if (value >> 16) value |= kErrorSummary;
    put(kStatus, value);
    pending_ = looks_ = 0;
  }
  if (at == kPhy && !phy_stuck) put(kPhy, value & 0x7fff'ffff);
  return value >> 8 * (offset & 3) & (bytes == 4 ? ~0u : (1u << 8 * bytes) - 1);
}

void Sdhci::write(uintptr_t offset, unsigned bytes, uint64_t value) {
  const auto at = uint32_t(offset & ~3u);
  const uint32_t old = word(at);
  if (at == kStatus) {
    put(kStatus, old & ~uint32_t(value << 8 * (offset & 3)));
    return;
  }
  if ((at >= kResponse && at < kPort) || at == kPresent || at == kCapabilities || at == kVersion)
    complain("a write to what is read only");
  put(uint32_t(offset), uint32_t(value), bytes);
  if (at == kCommand && bytes == 4) {
    command();
    return;
  }
  hear(at, old);
}

void Sdhci::hear(uint32_t at, uint32_t old) {
  const uint32_t is = word(at);
  const bool ticks = word(kClock) & 4;
  switch (at) {
    case kPort:
      if (port_reads_ || port_at_ + 4 > port_.size()) return complain("the port is written, and nobody asked");
      std::memcpy(&port_[port_at_], &is, 4);
      if (port_at_ += 4; port_at_ == port_.size()) next_by_port();
      return;
    case kControl:
      if ((old ^ is) & 0xff && ticks) complain("a mode that changes while the card has a clock");
      if (!(old >> 8 & 1) && is >> 8 & 1) {
        if ((old >> 8 & 0xe) != (is >> 8 & 0xe)) complain("power together with its voltage");
        if (card) card->power(true);
      }
      bus.width = is & 1 << 5 ? 8 : is & 1 << 1 ? 4 : 1;
      bus.high = is & 1 << 2;
      return;
    case kControl2:
      if ((old ^ is) & 7 << 16 && ticks) complain("a timing that changes while the card has a clock");
      bus.dual = (is >> 16 & 7) == 4;
      return;
    case kClock:
      if (is >> 24 & 6) ++line_resets, port_.clear();
      if (is >> 24 & 1) {
        ++resets;
        std::fill(registers_.begin(), registers_.begin() + 0x100, uint8_t{0});
        bus = {};
        if (reset_stuck) registers_[kClock + 3] = 1;
        return;
      }
      if (!reset_stuck) registers_[kClock + 3] = 0;
      if (is & 1 && !clock_stuck) registers_[kClock] |= 2;
      if (!(is & 1)) registers_[kClock] &= uint8_t(~2);
      if (is & 4 && !(word(kClock) & 2)) complain("a clock for the card that is not stable");
      {
        const uint32_t divider = (is >> 8 & 0xff) | (is >> 6 & 3) << 8;
        bus.hertz = is & 4 ? base_hertz / (divider ? 2 * divider : 1) : 0;
      }
      return;
    case kPhy:
      if (is >> 31 && !(old >> 31)) ++phy_starts;
      return;
    case 0x174:
      if (old != is && ticks) complain("the PHY's function changes while the card has a clock");
      return;
    default: return;
  }
}

void Sdhci::command() {
  const uint32_t mode = word(kCommand) & 0xffff, code = word(kCommand) >> 16;
  const auto index = uint8_t(code >> 8);
  const bool data = code & 1 << 5;
  if (word(kStatus) || pending_) complain("a command before the last one's status is cleared");
  if (!(word(kControl) >> 8 & 1) || bus.hertz == 0) complain("a command without power or clock");
  if (dead) return;
  data_ = data;
  if (const uint32_t bits = fault ? fault(index, data) : 0) return raise(bits);
  const MmcCard::Answer answer = card ? card->command(index, word(kArgument), bus) : MmcCard::Answer{};
  const unsigned wanted = (code & 3) == 0 ? 0 : (code & 3) == 1 ? 136 : 48;
  if (wanted && !answer.bits) return raise(kCommandTimeout);
  if (wanted && wanted != answer.bits) complain("an answer of another length");
  if (wanted == 48) put(kResponse, answer.word);
  if (wanted == 136) {
    const auto& w = answer.words;
    put(kResponse, w[3] >> 8 | w[2] << 24);
    put(kResponse + 4, w[2] >> 8 | w[1] << 24);
    put(kResponse + 8, w[1] >> 8 | w[0] << 24);
    put(kResponse + 12, w[0] >> 8);
  }
  raise(kCommandDone);
  if (data) move(mode, index);
}

void Sdhci::move(uint32_t mode, unsigned index) {
  const bool read = mode & 1 << 4, many = mode & 1 << 5;
  const uint32_t blocks = many ? word(kBlocks) >> 16 : 1;
  if (many && (!(mode & 2) || blocks == 0)) complain("many blocks that nobody counts");
  if (many != (index == 18 || index == 25)) complain("as many blocks as the command does not have");
  if (mode & 1) {
    if ((word(kControl) >> 3 & 3) != 2 || !(capabilities & kAdma2)) complain("DMA of a kind that is not here");
    return move_by_table(read, blocks);
  }
  port_blocks_ = blocks;
  port_reads_ = read;
  port_.assign(word(kBlocks) & 0xfff, std::byte{0});
  port_at_ = 0;
  if (!read) return raise(kWriteReady);
  if (block(true, port_.data())) raise(kReadReady);
}

/// One block over the wires; what goes wrong shows in the status.
bool Sdhci::block(bool read, std::byte* memory) {
  const uint32_t length = word(kBlocks) & 0xfff;
  const auto data = read ? card->send_block(memory, length, bus) : card->take_block(memory, length, bus);
  if (data == MmcCard::Data::Good) return true;
  raise(data == MmcCard::Data::Garbled ? kDataCrc : kDataTimeout);
  return false;
}

void Sdhci::next_by_port() {
  port_at_ = 0;
  if (!port_reads_ && !block(false, port_.data())) return;
  if (--port_blocks_ == 0) {
    port_.clear();
    return raise(kTransferDone);
  }
  if (!port_reads_) return raise(kWriteReady);
  if (block(true, port_.data())) raise(kReadReady);
}

void Sdhci::move_by_table(bool read, uint32_t blocks) {
  const size_t each_block = word(kBlocks) & 0xfff, total = each_block * blocks;
  std::vector<Moved> pieces;
  size_t described = 0;
  for (uint32_t row = word(kAdma); described < total || pieces.empty(); row += 8) {
    const std::byte* const at = LowMemory::at(row, 8);
    uint32_t head = 0, address = 0;
    if (at) std::memcpy(&head, at, 4), std::memcpy(&address, at + 4, 4);
    const uint32_t length = head >> 16 ? head >> 16 : 65536;
    if (!at || (head & 0x3f) >> 1 << 1 != (0x20u | (head & 2)) || !(head & 1) || address % 4 ||
        !LowMemory::at(address, length)) {
      complain("a descriptor that cannot be");
      return raise(kAdmaError);
    }
    pieces.push_back({address, length});
    described += length;
    if (head & 2) break;
  }
  if (described != total) {
    complain("a table of another length than the transfer");
    return raise(kAdmaError);
  }
  std::vector<std::byte> bytes(total);
  const auto each = [&](auto&& copy) {
    size_t done = 0;
    for (const Moved& piece : pieces) {
      copy(LowMemory::at(piece.address, piece.size), &bytes[done], piece.size);
      done += piece.size;
    }
  };
  if (!read) each([](std::byte* memory, std::byte* wires, size_t n) { std::memcpy(wires, memory, n); });
  size_t good = 0;
  while (good < blocks && block(read, &bytes[good * each_block])) ++good;
  if (read) each([](std::byte* memory, std::byte* wires, size_t n) { std::memcpy(memory, wires, n); });
  if (good < blocks) return;
  moved.insert(moved.end(), pieces.begin(), pieces.end());
  raise(kTransferDone);
}

}  // namespace fake
