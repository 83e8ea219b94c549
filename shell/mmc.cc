// SPDX-License-Identifier: BSD-2-Clause
// shell/mmc.cc - eMMC and SD cards: what they are, and what an eMMC tells a boot ROM.
#include "lib/mmc.hh"

#include "lib/console.hh"
#include "lib/text.hh"
#include "shell/listing.hh"
#include "shell/storage.hh"

#ifdef CONFIG_MMC
namespace shell {
namespace {

// What a boot ROM starts, and how an eMMC sends to it: settings that follow each other, each one of some words, in the
// order of the numbers that they stand for.
constexpr std::string_view kBootPartition = "none|boot0|boot1|reserved|reserved|reserved|reserved|user;noack|ack";
constexpr std::string_view kBootBus = "1|4|8|reserved;sdr|hs|ddr|reserved;reset|keep";
enum class Boot : bool { Partition, Bus };
using Settings = std::array<uint8_t, 3>;

Result<Settings> settings_of(MmcCard& card, Boot boot) {
  if (boot == Boot::Bus) {
    const auto bus = TRY(card.boot_bus());
    return Settings{uint8_t(bus.width / 4), bus.mode, bus.keep};
  }
  const auto from = TRY(card.boot_partition());
  return Settings{from.partition, from.ack};
}

Result<void> set(MmcCard& card, Boot boot, const Settings& to) {
  if (boot == Boot::Partition) return card.set_boot_partition({.ack = to[1] != 0, .partition = to[0]});
  return card.set_boot_bus({.width = uint8_t(to[0] ? 4 * to[0] : 1), .keep = to[2] != 0, .mode = to[1]});
}

/// Sets what the call names.
void choose(const Call& call, std::string_view words, Settings& settings) {
  for (uint8_t& setting : settings) {
    std::string_view choice = take_until(words, ';');
    for (uint8_t value = 0; !choice.empty(); ++value)
      if (call.has(take_until(choice, '|'))) setting = value;
  }
}

void print_settings(std::string_view words, const Settings& settings) {
  for (const uint8_t setting : settings) {
    std::string_view choice = take_until(words, ';');
    for (uint8_t value = 0; value < setting; ++value) take_until(choice, '|');
    if (!choice.empty()) print(" {}", take_until(choice, '|'));
  }
}

/// Prints "mmc0: boot0 ack", or what it was and what it has become.
Result<void> show_or_set(const Call& call, Boot boot) {
  const std::string_view words = boot == Boot::Bus ? kBootBus : kBootPartition;
  MmcCard& card = *TRY(find_card(call.machine, call.text(0)));
  const Settings before = TRY(settings_of(card, boot));
  Settings now = before;
  if (call.count() > 1) {
    choose(call, words, now);
    CHECK(set(card, boot, now));
    now = TRY(settings_of(card, boot));
  }
  print("{}:", call.text(0));
  print_settings(words, before);
  if (call.count() > 1) {
    print(" ->");
    print_settings(words, now);
  }
  print("\n");
  return {};
}

void list_card(Listing& list, MmcCard& card) {
  if (const auto started = card.start(); !started)
    return list.row({card.name(), started.error() == Error::NoDevice ? "no card"sv : text(started.error())});
  const MmcCard::Identity& identity = card.identity();
  const MmcCard::Bus& bus = card.bus();
  const std::string_view product(identity.product.data(), identity.product.size());
  list.row({card.name(), "ok"sv, identity.kind == MmcCard::Kind::Emmc ? "eMMC"sv : "SD"sv,
            product.substr(0, product.find('\0')), identity.manufacturer, identity.revision, identity.serial,
            identity.year, identity.month, bus.width, bus.hertz, bus.timing, bus.reduced});
  list.nest("areas"sv, "area:-10 sectors:12 bytes:6 mib:9 access?ro|rw:-6"sv);
  const BlockDevice* area;
  for (size_t index = 0; (area = card.area(index)); ++index)
    list.row({area->name(), area->sectors(), area->sector_size(), area->sectors() * area->sector_size() >> 20,
              area->read_only()});
  list.unnest();
}

}  // namespace

COMMAND(mmc_info, "mmc info [-j]", "the slots: card, mode of its bus, and the areas that it has") {
  if (!call.machine.mmc(0)) return failure(Error::NoDevice);
  Listing list(call,
               "card:-5 state:-7 kind:-4 product:-7 maker#:5 revision#:8 serial#:10 year:4 month:5 width:5 hertz:9 "
               "timing:-10 reduced?yes|no:-7"sv);
  MmcCard* card;
  for (size_t number = 0; (card = call.machine.mmc(number)); ++number) list_card(list, *card);
  return {};
}

COMMAND(mmc_partconf, "mmc partconf CARD [none|boot0|boot1|user] [ack|noack]",
        "what a boot ROM starts from an eMMC, and whether the card says that it comes") {
  return show_or_set(call, Boot::Partition);
}

COMMAND(mmc_bootbus, "mmc bootbus CARD [1|4|8] [sdr|hs|ddr] [keep|reset]",
        "lines and mode in which an eMMC sends to a boot ROM; keep: and stays") {
  return show_or_set(call, Boot::Bus);
}

}  // namespace shell
#endif
