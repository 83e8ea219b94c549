// SPDX-License-Identifier: BSD-2-Clause
// Capsules that say what they like, from a source that says something else when it is asked again. Nothing is read
// outside of it, no item handed out lies outside of it, and what was refused stays refused while nothing changes.
#include <cstring>

#include "efi/capsule.hh"
#include "efi/capsule_format.hh"
#include "tests/fuzz/input.hh"

namespace {

void expect(bool right) {
  if (!right) __builtin_trap();
}

/// Sizes that have to agree hide all that comes behind them, so they are made to, for most inputs.
void put_right(std::byte* bytes, size_t size, unsigned what) {
  const auto put = [&](size_t at, auto value) {
    if (within(at, sizeof value, size)) std::memcpy(bytes + at, &value, sizeof value);
  };
  const auto get = [&]<class T>(size_t at, T value) {
    if (within(at, sizeof value, size)) std::memcpy(&value, bytes + at, sizeof value);
    return value;
  };
  if (what & 1) put(24, uint32_t(size));
  const uint32_t start = get(16, uint32_t{0}), items = get(start + size_t{6}, uint16_t{0});
  if (!(what & 2) || items > 8 || start > size) return;
  const uint64_t all = size - start;
  put(start + size_t{8}, uint64_t{8 + 8 * items});
  for (uint32_t number = 0; number < items; ++number) {
    const size_t list = start + 8 + 8 * size_t{number};
    const uint64_t begin = get(list, uint64_t{0});
    if (begin > all) return;
    const uint64_t end = number + 1 == items ? all : begin + (get(list + 8, uint64_t{0}) - begin) % (all - begin + 1);
    if (number + 1 < items) put(list + 8, end);
    const size_t item = size_t(start + begin);
    const uint32_t header = efi::format::ImageHeader::size(get(item, uint32_t{0}) % 4);
    put(item + 24, uint32_t(end - begin - header - get(item + 28, uint32_t{0})));
  }
}

/// Reads of memory that ends where the sanitizer knows it, and changes now and then.
class Source final : public Reader {
 public:
  Source(const uint8_t* data, size_t size, unsigned right, Input changes) : size_(size), changes_(changes) {
    bytes_ = new std::byte[size ? size : 1];
    if (size) std::memcpy(bytes_, data, size);
    put_right(bytes_, size, right);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() { delete[] bytes_; }

  uint64_t size() const override { return size_; }
  Result<void> read(uint64_t offset, std::span<std::byte> to) override {
    expect(within(offset, to.size(), size_));
    if (changing && size_ && !changes_.empty() && changes_.byte() % 4 == 0)
      bytes_[changes_.number() % size_] = std::byte(changes_.byte());
    if (!to.empty()) std::memcpy(to.data(), bytes_ + offset, to.size());
    return {};
  }

  bool changing = false;

 private:
  std::byte* bytes_;
  size_t size_;
  Input changes_;
};

void look_at(const efi::Item& item, uint64_t size) {
  const auto check = [&](const efi::Extent& extent) { expect(within(extent.offset, extent.size, size)); };
  expect(item.header_version >= 1 && item.header_version <= 3 && item.index > 0);
  uint64_t at = item.signed_bytes.offset;
  check(item.signed_bytes);
  if (item.authentication) {
    check(item.authentication->pkcs7);
    expect(item.authentication->pkcs7.size > 0);
    expect(item.authentication->pkcs7.offset + item.authentication->pkcs7.size == at);
  }
  check(item.dependency);
  at += item.dependency.size;
  if (item.payload_header) at += item.payload_header->header_size;
  check(item.image);
  expect(item.image.offset == at);
  expect(item.image.offset + item.image.size == item.signed_bytes.offset + item.signed_bytes.size);
  check(item.vendor_code);
  expect(item.vendor_code.offset == item.image.offset + item.image.size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The first byte says how many of the last ones are changes, the second what is put right.
  if (size < 2) return 0;
  const size_t changes = data[0] < size - 2 ? data[0] : size - 2, capsule = size - 2 - changes;
  Source source(data + 2, capsule, data[1], Input(data + 2 + capsule, changes));

  const auto opened = efi::Capsule::open(source);
  expect(opened.has_value() == efi::Capsule::open(source).has_value());
  if (opened) {
    expect(opened->header().image_size == capsule && opened->header().header_size <= capsule);
    uint64_t end = 0;
    for (unsigned number = 0; number < opened->items(); ++number) {
      const auto item = opened->item(number);
      expect(item.has_value());
      look_at(*item, capsule);
      expect(number == 0 || item->signed_bytes.offset > end);
      end = item->vendor_code.offset + item->vendor_code.size;
    }
    expect(opened->items() == 0 || end == capsule);
  } else {
    expect(!opened.error().check().empty() && !opened.error().why().empty());
  }

  source.changing = true;
  if (const auto changed = efi::Capsule::open(source)) {
    for (unsigned number = 0; number < changed->items(); ++number)
      if (const auto item = changed->item(number)) look_at(*item, capsule);
  }
  return 0;
}
