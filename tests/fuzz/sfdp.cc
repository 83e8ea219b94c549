// SPDX-License-Identifier: BSD-2-Clause
// Any description for a serial NOR flash: what is taken of it can be, and a chip that is used by it is told nothing but
// to read, to program a page and to erase a sector, with as many bytes of address as it has.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "drivers/sfdp.hh"
#include "drivers/spi_nor.hh"
#include "tests/fake/timeline.hh"
#include "tests/fuzz/input.hh"

namespace {

using drivers::NorShape;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "sfdp: %s\n", what);
  std::abort();
}

constexpr bool power_of_two(uint64_t is) { return is != 0 && (is & (is - 1)) == 0; }

/// Which of the erases there are.
unsigned look_at(const NorShape& is) {
  expect(power_of_two(is.size) && is.size >= 65536 && is.size <= uint64_t{1} << 32, "a size that no chip has");
  expect(is.address_bytes == 4 || (is.address_bytes == 3 && is.size <= 1 << 24), "addresses that do not reach");
  expect(is.address_bytes == 4 || (!is.enter_wide && is.read == 3 && is.program == 2), "a way to 4 bytes that are 3");
  expect(power_of_two(is.page) && is.page >= 16, "a page that no chip has");
  expect(is.program_limit >= 20'000 && is.program_limit <= 100'000, "a limit of nobody's patience");
  unsigned erases = 0;
  for (const NorShape::Erase& erase : is.erases) {
    if (erase.size == 0) continue;
    ++erases;
    expect(power_of_two(erase.size) && erase.size >= is.page && erase.size <= is.size, "a sector that cannot be");
    expect(erase.limit >= 1000 && erase.limit <= 60'000, "a limit of nobody's patience");
  }
  expect(erases != 0, "a flash that cannot be erased");
  return erases;
}

/// A chip that says what the input has of itself, and is as large as it says; what is not kept is ones.
class Chip final : public Spi {
 public:
  explicit Chip(std::span<const std::byte> sfdp) : sfdp_(sfdp) {}
  size_t changes = 0;
  const NorShape* shape = nullptr;  // once it is known

  Result<void> transfer(std::span<const std::byte> command, std::span<const std::byte> out,
                        std::span<std::byte> in) override {
    const auto opcode = uint8_t(command[0]);
    uint64_t at = 0;
    for (size_t i = 1; i < command.size(); ++i) at = at << 8 | uint8_t(command[i]);
    if (opcode == 0x5a) {
      at >>= 8;
      for (std::byte& byte : in) byte = at < sfdp_.size() ? sfdp_[at] : std::byte{0xff}, ++at;
      return {};
    }
    if (command.size() == 1 || opcode == 0xff) {
      expect(known(opcode), "an opcode that is no business of a driver's");
      for (std::byte& byte : in) byte = opcode == 0x9f ? std::byte{0x12} : opcode == 0x70 ? std::byte{0x80} : enabled_;
      if (opcode == 0x06) enabled_ = std::byte{2};
      if (opcode == 0x04) enabled_ = std::byte{0};
      return {};
    }
    expect(shape != nullptr && command.size() == 1u + shape->address_bytes, "an address of another length");
    expect(at < shape->size, "an address behind the end");
    if (opcode == shape->read) {
      for (std::byte& byte : in) {
        const auto kept = kept_.find(at++);
        byte = kept == kept_.end() ? std::byte{0xff} : kept->second;
      }
      return {};
    }
    expect(enabled_ != std::byte{0}, "a change without being enabled");
    enabled_ = std::byte{0};
    ++changes;
    if (opcode == shape->program) {
      expect(!out.empty() && at % shape->page + out.size() <= shape->page, "a page that is left");
      for (const std::byte byte : out) kept_[at++] = byte;
      return {};
    }
    expect(kErases.contains(opcode) && out.empty(), "something else than to erase a sector");
    uint64_t size = 0;
    for (const NorShape::Erase& erase : shape->erases)
      if (erase.size != 0 && erase.opcode == opcode && at % erase.size == 0)
        size = std::max<uint64_t>(size, erase.size);
    expect(size != 0, "an erase in the middle of a sector");
    kept_.erase(kept_.lower_bound(at), kept_.lower_bound(at + size));
    return {};
  }

 private:
  static bool known(uint8_t opcode) {
    return std::set<uint8_t>{0x04, 0x05, 0x06, 0x66, 0x70, 0x99, 0x9f, 0xab, 0xb7, 0xe9, 0xff}.contains(opcode);
  }
  static inline const std::set<uint8_t> kErases{0x20, 0x21, 0x52, 0x5c, 0x81, 0xd7, 0xd8, 0xdc};

  std::span<const std::byte> sfdp_;
  std::byte enabled_{0};
  std::map<uint64_t, std::byte> kept_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // What is done with it comes first, then the description.
  Input input(data, size);
  const uint32_t where = input.word(), length = input.byte();
  const size_t head = std::min<size_t>(size, 5);
  const auto bytes = std::as_bytes(std::span(data + head, size - head));

  MemoryReader reader(bytes);
  NorShape shape;
  const bool taken = bool(drivers::parse_sfdp(reader, shape));
  if (taken) look_at(shape);

  // The same by the wire, where what is cut off reads as ones.
  fake::Timeline timeline;
  Chip chip(bytes);
  drivers::SpiNor flash(chip, timeline.time);
  const bool started = bool(flash.start());
  expect(!taken || started, "a description that is taken here and not there");
  expect(chip.changes == 0, "a change by starting");
  if (!started) {
    expect(flash.size() == 0, "a flash of nothing");
    return 0;
  }
  class Padded final : public Reader {
   public:
    explicit Padded(std::span<const std::byte> all) : all_(all) {}
    uint64_t size() const override { return 1 << 24; }
    Result<void> read(uint64_t offset, std::span<std::byte> to) override {
      if (!within(offset, to.size(), size())) return failure(Error::OutOfRange);
      for (std::byte& byte : to) byte = offset < all_.size() ? all_[offset] : std::byte{0xff}, ++offset;
      return {};
    }

   private:
    std::span<const std::byte> all_;
  } padded(bytes);
  expect(bool(drivers::parse_sfdp(padded, shape)), "a description that is taken there and not here");
  look_at(shape);
  chip.shape = &shape;
  expect(flash.size() == shape.size, "another size");

  uint32_t least = UINT32_MAX;
  for (const NorShape::Erase& erase : shape.erases)
    if (erase.size != 0) least = std::min(least, erase.size);
  if (least > 1 << 20) return 0;  // takes its time
  const uint64_t sector = where % (shape.size / least) * least;
  expect(bool(flash.sector_size(sector, least)), "its smallest sector is none");
  const uint64_t at = sector + where / 7 % least;
  const size_t count = std::min<uint64_t>(length, shape.size - at);
  std::array<std::byte, 256> text, got;
  for (size_t i = 0; i < text.size(); ++i) text[i] = std::byte(where >> i % 24);
  expect(bool(flash.write(at, std::span(text).first(count))), "a write that fails");
  expect(bool(flash.read(at, std::span(got).first(count))), "a read that fails");
  for (size_t i = 0; i < count; ++i) expect(got[i] == text[i], "other bytes than what was written");
  expect(bool(flash.erase(sector, least)), "an erase that fails");
  return 0;
}
