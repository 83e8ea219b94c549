// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/spi_nor.hh"

#include <algorithm>

#include "drivers/spi_nor_commands.hh"
#include "lib/wait.hh"

namespace drivers {

using namespace nor;

Result<void> SpiNor::command(uint64_t head, unsigned bytes, std::span<const std::byte> out, std::span<std::byte> in) {
  const uint64_t sent = __builtin_bswap64(head << (64 - 8 * bytes));
  return spi_->transfer(std::as_bytes(std::span(&sent, 1)).first(bytes), out, in);
}

Result<uint8_t> SpiNor::ask(uint8_t opcode) {
  CHECK(command(opcode, 1, {}, {&answer_, 1}));
  return uint8_t(answer_);
}

bool SpiNor::ready() {
  const auto is = ask(shape_.flag_status ? kFlagStatus : kStatus);
  return is && (shape_.flag_status ? (*is & kFlagReady) != 0 : (*is & kBusy) == 0);
}

Result<void> SpiNor::wait(uint32_t microseconds) {
  late_ = !wait_until(*time_, time_->microseconds(microseconds), [this] { return ready(); });
  if (late_) return failure(Error::Timeout);
  return {};
}

Result<void> SpiNor::enable() {
  CHECK(tell(kEnable));
  if (!(TRY(ask(kStatus)) & kEnabled)) return failure(Error::ReadOnly);
  return {};
}

/// Some chips want to be enabled for this, the others do not mind. Power that fails ends the mode as well.
Result<void> SpiNor::wide(bool on) {
  if (shape_.enter_wide) {
    CHECK(tell(kEnable));
    CHECK(tell(on ? kEnterWide : kLeaveWide));
  }
  return tell(kDisable);
}

/// What comes from a chip that is busy is anything.
Result<void> SpiNor::begin() {
  if (late_) CHECK(wait(kBusyLimit));
  return wide(true);
}

Result<void> SpiNor::addressed(uint8_t opcode, uint64_t offset, std::span<const std::byte> out,
                               std::span<std::byte> in) {
  return command(uint64_t{opcode} << 8 * shape_.address_bytes | offset, 1 + shape_.address_bytes, out, in);
}

Result<void> SpiNor::modify(uint8_t opcode, uint64_t offset, std::span<const std::byte> out, uint32_t microseconds) {
  CHECK(enable());
  CHECK(addressed(opcode, offset, out, {}));
  return wait(microseconds);
}

/// Fails with `error` where `wanted` has a one (nullptr: has ones only) and the flash a zero, or, exactly, where they
/// differ.
Result<void> SpiNor::expect(uint64_t offset, const std::byte* wanted, uint64_t size, bool exactly, Error error) {
  std::array<std::byte, 256> is;
  while (size != 0) {
    const auto part = size_t(std::min<uint64_t>(size, is.size()));
    CHECK(addressed(shape_.read, offset, {}, std::span(is).first(part)));
    for (size_t i = 0; i < part; ++i) {
      const std::byte want = wanted ? *wanted++ : std::byte{0xff};
      if ((exactly ? is[i] : is[i] & want) != want) return failure(error);
    }
    offset += part;
    size -= part;
  }
  return {};
}

/// The largest there is of a place's alignment and of `most` bytes.
const NorShape::Erase* SpiNor::largest(uint64_t aligned, uint64_t most) const {
  const NorShape::Erase* best = nullptr;
  for (const NorShape::Erase& erase : shape_.erases)
    if (erase.size != 0 && erase.size <= most && (aligned & (erase.size - 1)) == 0 &&
        (best == nullptr || erase.size > best->size))
      best = &erase;
  return best;
}

Result<uint32_t> SpiNor::sector_size(uint64_t offset, uint64_t size) const {
  if (!within(offset, size, shape_.size)) return failure(Error::OutOfRange);
  const NorShape::Erase* erase = largest(offset | size, UINT64_MAX);
  if (erase == nullptr) return failure(Error::Misaligned);
  return erase->size;
}

Result<void> SpiNor::read(uint64_t offset, std::span<std::byte> to) {
  if (!within(offset, to.size(), shape_.size)) return failure(Error::OutOfRange);
  CHECK(begin());
  const Result<void> result = addressed(shape_.read, offset, {}, to);
  CHECK(wide(false));
  return result;
}

Result<void> SpiNor::erase_sectors(uint64_t offset, uint64_t size) {
  for (uint64_t at = offset, end = offset + size; at != end;) {
    const NorShape::Erase* erase = largest(at, end - at);  // at least what the range is made of
    CHECK(modify(erase->opcode, at, {}, erase->limit * 1000));
    at += erase->size;
  }
  return expect(offset, nullptr, size, true, Error::IoError);
}

Result<void> SpiNor::erase(uint64_t offset, uint64_t size) {
  CHECK(sector_size(offset, size));
  CHECK(writable(offset, size));
  CHECK(begin());
  const Result<void> result = erase_sectors(offset, size);
  CHECK(wide(false));
  return result;
}

Result<void> SpiNor::write_pages(uint64_t offset, std::span<const std::byte> from) {
  CHECK(expect(offset, from.data(), from.size(), false, Error::InvalidParameters));
  for (size_t done = 0; done != from.size();) {
    const uint64_t at = offset + done;
    const auto part = size_t(std::min<uint64_t>(from.size() - done, shape_.page - at % shape_.page));
    CHECK(modify(shape_.program, at, from.subspan(done, part), shape_.program_limit));
    done += part;
  }
  return expect(offset, from.data(), from.size(), true, Error::IoError);
}

Result<void> SpiNor::write(uint64_t offset, std::span<const std::byte> from) {
  if (!within(offset, from.size(), shape_.size)) return failure(Error::OutOfRange);
  CHECK(writable(offset, from.size()));
  CHECK(begin());
  const Result<void> result = write_pages(offset, from);
  CHECK(wide(false));
  return result;
}

}  // namespace drivers
