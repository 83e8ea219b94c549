// SPDX-License-Identifier: BSD-2-Clause
// tests/unit/mmc_lab.hh - a card in a slot behind a controller, on the bus of tests, with our drivers on top.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "drivers/mmc_card.hh"
#include "tests/fake/low_memory.hh"
#include "tests/fake/pattern.hh"
#include "tests/fake/sdhci.hh"
#include "tests/fake/timeline.hh"

/// A controller without a vendor.
class PlainSdhci final : public drivers::Sdhci {
 public:
  using Sdhci::Sdhci;
};

inline constexpr uintptr_t kMmcBase = 0xf06e'0000;
inline constexpr drivers::Sdhci::Wiring kEightLines{.width = 8, .embedded = true};
inline constexpr drivers::Sdhci::Wiring kSdSlot{.width = 4};

struct MmcLab {
  explicit MmcLab(const fake::MmcCard::Shape& shape = {}, const drivers::Sdhci::Wiring& wiring = kEightLines)
      : card(shape), host(kMmcBase, timeline.time, dma, wiring), slot(host, timeline.time, "mmc0") {
    registers.card = &card;
  }
  ~MmcLab() {
    if (!may_complain) {
      for (const auto& what : card.complaints) ADD_FAILURE() << "card: " << what;
      for (const auto& what : registers.complaints) ADD_FAILURE() << "controller: " << what;
    }
  }
  bool may_complain = false;

  Error start() { return error_of(slot.start()); }
  BlockDevice& area(std::string_view name) {
    for (size_t i = 0; BlockDevice* const area = slot.area(i); ++i)
      if (area->name() == name) return *area;
    ADD_FAILURE() << "no " << name;
    return *slot.area(0);
  }
  Error write(std::string_view name, uint64_t sector, std::string_view data) {
    return error_of(area(name).write(sector, std::as_bytes(std::span(data))));
  }
  /// What was read, or nothing.
  std::string read(std::string_view name, uint64_t sector, size_t size) {
    std::string data(size, '?');
    const Error error = error_of(area(name).read(sector, std::as_writable_bytes(std::span(data))));
    EXPECT_EQ(error, kNone);
    return error == kNone ? data : "";
  }
  std::string held(unsigned access, uint64_t sector, size_t size) {
    return {reinterpret_cast<const char*>(&card.areas[access][sector * 512]), size};
  }
  void hold(unsigned access, uint64_t sector, std::string_view data) {
    std::memcpy(&card.areas[access][sector * 512], data.data(), data.size());
  }
  unsigned sent(uint8_t index) const { return unsigned(std::ranges::count(card.commands, index)); }
  /// Memory that the controller reaches.
  std::span<std::byte> reachable(size_t size) { return low.bytes.subspan(size_t{64} << 10, size); }

  fake::Timeline timeline;
  fake::LowMemory low{size_t{2} << 20};
  Arena arena{low.bytes.first(size_t{64} << 10)};
  Dma dma{arena};
  fake::Sdhci registers{kMmcBase};
  fake::MmcCard card;
  PlainSdhci host;
  drivers::MmcSlot slot;
};
