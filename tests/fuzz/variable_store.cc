// SPDX-License-Identifier: BSD-2-Clause
// A flash that says anything: a store that is sound and then bent in places, or of bytes of the input alone. Whatever
// is called returns, a store that loads does what it says, and after a loss of power it loads again.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "efi/variable_store.hh"
#include "tests/fake/area.hh"
#include "tests/fuzz/input.hh"

namespace {

constexpr uint32_t kPart = 1024, kBlock = 512;
constexpr Guid kVendors[] = {"f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41"_guid, "0c2fb0f8-6b5e-4d0b-9f6d-5d1f6a5f0b7e"_guid};
constexpr std::string_view kNames[] = {"A", "B", "OsIndications", "FmpState0001"};

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "variable_store: %s\n", what);
  std::abort();
}

void list(efi::VariableStore& store) {
  unsigned most = kPart / 60;
  for (uint32_t cursor = 0;;) {
    const auto info = store.next(cursor);
    if (!info) return;
    expect(most-- > 0, "more variables than there is room for");
    expect(cursor <= kPart, "a position outside of the store");
    std::array<std::byte, kPart> data;
    const auto size = store.get(info->name(), info->vendor, data);
    expect(!size || *size <= kPart, "a variable larger than the store");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  fake::StorageArea area(3 * kPart, kBlock);
  if (in.byte() & 3) {
    efi::VariableStore store(area);
    expect(bool(store.load()), "a blank area is not formatted");
    for (unsigned n = in.byte() % 4; n; --n) {
      std::array<std::byte, 64> value{};
      static_cast<void>(
          store.set(kNames[in.byte() % 4], kVendors[in.byte() % 2], std::span(value).first(1 + in.byte() % 64)));
    }
    if (in.byte() & 1) {  // as when a copy was under way
      std::copy_n(area.data.begin(), kPart, area.data.begin() + 2 * kPart);
      const uint32_t at = kPart + 32 + in.byte() % 2 * 80u;
      area.data[at] = in.byte();
      area.data[at + 40] = in.byte();
    }
    for (unsigned n = in.byte() % 12; n; --n) {
      const uint8_t where = in.byte();
      const uint32_t at = (where & 3) == 0   ? in.word() % (3 * kPart)
                          : (where & 3) == 1 ? kPart + where % 200u
                          : (where & 3) == 2 ? 2 * kPart + where
                                             : where * 3u;
      area.data[at] = in.byte();
    }
  } else {
    for (uint8_t& byte : area.data) byte = in.byte();
  }

  efi::VariableStore store(area);
  if (!store.load()) {
    expect(bool(store.format()), "what is damaged cannot be formatted");
    expect(bool(store.load()), "what was formatted is damaged");
  }
  for (int steps = 0; steps < 32 && !in.empty(); ++steps) {
    const std::string_view name = kNames[in.byte() % 4];
    const Guid& vendor = kVendors[in.byte() % 2];
    std::array<std::byte, 300> value;
    std::fill(value.begin(), value.end(), std::byte{in.byte()});
    const auto some = std::span(value).first(in.byte() % value.size());
    switch (in.byte() % 8) {
      default:
        if (store.set(name, vendor, some)) {
          std::array<std::byte, 300> back;
          const auto got = store.get(name, vendor, back);
          expect(got && *got == some.size() && std::equal(some.begin(), some.end(), back.begin()), "not what was set");
        }
        break;
      case 1:
        if (store.remove(name, vendor)) static_cast<void>(store.get(name, vendor, value));
        break;
      case 2: list(store); break;
      case 3: {
        area.cut_power(in.number(), in.byte());
        static_cast<void>(store.set(name, vendor, some));
        area.power_on();
        efi::VariableStore again(area);
        expect(bool(again.load()), "a loss of power damaged it");
        list(again);
        expect(bool(store.load()), "it cannot be read anew");
        break;
      }
      case 4: {
        const auto usage = store.usage();
        expect(usage && usage->live + usage->free <= usage->size, "more is used than there is");
        break;
      }
    }
  }
  list(store);
  return 0;
}
