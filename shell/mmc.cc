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

/// A setting: the words that it can be, "a|b", in the order of the numbers that they stand for.
struct Setting {
  std::string_view words;
  uint8_t value;
};
using Settings = std::array<Setting, 3>;

constexpr std::string_view kReserved = "reserved";

/// Sets what the call names.
void choose(const Call& call, Settings& settings) {
  for (Setting& setting : settings) {
    std::string_view words = setting.words;
    for (uint8_t value = 0; !words.empty(); ++value)
      if (const auto word = take_until(words, '|'); call.has(word) && word != kReserved) setting.value = value;
  }
}

void print_settings(const Settings& settings) {
  for (const Setting& setting : settings) {
    std::string_view words = setting.words;
    for (uint8_t value = 0; value < setting.value; ++value) take_until(words, '|');
    if (!words.empty()) print(" {}", take_until(words, '|'));
  }
}

/// "mmc0: boot0 ack", or what it was and what it has become.
void print_change(const Call& call, const Settings& before, const Settings& now) {
  print("{}:", call.text(0));
  print_settings(before);
  if (call.count() > 1) {
    print(" ->");
    print_settings(now);
  }
  print("\n");
}

Settings settings_of(MmcCard::BootPartition boot) {
  return {
      {{"none|boot0|boot1|reserved|reserved|reserved|reserved|user"sv, boot.partition}, {"noack|ack"sv, boot.ack}, {}}};
}

Settings settings_of(MmcCard::BootBus bus) {
  return {
      {{"1|4|8|reserved"sv, uint8_t(bus.width / 4)}, {"sdr|hs|ddr|reserved"sv, bus.mode}, {"reset|keep"sv, bus.keep}}};
}

void list_card(Listing& list, MmcCard& card) {
  if (const auto started = card.start(); !started) {
    const Error error = started.error();
    return list.row({card.name(), error == Error::NoDevice ? "no card"sv : text(error)});
  }
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
  MmcCard& card = *TRY(find_card(call.machine, call.text(0)));
  const Settings before = settings_of(TRY(card.boot_partition()));
  Settings now = before;
  choose(call, now);
  if (call.count() > 1) {
    CHECK(card.set_boot_partition({.ack = now[1].value != 0, .partition = now[0].value}));
    now = settings_of(TRY(card.boot_partition()));
  }
  print_change(call, before, now);
  return {};
}

COMMAND(mmc_bootbus, "mmc bootbus CARD [1|4|8] [sdr|hs|ddr] [keep|reset]",
        "lines and mode in which an eMMC sends to a boot ROM; keep: and stays") {
  MmcCard& card = *TRY(find_card(call.machine, call.text(0)));
  const Settings before = settings_of(TRY(card.boot_bus()));
  Settings now = before;
  choose(call, now);
  if (call.count() > 1) {
    CHECK(card.set_boot_bus(
        {.width = uint8_t(now[0].value ? 4 * now[0].value : 1), .keep = now[2].value != 0, .mode = now[1].value}));
    now = settings_of(TRY(card.boot_bus()));
  }
  print_change(call, before, now);
  return {};
}

}  // namespace shell
#endif
