// SPDX-License-Identifier: BSD-2-Clause
// Commands and their data. How much is moved is what we wrote down before, never what the controller counts.
#include <algorithm>

#include "drivers/sdhci.hh"
#include "drivers/sdhci_registers.hh"
#include "lib/barrier.hh"

namespace drivers {
namespace {

using namespace sdhci;

constexpr uint32_t kCommandMs = 100;  // of a command alone: 200 clocks, at 100 kHz at least, and much to spare
constexpr size_t kCacheLine = 64;
constexpr uint8_t kStopTransmission = 12;

Error meaning(uint32_t status) {
  if (status & kAdmaError) return Error::DmaFault;
  // A command that times out with a wrong checksum is a line that somebody else holds.
  if ((status & kCommandTimeout && status & kCommandCrc) || status & (kCommandEnd | kCommandIndex | kDataEnd))
    return Error::WireFraming;
  if (status & (kCommandCrc | kDataCrc)) return Error::WireCrc;
  if (status & (kCommandTimeout | kDataTimeout)) return Error::Timeout;
  return Error::IoError;
}

uint32_t code(MmcCommand command) {
  using Answer = MmcCommand::Answer;
  const uint32_t index = uint32_t{command.index} << 24;
  switch (command.answer) {
    case Answer::None: return index;
    case Answer::Short: return index | kShort | kCheckCrc | kCheckIndex;
    case Answer::Unchecked: return index | kShort;
    case Answer::Long: return index | kLong | kCheckCrc;
  }
  return index;
}

}  // namespace

Result<void> Sdhci::wait_status(uint32_t bits, Ticks limit) {
  uint32_t status = wait(kStatus.kOffset, bits | kErrors | kErrorSummary, Until::Set, limit);
  // One that is done has not timed out (2.2.18).
  if (status & bits & kTransferDone) status &= ~kDataTimeout;
  if (status & kErrors) return failure(meaning(status));
  if (!(status & bits)) return failure(Error::Timeout);
  io_.write(kStatus, bits);
  return {};
}

bool Sdhci::reaches(const void* memory) const {
  if (!(capabilities_ & kCanAdma2)) return true;
  const size_t unit = dma_->invalidate ? kCacheLine : sizeof(uint32_t);
  return Dma::address(memory) % unit == 0 && Dma::address(memory) <= kReach - kLargestBlock;
}

uint32_t Sdhci::largest(const void* memory) const {
  if (!(capabilities_ & kCanAdma2)) return kDescriptors * kPiece;
  if (!reaches(memory)) return kBuffer;
  const uint64_t below = (kReach - Dma::address(memory)) / kLargestBlock * kLargestBlock;
  return uint32_t(std::min<uint64_t>(kDescriptors * kPiece, below));
}

/// Until all of it has gone over the wires twice, and two seconds; a card that writes may be as slow as 512 KiB/s.
Ticks Sdhci::patience(const MmcBlocks& blocks) const {
  const uint64_t bytes = uint64_t{blocks.size} * blocks.count;
  const uint64_t wires = bytes * 8 * 1000 / (std::max(hertz_, 1000u) / 1000 * width_);
  return time_->microseconds(2'000'000 + 2 * wires + (blocks.write ? 2 * bytes : 0));
}

void Sdhci::describe(const std::byte* memory, uint32_t size) {
  auto address = uint32_t(Dma::address(memory));
  for (Descriptor& row : table_) {
    const uint32_t piece = std::min(size, kPiece);
    size -= piece;
    row = {uint16_t(kValid | kTransfer | (size ? 0 : kEnd)), uint16_t(piece), address};
    address += piece;
    if (size == 0) break;
  }
}

Result<void> Sdhci::move_by_port(const MmcBlocks& blocks) {
  std::byte* at = blocks.memory;
  for (uint32_t block = 0; block < blocks.count; ++block) {
    CHECK(wait_status(blocks.write ? kWriteReady : kReadReady, patience(blocks)));
    for (uint32_t i = 0; i < blocks.size; i += sizeof(uint32_t), at += sizeof(uint32_t)) {
      uint32_t word = 0;
      if (blocks.write) {
        __builtin_memcpy(&word, at, sizeof word);
        io_.write(kPort, word);
      } else {
        word = io_.read(kPort);
        __builtin_memcpy(at, &word, sizeof word);
      }
    }
  }
  return {};
}

Result<void> Sdhci::exchange(MmcCommand command, const MmcBlocks* blocks) {
  const uint32_t busy = kCommandInhibit | (blocks ? kDataInhibit : 0);
  if (wait(kPresent.kOffset, busy, Until::Clear, milliseconds(kCommandMs)) & busy) return failure(Error::Timeout);
  const bool dma = capabilities_ & kCanAdma2;
  uint32_t word = code(command);
  if (command.index == kStopTransmission) word |= kAbort;
  if (blocks) {
    io_.write(kBlocks, blocks->size | blocks->count << 16);
    word |= kData | (dma ? kUseDma : 0) | (blocks->write ? 0 : kRead) | (blocks->count > 1 ? kMany | kCountBlocks : 0);
    if (dma) {
      io_.write(kAdmaAddress, uint32_t(Dma::address(table_.data())));
      device_barrier();
    }
  }
  io_.write(kStatus, ~0u);
  io_.write(kArgument, command.argument);
  io_.write(kCommand, word);
  CHECK(wait_status(kCommandDone, milliseconds(kCommandMs)));
  answer_[0] = io_.read(kResponse0);
  if (command.answer == MmcCommand::Answer::Long) {
    // The registers hold bits 127 to 8, from bit 0 on.
    const uint32_t r3 = io_.read(kResponse3), r2 = io_.read(kResponse2), r1 = io_.read(kResponse1), r0 = answer_[0];
    answer_ = {r3 << 8 | r2 >> 24, r2 << 8 | r1 >> 24, r1 << 8 | r0 >> 24, r0 << 8};
  }
  if (!blocks) return {};
  if (!dma) CHECK(move_by_port(*blocks));
  return wait_status(kTransferDone, patience(*blocks));
}

Result<uint32_t> Sdhci::run(MmcCommand command, const MmcBlocks* blocks) {
  if (hertz_ == 0) return failure(Error::Broken);
  const auto done = exchange(command, blocks);
  if (done) return answer_[0];
  // The memory is the caller's again, whatever it takes; a controller that needs the last of these is started anew.
  if (!reset(kResetCommand) || !reset(kResetData)) {
    static_cast<void>(reset(kResetAll));
    hertz_ = 0;
  }
  return failure(done.error());
}

Result<uint32_t> Sdhci::send(MmcCommand command) { return run(command, nullptr); }

Result<uint32_t> Sdhci::send(MmcCommand command, const MmcBlocks& blocks) {
  if (blocks.size == 0 || blocks.size > kLargestBlock || blocks.size % sizeof(uint32_t) != 0 || blocks.count == 0 ||
      blocks.count > largest(blocks.memory) / blocks.size)
    return failure(Error::InvalidParameters);
  if (hertz_ == 0) return failure(Error::Broken);
  const uint32_t size = blocks.size * blocks.count;
  const bool direct = reaches(blocks.memory);
  MmcBlocks moved = blocks;
  if (!direct) {
    moved.memory = buffer_.data();
    if (blocks.write) __builtin_memcpy(moved.memory, blocks.memory, size);
  } else if (blocks.write) {
    dma_->to_device(blocks.memory, size);
  } else {
    dma_->from_device(blocks.memory, size);
  }
  describe(moved.memory, size);
  const auto answer = run(command, &moved);
  device_barrier();
  if (answer && !blocks.write) {
    if (direct)
      dma_->from_device(blocks.memory, size);
    else
      __builtin_memcpy(blocks.memory, moved.memory, size);
  }
  return answer;
}

}  // namespace drivers
