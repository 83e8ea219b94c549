// SPDX-License-Identifier: BSD-2-Clause
// Firmware update metadata of any bytes, with a checksum that is right more often than chance has it. What is taken is
// written back to bytes that mean the same; two places with any bytes load or fail, and after fresh metadata was
// written over them both are sound.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "efi/fwu_metadata.hh"
#include "lib/crc32.hh"
#include "tests/fake/area.hh"
#include "tests/fuzz/input.hh"

namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fwu_metadata: %s\n", what);
  std::abort();
}

std::vector<std::byte> some(Input& in) {
  std::vector<std::byte> all(in.byte() < 200 ? in.byte() * 9u : efi::kMostFwuMetadata);
  for (std::byte& byte : all) byte = std::byte{in.byte()};
  const uint8_t how = in.byte();
  const auto put = [&](size_t at, uint32_t value, size_t size) {
    if (at + size <= all.size()) std::memcpy(&all[at], &value, size);
  };
  uint32_t size = uint32_t(all.size());
  if (how & 1) put(4, 1 + (how >> 1 & 1), 4), put(8, how >> 2 & 1, 4), put(12, how >> 3 & 1, 4);
  if (how & 16) {
    const uint32_t banks = 1 + in.byte() % 4, images = in.byte() % 18;
    size = 40 + images * (32 + 24 * banks);
    put(16, size, 4), put(20, 0x20, 2), put(24, 0xfffefcff, 4), put(32, banks, 1), put(34, images, 2);
    put(36, 32 + 24 * banks, 2), put(38, 24, 2);
  }
  if (how & 32) size = 16 + in.byte() % 18 * 80u;
  if (!(how & 128) && size > 4 && size <= all.size()) put(0, crc32(std::span(all).first(size).subspan(4)), 4);
  return all;
}

void fill(fake::StorageArea& area, const std::vector<std::byte>& bytes) {
  for (size_t i = 0; i < std::min(bytes.size(), area.data.size()); ++i) area.data[i] = uint8_t(bytes[i]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in(data, size);
  const unsigned images_v1 = in.byte() % 20;
  const auto bytes = some(in);
  efi::FwuMetadata metadata{};
  if (efi::parse_fwu_metadata(bytes, images_v1, metadata)) {
    expect(metadata.banks - 1u < efi::kMostBanks && metadata.images - 1u < efi::kMostFwuImages, "counts");
    expect(metadata.active < metadata.banks && metadata.previous < metadata.banks, "indices");
    std::vector<std::byte> again(efi::kMostFwuMetadata);
    again.resize(efi::write_fwu_metadata(metadata, again));
    efi::FwuMetadata back{};
    expect(bool(efi::parse_fwu_metadata(again, metadata.images, back)), "what was written is not read");
    std::vector<std::byte> third(efi::kMostFwuMetadata);
    third.resize(efi::write_fwu_metadata(back, third));
    expect(again == third && metadata.states == back.states, "what was written is something else");
    for (unsigned i = 0; i < metadata.images; ++i)
      expect(metadata.find(metadata.image[i].type) != nullptr, "an image is not found");
  }

  fake::StorageArea first(4096, in.byte() & 1 ? 1024 : 0), second(4096, 0);
  fill(first, bytes);
  fill(second, some(in));
  efi::FwuStore store;
  store.use(&first, &second, images_v1);
  static_cast<void>(store.load());
  const Guid banks[2] = {};
  const efi::FwuImagePlace place{{}, {}, banks};
  expect(bool(efi::make_fwu_metadata(std::span(&place, 1), metadata)), "no fresh metadata");
  expect(bool(store.commit(metadata)), "fresh metadata is not written");
  expect(bool(store.load()), "fresh metadata is not read");
  expect(store.state(0) == efi::FwuStore::Copy::Good && store.state(1) == efi::FwuStore::Copy::Good, "not both");
  return 0;
}
