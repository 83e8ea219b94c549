// SPDX-License-Identifier: BSD-2-Clause
// drivers/spi_nor.hh - serial NOR flash: what describes itself by SFDP, and Winbond's W25Q family, which need not.
#pragma once
#include "drivers/sfdp.hh"
#include "lib/flash.hh"
#include "lib/spi.hh"
#include "lib/time.hh"

namespace drivers {

class SpiNor final : public Flash {
 public:
  /// The line to the chip, the clock and the name stay the caller's.
  constexpr SpiNor(Spi& spi, const Time& time, std::string_view name = "spi") : name_(name), spi_(&spi), time_(&time) {}

  std::string_view name() const override { return name_; }
  /// As of Flash. A chip that is still busy is waited for; one that an earlier firmware left reading, suspended or
  /// powered down is brought back. Timeout: it stays busy.
  Result<void> start() override;
  const Identity& identity() const override { return identity_; }
  uint64_t size() const override { return shape_.size; }
  /// The largest that the chip erases at once and that the range is made of: 64 KiB where it lies on them, down to
  /// 4 KiB. Erasing takes larger steps of its own accord where they fit.
  Result<uint32_t> sector_size(uint64_t offset, uint64_t size) const override;

  /// As of Flash. What was erased or written is read again: IoError: it is not there. ReadOnly: protected, before
  /// anything is changed; or the chip does not let itself be enabled for writing. A page of 256 bytes that power fails
  /// in gets there in any order; pages go from first to last.
  Result<void> read(uint64_t offset, std::span<std::byte> to) override;
  Result<void> erase(uint64_t offset, uint64_t size) override;
  Result<void> write(uint64_t offset, std::span<const std::byte> from) override;

  /// By the status registers of W25Q80 to W25Q128. NotSupported: other chips, or locks of single blocks in use instead.
  Result<Range> protected_range() override;
  Result<void> protect(Range range) override;

 private:
  class Description;

  Result<void> identify();
  void recover();
  void pause();
  /// One transaction; the lowest `bytes` bytes of `head` are sent first, the highest of them before the others.
  Result<void> command(uint64_t head, unsigned bytes, std::span<const std::byte> out, std::span<std::byte> in);
  Result<void> tell(uint8_t opcode) { return command(opcode, 1, {}, {}); }
  Result<uint8_t> ask(uint8_t opcode);
  bool ready();
  Result<void> wait(uint32_t microseconds);
  Result<void> enable();
  Result<void> wide(bool on);
  Result<void> begin();
  Result<void> addressed(uint8_t opcode, uint64_t offset, std::span<const std::byte> out, std::span<std::byte> in);
  Result<void> modify(uint8_t opcode, uint64_t offset, std::span<const std::byte> out, uint32_t microseconds);
  Result<void> expect(uint64_t offset, const std::byte* wanted, uint64_t size, bool exactly, Error error);
  const NorShape::Erase* largest(uint64_t aligned, uint64_t most) const;
  Result<void> erase_sectors(uint64_t offset, uint64_t size);
  Result<void> write_pages(uint64_t offset, std::span<const std::byte> from);
  Result<void> writable(uint64_t offset, uint64_t size);
  Result<uint16_t> status();
  Result<void> set_status(uint16_t status);

  std::string_view name_;
  Spi* spi_;
  const Time* time_;
  Identity identity_{};
  NorShape shape_{};
  bool protects_ = false;  // it has the status registers of Winbond's
  bool late_ = false;      // it was still busy when we gave up
  std::byte answer_{};
};

}  // namespace drivers
