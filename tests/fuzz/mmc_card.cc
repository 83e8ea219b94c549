// SPDX-License-Identifier: BSD-2-Clause
// A card that says anything of itself: its registers are the input's, and so are bytes that change while it is in use.
// Starting ends, in bounded time; what is found is within bounds; and a write stays in the area that it is for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "drivers/mmc_card.hh"
#include "tests/fake/low_memory.hh"
#include "tests/fake/sdhci.hh"
#include "tests/fake/timeline.hh"
#include "tests/fuzz/input.hh"

namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "mmc_card: %s\n", what);
  std::abort();
}

constexpr uintptr_t kBase = 0xf06e'0000;

class Host final : public drivers::Sdhci {
 public:
  using Sdhci::Sdhci;
};

fake::LowMemory& memory() {
  static fake::LowMemory low(size_t{64} << 10);
  return low;
}

fake::MmcCard::Shape shape_of(Input& in) {
  const uint8_t bits = in.byte();
  fake::MmcCard::Shape shape{.sd = (bits & 1) != 0, .by_sector = (bits & 2) == 0};
  shape.types = bits >> 2 & 7;
  shape.wide = bits & 1 << 5;
  shape.fast = bits & 1 << 6;
  shape.second = !(bits & 1 << 7);
  const uint8_t more = in.byte();
  shape.boot = more & 3;
  shape.general = {uint8_t(more >> 2 & 1), 0, uint8_t(more >> 3 & 1), 0};
  shape.counts = !(more & 16);
  return shape;
}

/// A few bytes anywhere, or all of a register.
void damage(fake::MmcCard& card, Input& in) {
  for (unsigned n = in.byte() % 24; n && !in.empty(); --n) {
    const uint8_t what = in.byte(), at = in.byte(), value = in.byte();
    switch (what % 6) {
      case 0: card.cid[at % 4] = in.word(); break;
      case 1: card.csd[at % 4] ^= 1u << value % 32; break;
      case 2: card.csd[at % 4] = in.word(); break;
      case 3: card.ext_csd[at] = value; break;
      case 4: card.ext_csd[256 + at % 256] = value; break;
      default: card.scr[at % 8] = value; break;
    }
  }
}

void check_words(const MmcCard::Identity& is) {
  for (size_t i = 0; is.product[i] != '\0'; ++i)
    expect(i + 1 < is.product.size() && is.product[i] >= ' ' && is.product[i] <= '~', "a name that no terminal shows");
  expect(is.month <= 12 && is.year >= 1997 && is.year <= 2255, "a date that no calendar has");
}

/// The access that an area's name stands for.
unsigned access_of(std::string_view name) {
  if (name == "mmc0") return 0;
  expect(name.size() > 4 && name.substr(0, 4) == "mmc0", "an area without a name");
  const unsigned number = unsigned(name.back() - '0');
  if (name.substr(4, name.size() - 5) == "boot" && number < 2) return 1 + number;
  expect(name.substr(4, name.size() - 5) == "gp" && number < 4, "an area with a name that nobody knows");
  return 4 + number;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  fake::Timeline timeline;
  Arena arena(memory().bytes);
  const Dma dma{arena};
  fake::Sdhci registers(kBase);
  const auto card = std::make_unique<fake::MmcCard>(shape_of(in));
  registers.card = card.get();
  damage(*card, in);
  const uint8_t wires = in.byte();
  if (wires & 1) card->noisy = [wires](const fake::MmcCard::Bus& bus) { return bus.width > (wires >> 1 & 7u); };
  if (wires & 16) card->silent_after = in.byte();
  if (wires & 32) card->stubborn = in.byte();
  Host host(kBase, timeline.time, dma, {.width = 8, .dual = true, .embedded = (wires & 64) != 0});
  const auto slot = std::make_unique<drivers::MmcSlot>(host, timeline.time, "mmc0");

  const auto started = slot->start();
  expect(timeline.elapsed() < 120'000'000, "a start that takes minutes");
  if (!started) {
    expect(slot->area(0) == nullptr, "areas of a card that could not be started");
    return 0;
  }
  check_words(slot->identity());
  expect(slot->area(0) != nullptr, "a card without its user area");
  damage(*card, in);
  std::string bytes(size_t{512} * (1 + in.byte() % 3), 'x');
  for (size_t i = 0; BlockDevice* const area = slot->area(i); ++i) {
    expect(i < 7, "more areas than there are");
    expect(area->sectors() != 0 && area->sectors() <= uint64_t{1} << 32, "an area that commands cannot name");
    const unsigned access = access_of(area->name());
    const uint64_t sector = in.number();
    card->writes.clear();
    const auto written = area->write(sector, std::as_bytes(std::span(bytes)));
    expect(!written || card->writes.size() >= bytes.size() / 512, "sectors that were not written");
    for (const auto& write : card->writes) {
      expect(write.area == access, "a sector of another area");
      expect(write.sector >= sector && write.sector < sector + bytes.size() / 512, "a sector that nobody named");
    }
    static_cast<void>(area->read(sector, std::as_writable_bytes(std::span(bytes))));
    static_cast<void>(area->flush());
  }
  static_cast<void>(slot->set_boot_partition({true, uint8_t(in.byte() & 7)}));
  static_cast<void>(slot->boot_bus());
  static_cast<void>(slot->hand_over());
  return 0;
}
