// SPDX-License-Identifier: BSD-2-Clause
// How a chip becomes known, in whatever state it was left.
#include "drivers/spi_nor.hh"
#include "drivers/spi_nor_commands.hh"
#include "lib/wait.hh"

namespace drivers {

using namespace nor;

namespace {

// What a chip takes to come out of a reset or to wake up, in microseconds.
constexpr uint32_t kPause = 200;

// The identifier's last byte, of chips of 1 << it bytes.
constexpr uint8_t kLeastCapacity = 0x14, kMostNarrow = 0x18, kMostCapacity = 0x19;
constexpr char kParts[][8] = {"W25Q80", "W25Q16", "W25Q32", "W25Q64", "W25Q128", "W25Q256"};
constexpr NorShape kFamily{
    .size = 0,
    .erases = {{{.size = 65536, .limit = 3000, .opcode = 0xd8}, {.size = 4096, .limit = 1000, .opcode = 0x20}}}};

/// W25Q80 to W25Q256: of 3 V, of 1.8 V, and those that come with quad mode off.
bool is_w25q(const std::array<uint8_t, 3>& id) {
  return id[0] == 0xef && (id[1] == 0x40 || id[1] == 0x60 || id[1] == 0x70) && id[2] >= kLeastCapacity &&
         id[2] <= kMostCapacity;
}

}  // namespace

/// What the chip says of itself, by its addresses. A byte that means nothing comes before the first.
class SpiNor::Description final : public Reader {
 public:
  explicit Description(SpiNor& chip) : chip_(chip) {}
  uint64_t size() const override { return uint64_t{1} << 24; }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override {
    if (!within(offset, to.size(), size())) return failure(Error::OutOfRange);
    return chip_.command(uint64_t{kReadSfdp} << 32 | offset << 8, 5, {}, to);
  }

 private:
  SpiNor& chip_;
};

Result<void> SpiNor::start() {
  if (identify()) return {};
  recover();
  const Result<void> result = identify();
  if (!result) shape_.size = 0;
  return result;
}

Result<void> SpiNor::identify() {
  shape_.flag_status = false;
  protects_ = false;
  // While it is busy it says nothing but its status. Where nobody is, all lines are high.
  if (TRY(ask(kStatus)) != 0xff) CHECK(wait(kBusyLimit));

  std::array<uint8_t, 3>& id = identity_.id;
  CHECK(command(kReadId, 1, {}, std::as_writable_bytes(std::span(id))));
  if ((id[0] == 0 || id[0] == 0xff) && id[1] == id[0] && id[2] == id[0]) return failure(Error::NotFound);
  const bool known = is_w25q(id), narrow = id[2] <= kMostNarrow;
  const uint64_t size = uint64_t{1} << (id[2] & 63);

  Description description(*this);
  const Result<void> parsed = parse_sfdp(description, shape_);
  identity_.described = parsed && (!known || shape_.size == size);
  if (!identity_.described) {
    if (!known) return failure(parsed.error() == Error::NotFound ? Error::NotSupported : parsed.error());
    shape_ = kFamily;
    shape_.size = size;
    shape_.address_bytes = narrow ? 3 : 4;
    shape_.enter_wide = !narrow;
  }
  if (known && TRY(ask(kStatus2)) & kSuspended >> 8) {
    CHECK(tell(kResume));
    CHECK(wait(kBusyLimit));
  }
  protects_ = known && narrow;
  identity_.part = known ? kParts[id[2] - kLeastCapacity] : "SPI NOR";
  identity_.address_bytes = shape_.address_bytes;
  return tell(kDisable);
}

void SpiNor::pause() {
  wait_until(*time_, time_->microseconds(kPause), [] { return false; });
}

/// Out of what nobody answers in: a read that goes on without an opcode, by two lines or four; deep sleep; anything
/// else that a reset helps against. To a chip that is not in it none of this says anything. It is not busy any more, or
/// was for longer than what a reset may cut short.
void SpiNor::recover() {
  (void)command(0xffff, 2, {}, {});
  (void)tell(kWake);
  pause();
  (void)tell(kResetEnable);
  (void)tell(kReset);
  pause();
}

}  // namespace drivers
