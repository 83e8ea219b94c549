// SPDX-License-Identifier: BSD-2-Clause
#include "shell/storage.hh"

#include "shell/format.hh"

#if defined(CONFIG_FLASH) || defined(CONFIG_MMC)
namespace shell {
namespace {

void about_unknown(std::string_view name) { about("{}, see flash info and mmc info", Clean(name).text()); }

}  // namespace

void vabout(std::string_view format, std::span<const Arg> args) {
  static constinit std::array<char, 112> memory{};
  TextBuffer text(memory);
  vprint(text, format, args);
  about(text.text());
}

Storage::Storage(Flash& flash) : flash_(&flash), size_(flash.size()) {}
Storage::Storage(BlockDevice& area) : area_(&area), size_(area.sectors() * area.sector_size()) {}

std::string_view Storage::name() const { return flash_ ? flash_->name() : area_ ? area_->name() : "memory"sv; }

Result<const std::byte*> Storage::look(uint64_t offset, Bytes buffer) const {
  if (memory_) return memory_ + offset;
  CHECK(move(false, offset, buffer));
  return buffer.data();
}

Result<void> Storage::move(bool write, uint64_t offset, Bytes bytes) const {
  if (flash_) return write ? flash_->write(offset, bytes) : flash_->read(offset, bytes);
  const uint32_t sector = area_->sector_size();
  if (offset % sector) return failure(Error::Misaligned);
  return write ? area_->write(offset / sector, bytes) : area_->read(offset / sector, bytes);
}

Result<Flash*> find_flash(Machine& machine, std::string_view name) {
  Flash* flash;
  for (size_t number = 0; (flash = machine.flash(number)); ++number)
    if (flash->name() == name) {
      about(flash->name());
      CHECK(flash->start());
      return flash;
    }
  about_unknown(name);
  return failure(Error::NoDevice);
}

Result<MmcCard*> find_card(Machine& machine, std::string_view name) {
  MmcCard* card;
  for (size_t number = 0; (card = machine.mmc(number)); ++number)
    if (name.starts_with(card->name())) {
      const auto started = card->start();
      about("{}{}", card->name(), !started && started.error() == Error::NoDevice ? " has no card"sv : ""sv);
      CHECK(started);
      return card;
    }
  about_unknown(name);
  return failure(Error::NoDevice);
}

Result<BlockDevice*> find_area(Machine& machine, std::string_view name) {
  MmcCard& card = *TRY(find_card(machine, name));
  BlockDevice* area;
  for (size_t index = 0; (area = card.area(index)); ++index)
    if (area->name() == name) return area;
  about_unknown(name);
  return failure(Error::NoDevice);
}

}  // namespace shell
#endif
