// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/spi_nor.hh"

#include <algorithm>
#include <bit>
#include <cstring>

#include "drivers/spi_nor_protect.hh"
#include "lib/wait.hh"

namespace drivers {
namespace {

constexpr uint8_t kSetStatus = 0x01, kDisable = 0x04, kStatus = 0x05, kEnable = 0x06, kStatus3 = 0x15, kStatus2 = 0x35,
                  kReadSfdp = 0x5a, kResetEnable = 0x66, kFlagStatus = 0x70, kResume = 0x7a, kReset = 0x99,
                  kReadId = 0x9f, kWake = 0xab, kEnterWide = 0xb7, kLeaveWide = 0xe9;

constexpr uint8_t kFlagReady = 1 << 7;    // of the flag status register
constexpr uint8_t kSingleLocks = 1 << 2;  // of status register 3

// Limits in microseconds: no sector takes longer to erase; to write the status registers.
constexpr uint32_t kBusyLimit = 3'000'000, kStatusLimit = 100'000;
// What a chip takes to come out of a reset or to wake up.
constexpr uint32_t kPause = 200;

constexpr uint8_t kWinbond = 0xef, kLeastCapacity = 0x14, kMostNarrow = 0x18, kMostCapacity = 0x19;  // of 1 << it bytes
constexpr char kParts[][8] = {"W25Q80", "W25Q16", "W25Q32", "W25Q64", "W25Q128", "W25Q256"};

/// W25Q80 to W25Q256 of 3 V, of 1.8 V, and those that come with quad mode off.
constexpr bool is_w25q(const std::array<uint8_t, 3>& id) {
  return id[0] == kWinbond && (id[1] == 0x40 || id[1] == 0x60 || id[1] == 0x70) && id[2] >= kLeastCapacity &&
         id[2] <= kMostCapacity;
}

/// What a chip says of itself, by its addresses.
class Sfdp final : public Reader {
 public:
  explicit Sfdp(Spi& spi) : spi_(spi) {}
  uint64_t size() const override { return uint64_t{1} << 24; }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override {
    if (!within(offset, to.size(), size())) return failure(Error::OutOfRange);
    const std::byte command[] = {std::byte{kReadSfdp}, std::byte(offset >> 16), std::byte(offset >> 8),
                                 std::byte(offset), std::byte{0}};
    return spi_.transfer(command, {}, to);
  }

 private:
  Spi& spi_;
};

}  // namespace

Result<void> SpiNor::start() {
  Result<void> is = identify();
  if (!is) {
    recover();
    is = identify();
  }
  return is;
}

Result<void> SpiNor::identify() {
  shape_ = {};
  identity_ = {};
  protects_ = false;
  // While it is busy it says nothing but its status. Where nobody is, all lines are high.
  const uint8_t status = TRY(ask(kStatus));
  if (status != 0xff && status & nor_status::kBusy) CHECK(wait(kBusyLimit));

  std::array<uint8_t, 3> id;
  CHECK(spi_->transfer({{std::byte{kReadId}}}, {}, std::as_writable_bytes(std::span(id))));
  const auto all = [&](uint8_t value) { return id[0] == value && id[1] == value && id[2] == value; };
  if (all(0) || all(0xff)) return failure(Error::NotFound);

  const bool known = is_w25q(id);
  Sfdp sfdp(*spi_);
  auto shape = parse_sfdp(sfdp);
  const bool described = shape && (!known || shape->size == uint64_t{1} << id[2]);
  if (!described) {
    if (!known) return failure(shape.error() == Error::NotFound ? Error::NotSupported : shape.error());
    shape = NorShape{.size = uint64_t{1} << id[2],
                     .erases = {{{65536, 3000, 0xd8}, {4096, 1000, 0x20}}},
                     .address_bytes = uint8_t(id[2] > kMostNarrow ? 4 : 3),
                     .enter_wide = id[2] > kMostNarrow};
  }
  if (known && TRY(ask(kStatus2)) & nor_status::kSuspended >> 8) {
    CHECK(tell(kResume));
    CHECK(wait(kBusyLimit));
  }
  CHECK(tell(kDisable));
  protects_ = known && id[2] <= kMostNarrow;
  identity_ = {.id = id,
               .part = known ? std::string_view(kParts[id[2] - kLeastCapacity]) : "SPI NOR",
               .described = described,
               .address_bytes = shape->address_bytes};
  shape_ = *shape;
  return {};
}

/// Out of what nobody answers in: a read that goes on without an opcode, by two lines or four; deep sleep; anything
/// else that a reset helps against. To a chip that is not in it none of this says anything. It is not busy any more, or
/// was for longer than what a reset may cut short.
void SpiNor::recover() {
  const auto pause = [&] { wait_until(*time_, time_->microseconds(kPause), [] { return false; }); };
  (void)spi_->transfer({{std::byte{0xff}, std::byte{0xff}}}, {}, {});
  (void)tell(kWake);
  pause();
  (void)tell(kResetEnable);
  (void)tell(kReset);
  pause();
}

Result<uint8_t> SpiNor::ask(uint8_t opcode) {
  std::byte is;
  CHECK(spi_->transfer({{std::byte(opcode)}}, {}, {&is, 1}));
  return uint8_t(is);
}

Result<void> SpiNor::wait(uint32_t microseconds) {
  late_ = !wait_until(*time_, time_->microseconds(microseconds), [&] {
    const auto is = ask(shape_.flag_status ? kFlagStatus : kStatus);
    return is && (shape_.flag_status ? (*is & kFlagReady) != 0 : (*is & nor_status::kBusy) == 0);
  });
  if (late_) return failure(Error::Timeout);
  return {};
}

Result<void> SpiNor::idle() {
  if (late_) return wait(kBusyLimit);
  return {};
}

Result<void> SpiNor::enable() {
  CHECK(tell(kEnable));
  if (!(TRY(ask(kStatus)) & nor_status::kEnabled)) return failure(Error::ReadOnly);
  return {};
}

/// Some chips want to be enabled for this, the others do not mind. Power that fails in between ends the mode as well.
Result<void> SpiNor::wide(bool on) {
  if (!shape_.enter_wide) return {};
  CHECK(tell(kEnable));
  return tell(on ? kEnterWide : kLeaveWide);
}

Result<void> SpiNor::addressed(uint8_t opcode, uint64_t offset, std::span<const std::byte> out,
                               std::span<std::byte> in) {
  std::byte command[5] = {std::byte(opcode)};
  for (unsigned i = 0; i < shape_.address_bytes; ++i)
    command[1 + i] = std::byte(offset >> 8 * (shape_.address_bytes - 1 - i));
  return spi_->transfer(std::span(command).first(1 + shape_.address_bytes), out, in);
}

Result<void> SpiNor::get(uint64_t offset, std::span<std::byte> to) {
  CHECK(wide(true));
  const Result<void> result = addressed(shape_.read, offset, {}, to);
  CHECK(wide(false));
  return result;
}

Result<void> SpiNor::modify(uint8_t opcode, uint64_t offset, std::span<const std::byte> out, uint32_t microseconds) {
  CHECK(wide(true));
  Result<void> result = enable();
  if (result) result = addressed(opcode, offset, out, {});
  if (result) result = wait(microseconds);
  CHECK(wide(false));
  return result;
}

Result<uint32_t> SpiNor::sector_size(uint64_t offset, uint64_t size) const {
  if (!within(offset, size, shape_.size)) return failure(Error::OutOfRange);
  for (const NorShape::Erase& erase : shape_.erases)
    if (erase.size != 0 && (offset | size) % erase.size == 0) return erase.size;
  return failure(Error::Misaligned);
}

Result<void> SpiNor::read(uint64_t offset, std::span<std::byte> to) {
  if (!within(offset, to.size(), shape_.size)) return failure(Error::OutOfRange);
  if (to.empty()) return {};
  CHECK(idle());
  const Result<void> result = get(offset, to);
  if (shape_.enter_wide) CHECK(tell(kDisable));
  return result;
}

Result<void> SpiNor::writable(uint64_t offset, uint64_t size) {
  CHECK(idle());
  const auto is = protected_range();
  if (!is && is.error() != Error::NotSupported) return failure(is.error());
  if (is && offset < is->offset + is->size && is->offset < offset + size) return failure(Error::ReadOnly);
  return {};
}

Result<void> SpiNor::erase_sectors(uint64_t offset, uint64_t size) {
  while (size != 0) {
    const NorShape::Erase* erase = shape_.erases.data();
    while (erase->size == 0 || offset % erase->size != 0 || size < erase->size) ++erase;
    CHECK(modify(erase->opcode, offset, {}, erase->limit * 1000));
    std::array<uint64_t, 32> is;
    for (const uint64_t end = offset + erase->size; offset < end; offset += sizeof is, size -= sizeof is) {
      CHECK(get(offset, std::as_writable_bytes(std::span(is))));
      uint64_t common = UINT64_MAX;
      for (const uint64_t word : is) common &= word;
      if (common != UINT64_MAX) return failure(Error::IoError);
    }
  }
  return {};
}

Result<void> SpiNor::erase(uint64_t offset, uint64_t size) {
  CHECK(sector_size(offset, size));
  CHECK(writable(offset, size));
  const Result<void> result = erase_sectors(offset, size);
  (void)tell(kDisable);
  return result;
}

Result<void> SpiNor::write_pages(uint64_t offset, std::span<const std::byte> from) {
  std::array<std::byte, 256> is;
  while (!from.empty()) {
    const auto page = uint32_t(std::min<uint64_t>(shape_.page, is.size()));
    const auto part = from.first(std::min<size_t>(from.size(), page - offset % page));
    CHECK(modify(shape_.program, offset, part, shape_.program_limit));
    CHECK(get(offset, std::span(is).first(part.size())));
    if (std::memcmp(is.data(), part.data(), part.size()) != 0) return failure(Error::IoError);
    offset += part.size();
    from = from.subspan(part.size());
  }
  return {};
}

Result<void> SpiNor::write(uint64_t offset, std::span<const std::byte> from) {
  if (!within(offset, from.size(), shape_.size)) return failure(Error::OutOfRange);
  if (from.empty()) return {};
  CHECK(writable(offset, from.size()));
  std::array<std::byte, 256> old;
  for (size_t done = 0; done < from.size(); done += old.size()) {
    const auto part = from.subspan(done, std::min(old.size(), from.size() - done));
    CHECK(get(offset + done, std::span(old).first(part.size())));
    std::byte rises{0};
    for (size_t i = 0; i < part.size(); ++i) rises |= part[i] & ~old[i];
    if (rises != std::byte{0}) return failure(Error::InvalidParameters);
  }
  const Result<void> result = write_pages(offset, from);
  (void)tell(kDisable);
  return result;
}

Result<uint16_t> SpiNor::status() {
  const uint8_t low = TRY(ask(kStatus));
  return uint16_t(low | TRY(ask(kStatus2)) << 8);
}

Result<Flash::Range> SpiNor::protected_range() {
  if (!protects_) return failure(Error::NotSupported);
  CHECK(idle());
  // Older ones have no third register, and leave the line alone.
  const uint8_t third = TRY(ask(kStatus3));
  if (third != 0xff && third & kSingleLocks) return failure(Error::NotSupported);
  return nor_protected(TRY(status()), shape_.size);
}

/// Both registers at once: of the older chips, writing the first alone clears the second.
Result<void> SpiNor::set_status(uint16_t status) {
  CHECK(enable());
  CHECK(spi_->transfer({{std::byte{kSetStatus}, std::byte(status), std::byte(status >> 8)}}, {}, {}));
  const Result<void> result = wait(kStatusLimit);
  CHECK(tell(kDisable));
  return result;
}

Result<void> SpiNor::protect(Range range) {
  if (!within(range.offset, range.size, shape_.size)) return failure(Error::OutOfRange);
  CHECK(protected_range());
  const uint16_t bits = TRY(nor_protection(range, shape_.size));
  const auto others = uint16_t(~(nor_status::kProtection | nor_status::kBusy | nor_status::kEnabled));
  const uint16_t before = TRY(status());
  const auto wanted = uint16_t((before & others) | bits);
  CHECK(set_status(wanted));
  const auto now = uint16_t(TRY(status()) & nor_status::kProtection);
  if (now == bits) return {};
  // A chip that takes some of the bits, but not all of them, has not the setting; one that takes none is held.
  if (now == (before & nor_status::kProtection)) return failure(Error::ReadOnly);
  CHECK(set_status(before));
  return failure(Error::OutOfRange);
}

}  // namespace drivers
